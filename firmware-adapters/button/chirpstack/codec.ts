import { booleanIn, isObject, numberIn, objectIn, own, parseObject, textIn, type JsonObject } from "../json.ts";
import type { FlagPlace, QuantityPlace } from "../settings.ts";

/** An uplink. Protobuf's JSON leaves out what is 0, false or empty, so those stand here again. */
export interface Up {
  readonly kind: "up";
  readonly devEui: string;
  readonly devAddr: string;
  readonly deduplicationId: string | undefined;
  /** When the gateway heard it, by the network server's word. */
  readonly time: string | undefined;
  readonly fCnt: number;
  readonly fPort: number;
  readonly data: Buffer;
  /** What the device profile's codec made of the data; undefined where there is none. */
  readonly object: JsonObject | undefined;
  /** At the gateway that heard it best. */
  readonly rssiDbm: number | undefined;
}

/** What the device said of its battery. */
export interface DeviceStatusReport {
  readonly kind: "status";
  readonly devEui: string;
  /** `none` where it is on the mains or does not know. */
  readonly batteryPercent: number | "none";
}

export interface Joined {
  readonly kind: "join";
  readonly devEui: string;
  readonly deduplicationId: string | undefined;
}

export interface Garbage {
  readonly kind: "garbage";
  readonly reason: string;
}

const EUI = /^[0-9a-f]{16}$/;
const ID = /^[0-9A-Za-z-]{1,64}$/;
/** LoRaWAN's largest payload is 242 bytes. */
const MAX_BASE64 = 324;
const MAX_GATEWAYS = 64;

/**
 * Reads an event on `application/<id>/device/<dev EUI>/event/<event>`; undefined for events that say nothing of a button.
 *
 * @see ChirpStack v4, integrations, event types
 */
export function parseEvent(event: string, bytes: Buffer): Up | DeviceStatusReport | Joined | Garbage | undefined {
  if (event !== "up" && event !== "status" && event !== "join") return undefined;
  const parsed = parseObject(bytes);
  if ("garbage" in parsed) return { kind: "garbage", reason: parsed.garbage };
  const { object } = parsed;
  const devEui = textIn(objectIn(object, "deviceInfo") ?? {}, "devEui")?.toLowerCase();
  if (devEui === undefined || !EUI.test(devEui)) return { kind: "garbage", reason: "no deviceInfo.devEui" };
  switch (event) {
    case "up":
      return parseUp(object, devEui);
    case "status":
      return { kind: "status", devEui, batteryPercent: batteryIn(object) };
    case "join":
      return { kind: "join", devEui, deduplicationId: deduplicationIdIn(object) };
  }
}

function parseUp(object: JsonObject, devEui: string): Up | Garbage {
  const fCnt = absentAs(object, "fCnt", 0, 0xffff_ffff);
  const fPort = absentAs(object, "fPort", 0, 255);
  const data = dataIn(object);
  if (fCnt === undefined || fPort === undefined) return { kind: "garbage", reason: "fCnt or fPort is no such number" };
  if (data === undefined) return { kind: "garbage", reason: "data is no base64 of at most 243 bytes" };
  return {
    kind: "up",
    devEui,
    devAddr: textIn(object, "devAddr", 16) ?? "",
    deduplicationId: deduplicationIdIn(object),
    time: textIn(object, "time", 64),
    fCnt,
    fPort,
    data,
    object: objectIn(object, "object"),
    rssiDbm: bestRssiIn(object),
  };
}

/** What a mapping finds in an uplink: `elsewhere` where uplinks of this port have no such thing. */
export type Found<T> = { readonly kind: "value"; readonly value: T } | { readonly kind: "absent" | "elsewhere" };

/** Whether an uplink raises this flag. */
export function flagIn(up: Up, place: FlagPlace): Found<boolean> {
  const found = rawIn(up, place);
  if (found.kind !== "value") return found;
  const { value } = found;
  return { kind: "value", value: place.equals === undefined ? isTruthy(value) : value === place.equals };
}

/** The number that an uplink has in this place; a place that holds none is absent. */
export function quantityIn(up: Up, place: QuantityPlace): Found<number> {
  const found = rawIn(up, place);
  if (found.kind !== "value") return found;
  const { value } = found;
  if (typeof value !== "number" || !Number.isFinite(value)) return { kind: "absent" };
  return { kind: "value", value: value * place.scale + place.offset };
}

function rawIn(up: Up, place: FlagPlace | QuantityPlace): Found<unknown> {
  if ("field" in place) {
    let value: unknown = up.object;
    for (const part of place.field.split(".")) value = isObject(value) ? own(value, part) : undefined;
    return value === undefined ? { kind: "absent" } : { kind: "value", value };
  }
  if (place.fPort !== undefined && place.fPort !== up.fPort) return { kind: "elsewhere" };
  const byte = up.data[place.byte];
  return byte === undefined ? { kind: "absent" } : { kind: "value", value: byte & place.mask };
}

function isTruthy(value: unknown): boolean {
  return value !== false && value !== 0 && value !== "" && value !== null;
}

function batteryIn(object: JsonObject): number | "none" {
  if (booleanIn(object, "externalPowerSource") === true) return "none";
  if (booleanIn(object, "batteryLevelUnavailable") === true) return "none";
  return absentAs(object, "batteryLevel", 0, 100) ?? "none";
}

/** The number, 0 where it was left out, undefined where something else stands there. */
function absentAs(object: JsonObject, member: string, min: number, max: number): number | undefined {
  return own(object, member) === undefined ? 0 : numberIn(object, member, min, max);
}

function dataIn(object: JsonObject): Buffer | undefined {
  if (own(object, "data") === undefined) return Buffer.alloc(0);
  const text = textIn(object, "data", MAX_BASE64);
  if (text === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, "base64");
}

function deduplicationIdIn(object: JsonObject): string | undefined {
  const id = textIn(object, "deduplicationId", 64);
  return id !== undefined && ID.test(id) ? id : undefined;
}

function bestRssiIn(object: JsonObject): number | undefined {
  const heard = own(object, "rxInfo");
  if (!Array.isArray(heard)) return undefined;
  let best: number | undefined;
  for (const one of heard.slice(0, MAX_GATEWAYS)) {
    const rssi = isObject(one) ? numberIn(one, "rssi", -200, 0) : undefined;
    if (rssi !== undefined && (best === undefined || rssi > best)) best = rssi;
  }
  return best;
}
