import type { CodecCase } from "../../testing/codec-case.ts";
import { flagIn, parseEvent } from "../chirpstack/codec.ts";
import { GpiomonParser } from "../gpio/libgpiod/codec.ts";
import { parseDeviceMessage } from "../zigbee2mqtt/codec.ts";

const FRAMES = 500;
/** As much as a pipe gives at once when it is full. */
const PIECE_BYTES = 4_096;

const indexes = Array.from({ length: FRAMES }, (_, index) => index);

const gpiomonBytes = Buffer.from(
  indexes.map((index) => `${index % 2} ${17 + (index % 3)} ${1_000 + index} ${index * 1_999_999}\n`).join(""),
);

const zigbeeMessages = indexes.map((index) => ({
  ...(index % 5 === 0 ? { action: "emergency" } : {}),
  ...(index % 7 === 0 ? { sos: index % 2 === 0, tamper: false, battery_low: false } : {}),
  battery: index % 101,
  voltage: 3_000,
  linkquality: index % 256,
  last_seen: `2026-11-25T08:00:00.${String(index).padStart(3, "0")}Z`,
}));

const uplinks = indexes.map((index) => ({
  deduplicationId: `3ac7e3c4-4401-4b8d-9386-${String(index).padStart(12, "0")}`,
  time: "2026-11-25T08:00:00.775023242+00:00",
  deviceInfo: {
    tenantId: "52f14cd4-c6f1-4fbd-8f87-4025e1d49242",
    applicationId: "17c82e96-be03-4f38-aef3-f83d48582d97",
    deviceProfileName: "sos",
    deviceName: `button-${index}`,
    devEui: "a84041ffff1b2c3d",
    tags: { room: "3-402" },
  },
  devAddr: "00189440",
  dr: 1,
  fCnt: index,
  fPort: 2,
  data: Buffer.of(index & 1, index & 0xff, 90).toString("base64"),
  object: { alarm: index % 4 === 0, battery: { percent: index % 101 } },
  rxInfo: [{ gatewayId: "0016c001f153a14c", rssi: -60 - (index % 60), snr: 6.5 }],
}));

/** Messages come whole over MQTT; in a stream they stand one a line. */
function messageCase(name: string, messages: readonly object[], isFrame: (payload: Buffer) => boolean): CodecCase {
  return {
    name,
    bytes: Buffer.from(messages.map((message) => `${JSON.stringify(message)}\n`).join("")),
    frames: messages.length,
    parse(bytes) {
      let found = 0;
      let from = 0;
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        if (isFrame(bytes.subarray(from, end))) found += 1;
        from = end + 1;
      }
      return found;
    },
  };
}

/** The parsers of this family as the codec bench drives them. */
export const codecCases: readonly CodecCase[] = [
  {
    name: "button/gpiomon",
    bytes: gpiomonBytes,
    frames: FRAMES,
    parse(bytes) {
      const parser = new GpiomonParser(1);
      let found = 0;
      for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
        for (const { kind } of parser.feed(bytes.subarray(from, from + PIECE_BYTES))) if (kind === "edge") found += 1;
      }
      return found;
    },
  },
  messageCase("button/zigbee2mqtt", zigbeeMessages, (payload) => parseDeviceMessage(payload).kind === "device"),
  messageCase("button/chirpstack", uplinks, (payload) => {
    const event = parseEvent("up", payload);
    return event?.kind === "up" && flagIn(event, { field: "alarm" }).kind === "value";
  }),
];
