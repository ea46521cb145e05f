import fs from "node:fs";

import { expect, it } from "vitest";

it("documents exactly the codes there are", () => {
  const source = fs.readFileSync(new URL("./errors.ts", import.meta.url), "utf8");
  const documented = [...source.matchAll(/^ \* \| `([a-z/-]+)` \|/gm)].map((match) => match[1]);
  const declared = /JournalErrorCode =([^;]+);/.exec(source)?.[1] ?? "";
  const codes = [...declared.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  expect(codes).not.toEqual([]);
  expect(new Set(documented)).toEqual(new Set(codes));
  expect(documented).toHaveLength(codes.length);
});
