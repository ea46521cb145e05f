import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

it("every error code stands in the table, and nothing else does", () => {
  const text = readFileSync(new URL("./errors.ts", import.meta.url), "utf8");
  const table = [...text.matchAll(/\| `(button\/[a-z-]+)` \|/g)].map((match) => match[1] ?? "");
  const type = [...text.matchAll(/"(button\/[a-z-]+)"/g)].map((match) => match[1] ?? "");
  expect(type.length).toBeGreaterThan(2);
  expect(new Set(table)).toEqual(new Set(type));
  expect(table).toHaveLength(type.length);
});
