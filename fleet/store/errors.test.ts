import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

it.each(["errors.ts", "../broker/errors.ts"])("%s documents exactly the codes there are", (path) => {
  const source = readFileSync(new URL(path, import.meta.url), "utf8");
  const documented = [...source.matchAll(/^ \* \| `([a-z/-]+)` \|/gm)].map((match) => match[1]);
  const declared = /ErrorCode =([^;]+);/.exec(source)?.[1] ?? "";
  const codes = [...declared.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
  expect(codes).not.toEqual([]);
  expect(new Set(documented)).toEqual(new Set(codes));
  expect(documented).toHaveLength(codes.length);
});
