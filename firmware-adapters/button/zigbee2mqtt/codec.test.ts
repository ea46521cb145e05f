import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../../testing/random.ts";
import { parseBridgeEvent, parseDeviceMessage, parseOnline } from "./codec.ts";

const NUM_RUNS = 10_000;
const seed = testSeed();
console.log(`zigbee2mqtt parser: fuzz from seed ${seed}`);

const nothing = {
  kind: "device",
  action: undefined,
  isSos: undefined,
  isTampered: undefined,
  isBatteryLow: undefined,
  batteryPercent: undefined,
  linkQuality: undefined,
  lastSeen: undefined,
};

describe("a message of Zigbee2MQTT about a device", () => {
  it.each([
    [
      "of a TS0215A_sos",
      '{"action":"emergency","battery":100,"linkquality":66,"voltage":3000,"last_seen":"2026-11-25T08:00:00.123Z"}',
      { action: "emergency", batteryPercent: 100, linkQuality: 66, lastSeen: "2026-11-25T08:00:00.123Z" },
    ],
    ["empty action, as before 2.0", '{"action":"","battery":100}', { batteryPercent: 100 }],
    ["null action", '{"action":null,"linkquality":0}', { linkQuality: 0 }],
    [
      "of an IAS zone",
      '{"sos":true,"battery_low":false,"tamper":false,"linkquality":255}',
      { isSos: true, isBatteryLow: false, isTampered: false, linkQuality: 255 },
    ],
    ["last seen in milliseconds", '{"last_seen":1795593600123}', { lastSeen: "1795593600123" }],
    [
      "members of the wrong kind: each is left out by itself",
      '{"action":"emergency","battery":"full","linkquality":256,"tamper":"no","sos":1,"battery_low":null,"last_seen":{}}',
      { action: "emergency" },
    ],
    ["a charge that cannot be", '{"battery":100.5}', {}],
    ["nothing at all", "{}", {}],
    ["names that every object has", '{"__proto__":{"action":"emergency"},"constructor":1}', {}],
    ["Chinese", '{"action":"紧急"}', { action: "紧急" }],
  ])("is read: %s", (_, text, expected) => {
    expect(parseDeviceMessage(Buffer.from(text))).toEqual({ ...nothing, ...expected });
  });

  it.each([
    ["no JSON", "emergency"],
    ["JSON, but no object", '["emergency"]'],
    ["JSON, but no object", "null"],
    ["no JSON", ""],
    ["no JSON", '{"action":"emergency"'],
    ["65537 bytes are too many", " ".repeat(65_537)],
  ])("is garbage where it is %s", (reason, text) => {
    expect(parseDeviceMessage(Buffer.from(text))).toEqual({ kind: "garbage", reason });
  });

  it("never makes more of a message than it says, whatever the bytes", () => {
    const member = fc.constantFrom(
      "action",
      "sos",
      "tamper",
      "battery",
      "battery_low",
      "linkquality",
      "last_seen",
      "x",
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from(raw)),
      fc.dictionary(member, fc.jsonValue({ maxDepth: 2 })).map((object) => Buffer.from(JSON.stringify(object))),
      fc
        .tuple(fc.dictionary(member, fc.jsonValue({ maxDepth: 1 })), fc.nat(), fc.nat(255))
        .map(([object, place, byte]) => {
          const changed = Buffer.from(JSON.stringify(object));
          changed[place % changed.length] = byte;
          return changed.subarray(0, 1 + (place % (changed.length + 1)));
        }),
    );
    fc.assert(
      fc.property(bytes, (payload) => {
        const parsed = parseDeviceMessage(payload);
        if (parsed.kind === "garbage") return;
        expect(parsed.batteryPercent ?? 0).toBeGreaterThanOrEqual(0);
        expect(parsed.batteryPercent ?? 0).toBeLessThanOrEqual(100);
        expect(parsed.action).not.toBe("");
        expect((parsed.action ?? "").length).toBeLessThanOrEqual(64);
        expect([true, false, undefined]).toContain(parsed.isSos);
      }),
      { numRuns: NUM_RUNS, seed },
    );
  });
});

describe("what Zigbee2MQTT says beside", () => {
  it.each([
    ['{"state":"online"}', true],
    ['{"state":"offline"}', false],
    ["online", true],
    ["offline\n", false],
    ['{"state":"unknown"}', undefined],
    ["ONLINE", undefined],
    ["", undefined],
    ["{", undefined],
    [`"${"x".repeat(300)}"`, undefined],
  ])("of being there: %s", (text, isOnline) => {
    expect(parseOnline(Buffer.from(text))).toBe(isOnline);
  });

  it.each([
    [
      '{"type":"device_leave","data":{"friendly_name":"bedside","ieee_address":"0x00"}}',
      { isIn: false, friendlyName: "bedside" },
    ],
    ['{"type":"device_joined","data":{"friendly_name":"bedside"}}', { isIn: true, friendlyName: "bedside" }],
    ['{"type":"device_announce","data":{"friendly_name":"bedside"}}', undefined],
    ['{"type":"device_leave","data":{"ieee_address":"0x00"}}', undefined],
    ['{"type":"device_leave"}', undefined],
    ["garbage", undefined],
  ])("of coming and going: %s", (text, event) => {
    expect(parseBridgeEvent(Buffer.from(text))).toEqual(event);
  });

  it("is never taken for a word it is not", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (raw) => {
        const payload = Buffer.from(raw);
        expect(parseOnline(payload) === undefined || /online|offline/.test(payload.toString())).toBe(true);
        expect(parseBridgeEvent(payload)?.friendlyName ?? "").toBeTypeOf("string");
      }),
      { numRuns: NUM_RUNS, seed },
    );
  });
});
