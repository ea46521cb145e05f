import { describe, expect, it } from "vitest";

import { Receipts, type Received, type ReceiptTime } from "./receipts.ts";

const seen = (monotonicMs: number, isWallTrusted = true): ReceiptTime => ({
  wallMs: 1_790_000_000_000 + monotonicMs,
  monotonicMs,
  isWallTrusted,
});
const said = (given: Partial<Received> = {}): Received => ({
  mark: "mark",
  id: undefined,
  isSentAgain: false,
  sameWithinMs: 1_000,
  ...given,
});

function taken(receipts: Receipts, received: Received, time: ReceiptTime): string {
  const key = receipts.keyOf(received, time);
  receipts.begin(received.mark, { key, events: [] }, time);
  receipts.done(key);
  return key;
}

describe("receipts", () => {
  it("know a message by its sender's id, however late it comes again", () => {
    const receipts = new Receipts();
    const key = taken(receipts, said({ id: "id-1" }), seen(0));
    expect(key).toBe("id-1");
    expect(receipts.keyOf(said({ id: "id-1", mark: "other" }), seen(3_600_000))).toBe("id-1");
    expect(receipts.stateOf("id-1")).toEqual({ kind: "done" });
  });

  it.each([
    ["the same content within its time is the same press", {}, 900, true],
    ["later it is another press", {}, 1_100, false],
    ["other content is another press", { mark: "other" }, 100, false],
    ["sent again, it is the same for two minutes", { isSentAgain: true }, 119_000, true],
    ["and not for ever: an alarm too many is better than one too few", { isSentAgain: true }, 121_000, false],
    ["an id of its own and the same content within its time: the same uplink once more", { id: "id-2" }, 900, true],
    ["an id of its own, later", { id: "id-2" }, 1_100, false],
    ["an id of its own, sent again, is told by its id", { id: "id-2", isSentAgain: true }, 1_100, false],
  ] as const)("%s", (_, again, afterMs, isSame) => {
    const receipts = new Receipts();
    const first = taken(receipts, said(), seen(0));
    expect(receipts.keyOf(said(again), seen(afterMs)) === first).toBe(isSame);
  });

  it("give presses without an id keys of their own", () => {
    const receipts = new Receipts();
    const keys = [0, 2_000, 4_000].map((atMs) => taken(receipts, said(), seen(atMs)));
    expect(new Set(keys).size).toBe(3);
  });

  it("hold what is not written down yet, for when it comes again", () => {
    const receipts = new Receipts();
    const request = { key: "id-1", events: [], rows: { a: "b" } };
    receipts.begin("mark", request, seen(0));
    expect(receipts.stateOf("id-1")).toEqual({ kind: "pending", request });
    receipts.done("id-1");
    expect(receipts.stateOf("id-1")).toEqual({ kind: "done" });
    expect(receipts.stateOf("id-2")).toEqual({ kind: "new" });
  });

  it.each([
    ["by wall clock within its time", seen(60_000), true, true],
    ["by wall clock later", seen(180_000), true, false],
    ["not by a wall clock that could not be believed then", seen(60_000), false, false],
    ["not by one that cannot be believed now", seen(60_000, false), true, false],
  ] as const)("are remembered over a restart: %s", (_, now, isWallTrusted, isSame) => {
    const before = new Receipts();
    const time = seen(0, isWallTrusted);
    const key = before.keyOf(said(), time);
    const after = new Receipts();
    after.remember(before.savedWith(key, "mark", time));
    expect(after.keyOf(said({ isSentAgain: true }), now) === key).toBe(isSame);
    expect(after.stateOf(key)).toEqual({ kind: "done" });
  });

  it("remember sixteen, the latest, and leave out what says nothing", () => {
    const before = new Receipts();
    for (let index = 0; index < 20; index += 1)
      taken(before, said({ id: `id-${index}`, mark: `m${index}` }), seen(index));
    const saved = before.savedWith("id-20", "m20", seen(20));
    expect(saved.split("\n")).toHaveLength(16);
    const after = new Receipts();
    after.remember(`nonsense\n\n x y\n${saved}`);
    expect(after.stateOf("id-20")).toEqual({ kind: "done" });
    expect(after.stateOf("id-5")).toEqual({ kind: "done" });
    expect(after.stateOf("id-4")).toEqual({ kind: "new" });
  });
});
