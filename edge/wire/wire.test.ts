import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { encodeBatch, MAX_BATCH_BYTES, MAX_RECORD_BYTES, parseBatch } from "./batch.ts";
import { command } from "./downlink.ts";
import { WireError } from "./errors.ts";
import { MAX_MESSAGE_BYTES, parseMessage } from "./message.ts";
import { siteDocument } from "./site.ts";
import { downlinkTopic, parseDownlinkTopic, parseUplinkTopic, uplinkTopic } from "./topics.ts";
import { hello, presence } from "./uplink.ts";

const HEADER = { session: "0".repeat(32), epoch: "f".repeat(32), stream: "occurrence", isReplay: false } as const;
const code = (expected: string): unknown => expect.objectContaining({ name: "WireError", code: expected });

const bodyOf = (length: number): string =>
  JSON.stringify({
    kind: "occurrence",
    deviceId: "ps1",
    name: "note",
    details: Object.fromEntries(
      Array.from({ length: Math.ceil(length / 8_000) }, (_, n) => [`t${n}`, "x".repeat(Math.min(8_000, length))]),
    ),
    occurredAtMs: 1,
    clockConfidence: "plausible",
  });

function expectWireErrorAtMost(parse: () => unknown): void {
  let thrown: unknown;
  try {
    parse();
  } catch (error) {
    thrown = error;
  }
  expect(thrown ?? new WireError("wire/bad-shape", "it parsed")).toBeInstanceOf(WireError);
}

describe("parseMessage", () => {
  it("takes a message at its limit and refuses one byte more", () => {
    const body = JSON.stringify({ v: 1, session: "0".repeat(32), state: "online" });
    const atLimit = Buffer.from(body.padEnd(MAX_MESSAGE_BYTES, " "));
    expect(parseMessage(presence, atLimit).state).toBe("online");
    expect(() => parseMessage(presence, Buffer.concat([atLimit, Buffer.from(" ")]))).toThrow(code("wire/too-large"));
  });

  it.each([
    ["nothing", ""],
    ["half a message", '{"v":1,'],
    ["bytes that are no UTF-8", Buffer.of(0x22, 0xff, 0x22)],
  ])("refuses %s as wire/not-json", (_, bytes) => {
    expect(() => parseMessage(hello, Buffer.from(bytes))).toThrow(code("wire/not-json"));
  });

  it("names the field that does not fit", () => {
    const message = { v: 1, session: "0".repeat(32), state: "asleep" };
    expect(() => parseMessage(presence, Buffer.from(JSON.stringify(message)))).toThrow(/^state: /);
  });

  it("leaves out fields it does not know, so that a newer peer may add some", () => {
    const message = { v: 1, session: "0".repeat(32), state: "online", mood: "fine" };
    expect(parseMessage(presence, Buffer.from(JSON.stringify(message)))).not.toHaveProperty("mood");
  });

  it("never throws anything but a WireError, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(hello, presence, command), (bytes, schema) => {
        expectWireErrorAtMost(() => parseMessage<unknown>(schema, bytes));
      }),
    );
  });
});

describe("batches", () => {
  it("one unreadable row comes back as poison with its place; its neighbours are records", () => {
    const rows = [bodyOf(10), "{broken", bodyOf(10)].map((text, index) => ({
      sequence: index + 1,
      recordedAtMs: 5,
      body: text,
    }));
    const parsed = parseBatch(encodeBatch(HEADER, rows));
    expect(parsed.rows.map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [1, "record"],
      [2, "poison"],
      [3, "record"],
    ]);
  });

  it("a row over the record limit is poison, not the end of the batch", () => {
    const rows = [{ sequence: 1, recordedAtMs: 5, body: bodyOf(MAX_RECORD_BYTES + 10_000) }];
    expect(parseBatch(encodeBatch(HEADER, rows)).rows[0]?.kind).toBe("poison");
  });

  it.each([
    ["a count that does not fit", '{"v":1,"count":2}'],
    ["no header", "1\t2\t{}"],
    ["a row without its place", `${JSON.stringify({ v: 1, ...HEADER, count: 1 })}\nhello`],
    ["a sequence of zero", `${JSON.stringify({ v: 1, ...HEADER, count: 1 })}\n0\t1\t{}`],
  ])("refuses %s as wire/bad-batch", (_, text) => {
    expect(() => parseBatch(Buffer.from(text))).toThrow(code("wire/bad-batch"));
  });

  it("refuses a batch over its limit", () => {
    expect(() => parseBatch(Buffer.alloc(MAX_BATCH_BYTES + 1))).toThrow(code("wire/too-large"));
  });

  it("never throws anything but a WireError, whatever the bytes", () => {
    const prefix = Buffer.from(`${JSON.stringify({ v: 1, ...HEADER, count: 1 })}\n`);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, withHeader) => {
        expectWireErrorAtMost(() => parseBatch(withHeader ? Buffer.concat([prefix, bytes]) : bytes));
      }),
    );
  });
});

describe("topics", () => {
  it("say who speaks and what, both ways", () => {
    expect(parseUplinkTopic(uplinkTopic("gw-1", "batch"))).toEqual({ gatewayId: "gw-1", kind: "batch" });
    expect(parseDownlinkTopic(downlinkTopic("gw-1", "welcome"))).toEqual({ gatewayId: "gw-1", kind: "welcome" });
  });

  it.each(["outpost/2/gw/up/batch", "outpost/1/../up/batch", "outpost/1/GW/up/batch", "outpost/1/gw/up/else", ""])(
    "an address of another form is nobody's: %s",
    (topic) => expect(parseUplinkTopic(topic)).toBeUndefined(),
  );
});

describe("the site document", () => {
  const site = {
    version: 1,
    site: { id: "s", name: { zh: "站", en: "S" } },
    gateway: { id: "g" },
    links: [{ id: "l", kind: "tcp", host: "127.0.0.1", port: 502 }],
    devices: [
      {
        id: "d",
        adapter: "modbus",
        name: { zh: "泵", en: "P" },
        link: "l",
        settings: { unitId: 1, profile: "two-pump-station" },
      },
    ],
  };
  const faults = (change: object): string[] => {
    const result = siteDocument.safeParse({ ...site, ...change });
    return (result.error?.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  };

  it("is complete with its defaults", () => {
    expect(siteDocument.parse(site)).toMatchObject({ site: { timeZone: "Asia/Shanghai" }, rules: [], actions: [] });
  });

  it("refuses what nobody defined, and says where", () => {
    expect(faults({ devices: [{ ...site.devices[0], link: "x" }] })).toEqual([
      'devices.0.link: no link has the id "x"',
    ]);
    expect(faults({ devices: [site.devices[0], site.devices[0]] })).toEqual([
      'devices.1.id: "d" is taken by devices.0',
    ]);
    const line = { id: "l", kind: "serial-server", host: "127.0.0.1", port: 502 };
    const device = { ...site.devices[0], settings: { unitId: 248, profile: "two-pump-station" } };
    expect(faults({ links: [line], devices: [device] })).toEqual([
      "devices.0.settings.unitId: on a serial line a unit id is 1 to 247",
    ]);
    expect(faults({ devices: [device] })).toEqual([]);
    expect(faults({ colour: "red" })).toEqual([': Unrecognized key: "colour"']);
  });
});
