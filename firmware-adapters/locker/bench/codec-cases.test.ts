import { describe, expect, it } from "vitest";

import { codecCases } from "./codec-cases.ts";

describe("the codec bench", () => {
  it.each(codecCases)("$name finds every frame of its stream", (codec) => {
    expect(codec.frames).toBeGreaterThanOrEqual(200);
    expect(codec.parse(codec.bytes)).toBe(codec.frames);
  });
});
