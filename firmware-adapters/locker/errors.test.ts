import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

it("every error code stands in the table, and every code in the table can be thrown", () => {
  const text = readFileSync(new URL("./errors.ts", import.meta.url), "utf8");
  const table = [...text.matchAll(/\| `(locker\/[a-z-]+)` \|/g)].map((match) => match[1] ?? "");
  const type = [...text.matchAll(/"(locker\/[a-z-]+)"/g)].map((match) => match[1] ?? "");
  expect(type.length).toBeGreaterThan(3);
  expect(table.toSorted()).toEqual([...new Set(type)].toSorted());
});
