import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

it("has one table of error codes, and it names them all", () => {
  const text = readFileSync(new URL("./errors.ts", import.meta.url), "utf8");
  const table = [...text.matchAll(/\| `(models\/[a-z-]+)` \|/g)].map((match) => match[1] ?? "");
  const type = [...text.matchAll(/"(models\/[a-z-]+)"/g)].map((match) => match[1] ?? "");
  expect(type.length).toBeGreaterThan(2);
  expect(table.toSorted()).toEqual([...new Set(type)].toSorted());
});
