import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

const TEXT = readFileSync(new URL("errors.ts", import.meta.url), "utf8");

function found(pattern: RegExp): readonly string[] {
  return [...new Set([...TEXT.matchAll(pattern)].map((match) => match[1] ?? ""))].toSorted();
}

describe("error codes", () => {
  it("stand in their table, all of them", () => {
    const type = found(/"(sentinel\/[a-z-]+)"/g);
    expect(type.length).toBeGreaterThan(2);
    expect(found(/\| `(sentinel\/[a-z-]+)` \|/g)).toEqual(type);
  });
});
