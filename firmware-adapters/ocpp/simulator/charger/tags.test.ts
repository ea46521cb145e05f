import { describe, expect, it } from "vitest";

import { Tags } from "./tags.ts";

const BOTH = { list: true, cache: true };
const accepted = { status: "Accepted" } as const;

describe("what a station knows of tags", () => {
  it("the list beats the cache; what is on neither is unknown", () => {
    const tags = new Tags();
    tags.remember("A", accepted);
    tags.sendList("Full", 1, [{ tag: "a", info: { status: "Blocked" } }]);
    expect(tags.known("A", 0, BOTH)).toBe("Blocked");
    expect(tags.known("A", 0, { list: false, cache: true })).toBe("Accepted");
    expect(tags.known("B", 0, BOTH)).toBe("Unknown");
    tags.clearCache();
    expect(tags.known("A", 0, { list: false, cache: true })).toBe("Unknown");
  });

  it("refuses what has expired by its own clock", () => {
    const tags = new Tags();
    tags.remember("A", { ...accepted, expiresAtMs: 1_000 });
    expect(tags.known("A", 999, BOTH)).toBe("Accepted");
    expect(tags.known("A", 1_000, BOTH)).toBe("Expired");
  });

  it("takes differences in, off and on, but not of an older version", () => {
    const tags = new Tags();
    expect(tags.sendList("Full", 5, [{ tag: "A", info: accepted }])).toBe("Accepted");
    expect(tags.sendList("Differential", 4, [])).toBe("VersionMismatch");
    const difference = [
      { tag: "A", info: undefined },
      { tag: "B", info: accepted },
    ];
    expect(tags.sendList("Differential", 6, difference)).toBe("Accepted");
    expect(tags.known("A", 0, BOTH)).toBe("Unknown");
    expect(tags.known("B", 0, BOTH)).toBe("Accepted");
    expect(tags.listVersion).toBe(6);
  });

  it("refuses a list that is too long, and keeps the one it has", () => {
    const tags = new Tags();
    tags.sendList("Full", 1, [{ tag: "A", info: accepted }]);
    const many = Array.from({ length: 5_001 }, (_, index) => ({ tag: `T${index}`, info: accepted }));
    expect(tags.sendList("Full", 2, many)).toBe("Failed");
    expect(tags.known("A", 0, BOTH)).toBe("Accepted");
  });

  it("lets tags of one parent stop each other's charging", () => {
    const tags = new Tags();
    tags.sendList("Full", 1, [
      { tag: "A", info: { ...accepted, parent: "P" } },
      { tag: "B", info: { ...accepted, parent: "p" } },
      { tag: "C", info: accepted },
    ]);
    expect(tags.isSameGroup("A", "b")).toBe(true);
    expect(tags.isSameGroup("A", "C")).toBe(false);
    expect(tags.isSameGroup("X", "x")).toBe(true);
  });
});
