import { describe, expect, it } from "vitest";

import { diffSites } from "./site-diff.ts";

const was = {
  site: { id: "s", timeZone: "Asia/Shanghai" },
  uplink: { url: "mqtt://a:1883" },
  links: [{ id: "panel", port: 502 }],
  rules: [
    { id: "high", limit: 3.2, actions: ["siren"], message: { zh: "高", en: "High" } },
    { id: "low", limit: 0.5 },
  ],
};

describe("what differs between two site documents", () => {
  it("names what came, went and changed, by id and with the path of each field", () => {
    const is = {
      site: was.site,
      links: [{ id: "panel", port: 503 }],
      rules: [
        { id: "new", limit: 1 },
        { id: "high", limit: 3.2, actions: ["siren", "note"], message: { zh: "高", en: "Too high" } },
      ],
      later: { any: 1 },
    };
    expect(diffSites(was, is)).toEqual([
      { section: "uplink", change: "removed", fields: [{ path: "url", before: "mqtt://a:1883" }] },
      { section: "links", id: "panel", change: "changed", fields: [{ path: "port", before: 502, after: 503 }] },
      {
        section: "rules",
        id: "high",
        change: "changed",
        fields: [
          { path: "actions.1", after: "note" },
          { path: "message.en", before: "High", after: "Too high" },
        ],
      },
      { section: "rules", id: "low", change: "removed", fields: expect.any(Array) },
      { section: "rules", id: "new", change: "added", fields: expect.any(Array) },
      { section: "later", change: "added", fields: [{ path: "any", after: 1 }] },
    ]);
  });

  it("moving a thing is no change", () => {
    expect(diffSites(was, { ...was, rules: was.rules.toReversed() })).toEqual([]);
  });

  it("a block in a value's place shows both", () => {
    expect(diffSites({ a: { b: 1 } }, { a: { b: { c: 2 } } })).toEqual([
      {
        section: "a",
        change: "changed",
        fields: [
          { path: "b", before: 1 },
          { path: "b.c", after: 2 },
        ],
      },
    ]);
  });
});
