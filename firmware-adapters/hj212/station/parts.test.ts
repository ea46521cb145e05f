import { describe, expect, it } from "vitest";

import { fakeDeps } from "../../testing/fake-deps.ts";
import { Parts, type Part } from "./parts.ts";

const part = (no: number, over: Partial<Part> = {}): Part => ({
  qn: "20260801085857223",
  cn: 2051,
  count: 2,
  no,
  cp: `part ${no}`,
  digest: `0${no}`,
  ...over,
});

function newParts(): Parts {
  return new Parts(fakeDeps().memory, 0);
}

describe("the parts of a split message", () => {
  it("are joined in the order of their numbers, and their rows deleted with the commit of the last", () => {
    const parts = newParts();
    expect(parts.add(part(2), 0)).toMatchObject({ kind: "waits", dropped: [] });
    const whole = parts.add(part(1), 0);
    expect(whole).toMatchObject({ kind: "whole", cp: "part 1;part 2" });
    if (whole.kind !== "whole") return;
    expect(Object.values(whole.rows).filter((row) => row === null)).toHaveLength(2);
    // The disk did not take it: the last part comes again, and the message is whole again.
    expect(parts.add(part(1), 0)).toMatchObject({ kind: "whole", cp: "part 1;part 2" });
    whole.finish();
    expect(parts.add(part(2), 0)).toEqual({ kind: "repeated" });
  });

  it("of another message under the same QN put out those that wait", () => {
    const parts = newParts();
    parts.add(part(1), 0);
    const step = parts.add(part(1, { cp: "other", digest: "ff" }), 0);
    expect(step).toMatchObject({ kind: "waits", dropped: [{ have: 1, count: 2 }] });
    expect(parts.add(part(2), 0)).toMatchObject({ kind: "whole", cp: "other;part 2" });
  });

  it("are given up after ten minutes without another", () => {
    const parts = newParts();
    parts.add(part(1), 1_000);
    expect(parts.expire(600_999).dropped).toEqual([]);
    const { dropped, rows } = parts.expire(601_000);
    expect(dropped).toEqual([{ qn: part(1).qn, cn: 2051, have: 1, count: 2 }]);
    expect(Object.values(rows)).toEqual([null]);
    expect(parts.expire(2_000_000).dropped).toEqual([]);
  });

  it("are met again in what was on disk, and rows that are none are let be", () => {
    const rows = new Map([
      ["part/20260801085857223/2051/2/1/01", "part 1"],
      ["part/nonsense", "x"],
      ["something else", "y"],
    ]);
    const parts = new Parts(fakeDeps({ rows }).memory, 0);
    expect(parts.add(part(2), 0)).toMatchObject({ kind: "whole", cp: "part 1;part 2" });
  });

  it("are met as soon as the disk can be read, where it could not be at first", () => {
    const rows = new Map([["part/20260801085857223/2051/2/1/01", "part 1"]]);
    const memory = { ...fakeDeps({ rows }).memory, isRestored: false };
    const parts = new Parts(memory, 0);
    expect(parts.add(part(2), 0)).toMatchObject({ kind: "waits" });
    memory.isRestored = true;
    expect(parts.add(part(2), 0)).toMatchObject({ kind: "whole", cp: "part 1;part 2" });
  });

  it("are at most 64, of at most 8 messages", () => {
    const parts = newParts();
    expect(parts.add(part(1, { count: 65 }), 0)).toMatchObject({ kind: "refused" });
    for (let message = 0; message < 8; message += 1) {
      expect(parts.add(part(1, { qn: `${message}` }), 0)).toMatchObject({ dropped: [] });
    }
    expect(parts.add(part(1, { qn: "one more" }), 0)).toMatchObject({ dropped: [{ qn: "0" }] });
  });
});
