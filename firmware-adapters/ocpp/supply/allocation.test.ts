import { describe, expect, it } from "vitest";

import { PHASES, type Phase } from "../words.ts";
import { allocate, type Claim } from "./allocation.ts";

const three = (key: string, changes: Partial<Claim> = {}): Claim => ({
  key,
  phases: PHASES,
  maxA: 32,
  priority: 0,
  ...changes,
});
const one = (key: string, phase: Phase, changes: Partial<Claim> = {}): Claim =>
  three(key, { phases: [phase], ...changes });
const supply = (L1: number, L2 = L1, L3 = L1) => ({ L1, L2, L3 });
const shares = (claims: readonly Claim[], available: ReturnType<typeof supply>) =>
  Object.fromEntries(allocate(claims, available));

describe("sharing a supply", () => {
  it.each<[string, Claim[], ReturnType<typeof supply>, Record<string, number>]>([
    ["gives one car all it can take", [three("a")], supply(100), { a: 32 }],
    ["gives equal shares", [three("a"), three("b"), three("c")], supply(48), { a: 16, b: 16, c: 16 }],
    [
      "gives what a small one leaves to the others",
      [three("a", { maxA: 8 }), three("b"), three("c")],
      supply(48),
      { a: 8, b: 20, c: 20 },
    ],
    [
      "never gives less than 6 A: the last one waits",
      [three("a"), three("b"), three("c")],
      supply(17),
      { a: 8.5, b: 8.5, c: 0 },
    ],
    [
      "lets the higher priority have its minimum first",
      [three("a"), three("b"), three("c", { priority: 1 })],
      supply(13),
      { a: 6.5, b: 0, c: 6.5 },
    ],
    ["pauses everybody where there is not even 6 A", [three("a")], supply(5.9), { a: 0 }],
    ["takes less than nothing for nothing", [three("a")], supply(-20), { a: 0 }],
    ["rounds down to a tenth", [three("a"), three("b"), three("c")], supply(20), { a: 6.6, b: 6.6, c: 6.6 }],
    [
      "a full phase stops only those on it",
      [one("a", "L1"), one("b", "L2"), one("c", "L3")],
      supply(32, 10, 0),
      { a: 32, b: 10, c: 0 },
    ],
    [
      "a three-phase car is bound by its fullest phase, and leaves the rest to the others",
      [three("a"), one("b", "L1"), one("c", "L2")],
      supply(20, 40, 40),
      { a: 10, b: 10, c: 30 },
    ],
  ])("%s", (_, claims, available, expected) => {
    expect(shares(claims, available)).toEqual(expected);
  });
});
