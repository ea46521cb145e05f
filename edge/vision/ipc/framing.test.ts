import { describe, expect, it } from "vitest";

import { CORE_LIMITS, encodeFramed, FramingDecoder, SESSION_LIMITS } from "./framing.ts";

const whole = (header: object, body?: Uint8Array): Buffer => Buffer.concat(encodeFramed(header, body));

describe("messages between processes", () => {
  it("come out as they went in, however the bytes are cut", () => {
    const bytes = Buffer.concat([whole({ a: 1 }, Buffer.from("picture")), whole({ b: "二" }), whole({ c: [] })]);
    for (let size = 1; size <= bytes.length; size += 1) {
      const decoder = new FramingDecoder(SESSION_LIMITS);
      const messages = [];
      for (let at = 0; at < bytes.length; at += size) messages.push(...decoder.push(bytes.subarray(at, at + size)));
      expect(messages.map(({ header }) => header)).toEqual([{ a: 1 }, { b: "二" }, { c: [] }]);
      expect(messages.map(({ body }) => body.toString())).toEqual(["picture", "", ""]);
    }
  });

  it("are taken up to the limits and refused beyond them", () => {
    const limits = { maxHeaderBytes: 10, maxBodyBytes: 4 };
    expect(new FramingDecoder(limits).push(whole({ a: "xx" }, Buffer.alloc(4)))).toHaveLength(1);
    expect(() => new FramingDecoder(limits).push(whole({ a: "xxx" }))).toThrow("a header of 11 bytes");
    expect(() => new FramingDecoder(limits).push(whole({}, Buffer.alloc(5)))).toThrow("a body of 5 bytes");
  });

  it("never carry a picture to the core", () => {
    expect(() => new FramingDecoder(CORE_LIMITS).push(whole({ kind: "scene" }, Buffer.alloc(1)))).toThrow("at most 0");
  });

  it("that are no JSON are refused by name", () => {
    const bytes = Buffer.from([0, 0, 0, 1, 0, 0, 0, 0, 0x7b]);
    expect(() => new FramingDecoder(CORE_LIMITS).push(bytes)).toThrow(
      expect.objectContaining({ code: "vision/bad-message" }),
    );
  });
});
