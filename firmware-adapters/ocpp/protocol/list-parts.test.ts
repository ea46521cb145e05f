import { describe, expect, it } from "vitest";

import { listParts } from "./list-parts.ts";

const listOf = (size: number) =>
  new Map(Array.from({ length: size }, (_, n) => [`t${n}`, { idTag: `T${n}`, isBlocked: false }]));

describe("the messages of a local list", () => {
  it("are one where all fits into it, also nothing", () => {
    expect(listParts(new Map(), 7)).toEqual([{ updateType: "Full", version: 7, tags: [] }]);
    expect(listParts(listOf(100), 7)).toHaveLength(1);
  });

  it("add to the first, each under a higher version, the last under the list's own", () => {
    const parts = listParts(listOf(250), 1_000);
    expect(parts.map(({ updateType, version, tags }) => [updateType, version, tags.length])).toEqual([
      ["Full", 998, 100],
      ["Differential", 999, 100],
      ["Differential", 1_000, 50],
    ]);
    expect(parts.flatMap(({ tags }) => tags.map(({ idTag }) => idTag))).toHaveLength(250);
  });
});
