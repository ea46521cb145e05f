import { numberIn, booleanIn, objectIn, own, parseObject, textIn, type JsonObject } from "../json.ts";

/** What Zigbee2MQTT published of a device. Undefined is what the message does not say, or says as nonsense. */
export interface DeviceMessage {
  readonly kind: "device";
  /** Not empty: before 2.0 an empty one followed each action. */
  readonly action: string | undefined;
  readonly isSos: boolean | undefined;
  readonly isTampered: boolean | undefined;
  readonly isBatteryLow: boolean | undefined;
  readonly batteryPercent: number | undefined;
  /** 0 to 255. */
  readonly linkQuality: number | undefined;
  /** As it stands there: ISO 8601 or milliseconds. */
  readonly lastSeen: string | undefined;
}

export interface Garbage {
  readonly kind: "garbage";
  readonly reason: string;
}

/**
 * Reads a message on `<base>/<friendly name>`. Each member is taken by itself: a battery that is no number costs no press.
 *
 * @see Zigbee2MQTT, MQTT topics and messages: zigbee2mqtt/FRIENDLY_NAME
 */
export function parseDeviceMessage(bytes: Buffer): DeviceMessage | Garbage {
  const parsed = parseObject(bytes);
  if ("garbage" in parsed) return { kind: "garbage", reason: parsed.garbage };
  const { object } = parsed;
  return {
    kind: "device",
    action: textIn(object, "action", 64) || undefined,
    isSos: booleanIn(object, "sos"),
    isTampered: booleanIn(object, "tamper"),
    isBatteryLow: booleanIn(object, "battery_low"),
    batteryPercent: numberIn(object, "battery", 0, 100),
    linkQuality: numberIn(object, "linkquality", 0, 255),
    lastSeen: lastSeenIn(object),
  };
}

/** Reads `<base>/<name>/availability` and `<base>/bridge/state`: an object since 1.x, a bare word before and by setting. */
export function parseOnline(bytes: Buffer): boolean | undefined {
  if (bytes.length > 200) return undefined;
  const text = bytes.toString("utf8").trim();
  const parsed = text.startsWith("{") ? parseObject(bytes) : undefined;
  const word = parsed === undefined ? text : "object" in parsed ? textIn(parsed.object, "state") : undefined;
  return word === "online" ? true : word === "offline" ? false : undefined;
}

/** A device came to the network or left it. */
export interface MembershipEvent {
  readonly isIn: boolean;
  readonly friendlyName: string;
}

/** Reads `<base>/bridge/event`; undefined for what is no coming and going. */
export function parseBridgeEvent(bytes: Buffer): MembershipEvent | undefined {
  const parsed = parseObject(bytes);
  if ("garbage" in parsed) return undefined;
  const type = textIn(parsed.object, "type");
  const friendlyName = textIn(objectIn(parsed.object, "data") ?? {}, "friendly_name");
  if (friendlyName === undefined || (type !== "device_leave" && type !== "device_joined")) return undefined;
  return { isIn: type === "device_joined", friendlyName };
}

function lastSeenIn(object: JsonObject): string | undefined {
  const value = own(object, "last_seen");
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  return typeof value === "string" && value !== "" && value.length <= 64 ? value : undefined;
}
