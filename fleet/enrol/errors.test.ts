import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

it("every code of the module stands in its table, and no other", () => {
  const source = readFileSync(new URL("errors.ts", import.meta.url), "utf8");
  const documented = [...source.matchAll(/^ \* \| `(enrol\/[a-z-]+)` \|/gm)].map((match) => match[1]);
  const declared = [...source.matchAll(/^ {2}\| "(enrol\/[a-z-]+)"/gm)].map((match) => match[1]);
  expect(new Set(documented)).toEqual(new Set(declared));
  expect(declared.length).toBeGreaterThan(0);
});
