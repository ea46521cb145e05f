import { describe, expect, it } from "vitest";

import { codecCases } from "./codec-cases.ts";

describe("the bench's streams", () => {
  it.each(codecCases)("of $name hold as many frames as they say", (one) => {
    expect(one.frames).toBeGreaterThanOrEqual(200);
    expect(one.parse(one.bytes)).toBe(one.frames);
  });
});
