import { describe, expect, it } from "vitest";

import { winner, type DeskLine, type LocalLine, type Winner } from "./site-lineage.ts";

const [here, elsewhere] = ["1".repeat(32), "2".repeat(32)];

describe("which document stands, the desk's newest or the site's", () => {
  const cases: readonly [string, Partial<DeskLine>, Partial<LocalLine>, Winner][] = [
    ["the desk wrote with the site's change in view", { revision: 3, knows: { store: here, number: 2 } }, {}, "desk"],
    ["the desk has seen later ones, too", { revision: 3, knows: { store: here, number: 5 } }, {}, "desk"],
    ["the site was changed with the desk's revision in view", { revision: 3 }, { base: 3 }, "local"],
    ["the desk's is older than what the site had in view", { revision: 3 }, { base: 4 }, "local"],
    ["neither knew of the other", { revision: 3 }, { base: 2 }, "conflict"],
    ["the desk knows an earlier change only", { revision: 3, knows: { store: here, number: 1 } }, {}, "conflict"],
    ["the desk knows a change of another box", { revision: 3, knows: { store: elsewhere, number: 9 } }, {}, "conflict"],
    ["both came to the same text", { revision: 3, digest: "same" }, { digest: "same", base: 1 }, "same"],
    ["the site has nothing in it", { revision: 3 }, { number: 0 }, "desk"],
  ];
  it.each(cases)("%s", (_, desk, local, expected) => {
    const [ours, theirs] = [
      { revision: 1, digest: "desk", knows: undefined, ...desk },
      { store: here, number: 2, digest: "local", base: 0, ...local },
    ];
    expect(winner(ours, theirs)).toBe(expected);
  });
});
