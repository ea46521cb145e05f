import { describe, expect, it } from "vitest";

import { codecCases } from "./codec-cases.ts";

describe("the codec bench", () => {
  it.each(codecCases)("$name finds every frame of its stream", ({ bytes, frames, parse }) => {
    expect(frames).toBeGreaterThanOrEqual(200);
    expect(parse(bytes)).toBe(frames);
  });
});
