import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

it("documents every error code in its table, and no others", () => {
  const text = readFileSync(new URL("errors.ts", import.meta.url), "utf8");
  const table = [...text.matchAll(/\| `(camera\/[a-z-]+)` \|/g)].map((match) => match[1] ?? "");
  const type = [...text.matchAll(/"(camera\/[a-z-]+)"/g)].map((match) => match[1] ?? "");
  expect(type.length).toBeGreaterThan(2);
  expect(table.toSorted()).toEqual(type.toSorted());
});
