import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { callFrame, readFrame } from "./frames.ts";

const read = (text: string) => readFrame(Buffer.from(text));

describe("a message as a relay reads it", () => {
  it.each([
    [
      '[2,"19223201","BootNotification",{"a":1}]',
      { kind: "call", id: "19223201", action: "BootNotification", payload: { a: 1 } },
    ],
    ['[2,7,"Heartbeat"]', { kind: "call", id: "7", action: "Heartbeat", payload: undefined }],
    ['[3,"x",{"status":"Accepted"}]', { kind: "result", id: "x", payload: { status: "Accepted" } }],
    ['[3,"x"]', { kind: "result", id: "x", payload: undefined }],
    ['[4,"x","NotSupported","no",{}]', { kind: "error", id: "x", errorCode: "NotSupported", description: "no" }],
    ['[4,"x",1]', { kind: "error", id: "x", errorCode: "", description: "" }],
  ])("%s", (text, frame) => {
    expect(read(text)).toEqual(frame);
  });

  it.each([
    "",
    "x",
    "null",
    "{}",
    "[]",
    "[2]",
    '[2,"x"]',
    '[2,"x",5,{}]',
    '[2,null,"A",{}]',
    '["2","x","A",{}]',
    '[5,"x","A",{}]',
  ])("takes %j for none", (text) => {
    expect(read(text)).toEqual({ kind: "foreign" });
  });

  it("reads back what we write", () => {
    const payload = { key: "充电 \u0000 \u2028" };
    expect(readFrame(callFrame("id", "ChangeConfiguration", payload))).toEqual({
      kind: "call",
      id: "id",
      action: "ChangeConfiguration",
      payload,
    });
  });

  it("is read whatever the bytes are", () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`frames from seed ${seed}`);
    const garbage = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    const json = fc.json().map((text) => Buffer.from(text));
    const arrays = fc.array(fc.jsonValue(), { maxLength: 6 }).map((value) => Buffer.from(JSON.stringify(value)));
    const cut = fc
      .tuple(fc.jsonValue(), fc.nat(80))
      .map(([payload, at]) => Buffer.from(JSON.stringify([2, "id", "Action", payload])).subarray(0, at));
    fc.assert(
      fc.property(fc.oneof(garbage, json, arrays, cut), (bytes) => {
        expect(["call", "result", "error", "foreign"]).toContain(readFrame(bytes).kind);
      }),
      { numRuns: 10_000, seed },
    );
  });

  it("is read however deep it is", () => {
    const deep = `[2,"x","A",${"[".repeat(100_000)}${"]".repeat(100_000)}]`;
    expect(["call", "foreign"]).toContain(read(deep).kind);
  });
});
