import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

describe("error codes", () => {
  it("stand in their table, all of them", () => {
    const text = readFileSync(new URL("./errors.ts", import.meta.url), "utf8");
    const found = (pattern: RegExp): readonly string[] => [
      ...new Set([...text.matchAll(pattern)].map(([, code = ""]) => code)),
    ];
    const table = found(/\| `(dc09\/[a-z-]+)` \|/g);
    expect(table.length).toBeGreaterThan(1);
    expect(table.toSorted()).toEqual(found(/"(dc09\/[a-z-]+)"/g).toSorted());
  });
});
