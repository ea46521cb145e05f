import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { testSeed } from "../../testing/random.ts";
import { flagIn, parseEvent, quantityIn, type Up } from "./codec.ts";

const NUM_RUNS = 10_000;
const seed = testSeed();
console.log(`chirpstack parser: fuzz from seed ${seed}`);

/** The example of ChirpStack's documentation, shortened. */
const example = {
  deduplicationId: "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
  time: "2022-07-18T09:34:15.775023242+00:00",
  deviceInfo: { tenantId: "52f14cd4", applicationId: "17c82e96", deviceName: "sos", devEui: "0101010101010101" },
  devAddr: "00189440",
  dr: 1,
  fPort: 1,
  fCnt: 3,
  data: "qg==",
  object: { alarm: true, battery: { percent: 87 } },
  rxInfo: [
    { gatewayId: "0016c001f153a14c", rssi: -112, snr: 1 },
    { gatewayId: "0016c001f153a14d", rssi: -97, snr: 6.5 },
  ],
};

const parse = (event: string, value: unknown) => parseEvent(event, Buffer.from(JSON.stringify(value)));

function up(changes: object = {}): Up {
  const parsed = parse("up", { ...example, ...changes });
  if (parsed?.kind !== "up") throw new Error("no uplink");
  return parsed;
}

describe("an uplink of ChirpStack", () => {
  it("is read whole", () => {
    expect(up()).toEqual({
      kind: "up",
      devEui: "0101010101010101",
      devAddr: "00189440",
      deduplicationId: "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
      time: "2022-07-18T09:34:15.775023242+00:00",
      fCnt: 3,
      fPort: 1,
      data: Buffer.of(0xaa),
      object: { alarm: true, battery: { percent: 87 } },
      rssiDbm: -97,
    });
  });

  it("has zeros where protobuf's JSON leaves them out", () => {
    const { deviceInfo } = example;
    expect(parse("up", { deviceInfo })).toEqual({
      kind: "up",
      devEui: "0101010101010101",
      devAddr: "",
      deduplicationId: undefined,
      time: undefined,
      fCnt: 0,
      fPort: 0,
      data: Buffer.alloc(0),
      object: undefined,
      rssiDbm: undefined,
    });
  });

  it.each([
    ["no deviceInfo.devEui", { deviceInfo: {} }],
    ["no deviceInfo.devEui", { deviceInfo: { devEui: "01" } }],
    ["fCnt or fPort is no such number", { fCnt: -1 }],
    ["fCnt or fPort is no such number", { fPort: "1" }],
    ["data is no base64 of at most 243 bytes", { data: "not base64!" }],
    ["data is no base64 of at most 243 bytes", { data: "A".repeat(325) }],
  ])("is garbage where it has %s", (reason, changes) => {
    expect(parse("up", { ...example, ...changes })).toEqual({ kind: "garbage", reason });
  });

  it("is known by an id that can be a key, and by no other", () => {
    expect(up({ deduplicationId: "a b" }).deduplicationId).toBeUndefined();
    expect(up({ deduplicationId: "" }).deduplicationId).toBeUndefined();
  });
});

describe("a mapping", () => {
  it.each([
    [{ field: "alarm" }, "true"],
    [{ field: "alarm", equals: "pressed" }, "false"],
    [{ field: "battery.percent", equals: 87 }, "true"],
    [{ field: "battery" }, "true"],
    [{ field: "tamper" }, "absent"],
    [{ field: "alarm.deeper" }, "absent"],
    [{ field: "constructor" }, "absent"],
    [{ byte: 0, mask: 0x80 }, "true"],
    [{ byte: 0, mask: 0x01 }, "false"],
    [{ byte: 0, mask: 0xff, equals: 0xaa }, "true"],
    [{ byte: 0, mask: 0x0f, equals: 0x0b }, "false"],
    [{ byte: 1, mask: 0xff }, "absent"],
    [{ byte: 0, mask: 0xff, fPort: 1 }, "true"],
    [{ byte: 0, mask: 0xff, fPort: 2 }, "elsewhere"],
  ] as const)("finds the flag at %j: %s", (place, expected) => {
    const found = flagIn(up(), place);
    expect(found.kind === "value" ? String(found.value) : found.kind).toBe(expected);
  });

  it.each([
    [{ field: "battery.percent", scale: 1, offset: 0 }, 87],
    [{ field: "alarm", scale: 1, offset: 0 }, undefined],
    [{ byte: 0, mask: 0x0f, scale: 10, offset: -20 }, 80],
    [{ byte: 4, mask: 0xff, scale: 1, offset: 0 }, undefined],
  ] as const)("finds the quantity at %j: %s", (place, expected) => {
    const found = quantityIn(up(), place);
    expect(found.kind === "value" ? found.value : undefined).toBe(expected);
  });

  it.each([false, 0, "", null])("takes %j for no", (value) => {
    expect(flagIn(up({ object: { alarm: value } }), { field: "alarm" })).toEqual({ kind: "value", value: false });
  });
});

describe("other events of ChirpStack", () => {
  const { deviceInfo } = example;
  it.each([
    ["a charge", { batteryLevel: 91.25 }, 91.25],
    ["an empty battery, whose zero is left out", { margin: 3 }, 0],
    ["the mains", { externalPowerSource: true }, "none"],
    ["no idea", { batteryLevelUnavailable: true }, "none"],
    ["a charge that cannot be", { batteryLevel: 300 }, "none"],
  ])("a status with %s", (_, status, batteryPercent) => {
    expect(parse("status", { deviceInfo, ...status })).toEqual({
      kind: "status",
      devEui: deviceInfo.devEui,
      batteryPercent,
    });
  });

  it("a join", () => {
    expect(parse("join", { deviceInfo, deduplicationId: "a-1" })).toEqual({
      kind: "join",
      devEui: deviceInfo.devEui,
      deduplicationId: "a-1",
    });
  });

  it.each(["ack", "txack", "log", "location", "integration", ""])("%s says nothing of a button", (event) => {
    expect(parse(event, example)).toBeUndefined();
  });
});

it("never makes an uplink of anything else, whatever the bytes", () => {
  const member = fc.constantFrom(
    "deduplicationId",
    "deviceInfo",
    "devAddr",
    "fCnt",
    "fPort",
    "data",
    "object",
    "rxInfo",
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((raw) => Buffer.from(raw)),
    fc
      .dictionary(member, fc.jsonValue({ maxDepth: 2 }))
      .map((changes) => Buffer.from(JSON.stringify({ ...example, ...changes }))),
    fc.tuple(fc.nat(), fc.nat(255)).map(([place, byte]) => {
      const changed = Buffer.from(JSON.stringify(example));
      changed[place % changed.length] = byte;
      return place % 3 === 0 ? changed.subarray(0, place % changed.length) : changed;
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom("up", "status", "join", "log"), bytes, (event, payload) => {
      const parsed = parseEvent(event, payload);
      if (parsed === undefined || parsed.kind === "garbage") return;
      expect(parsed.devEui).toMatch(/^[0-9a-f]{16}$/);
      if (parsed.kind !== "up") return;
      expect(parsed.data.length).toBeLessThanOrEqual(243);
      expect(Number.isFinite(parsed.fCnt) && parsed.fCnt >= 0).toBe(true);
      flagIn(parsed, { field: "alarm.state" });
      quantityIn(parsed, { byte: 0, mask: 255, scale: 1, offset: 0 });
    }),
    { numRuns: NUM_RUNS, seed },
  );
});
