import { describe, expect, it } from "vitest";

import { isPassword } from "./password.ts";

const HEX = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";

describe("a station's password", () => {
  it.each<[string, Buffer | undefined, string, boolean]>([
    ["the key's bytes", Buffer.from(HEX, "hex"), HEX, true],
    ["its hex digits", Buffer.from(HEX), HEX, true],
    ["its hex digits in the other case", Buffer.from(HEX.toLowerCase()), HEX, true],
    ["a text", Buffer.from("correct horse battery"), "correct horse battery", true],
    ["another text", Buffer.from("correct horse batterz"), "correct horse battery", false],
    ["the beginning of it", Buffer.from("correct"), "correct horse battery", false],
    ["nothing at all", undefined, HEX, false],
    ["an empty one", Buffer.alloc(0), HEX, false],
  ])("%s", (_, given, key, isRight) => {
    expect(isPassword(given, key)).toBe(isRight);
  });
});
