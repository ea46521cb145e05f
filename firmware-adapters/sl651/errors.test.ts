import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

describe("error codes", () => {
  it("stand in their table, all of them", () => {
    const text = readFileSync(new URL("./errors.ts", import.meta.url), "utf8");
    const table = [...text.matchAll(/\| `(sl651\/[a-z-]+)` \|/g)].map((match) => match[1] ?? "");
    const type = [...text.matchAll(/"(sl651\/[a-z-]+)"/g)].map((match) => match[1] ?? "");
    expect(type.length).toBeGreaterThan(2);
    expect(table.toSorted()).toEqual([...new Set(type)].toSorted());
  });
});
