import { describe, expect, it } from "vitest";

import { siteStateOf } from "./site-state.ts";

describe("a simulated device as it really stands", () => {
  it("is nothing where its simulator does not answer", () => {
    expect(siteStateOf({ id: "locker-wall", kind: "locker", state: null })).toBeUndefined();
  });

  it("is running and no more where this page knows no picture of it, or cannot read what it says", () => {
    expect(siteStateOf({ id: "a", kind: "kettle", state: { lines: [] } })).toEqual({ kind: "other" });
    expect(siteStateOf({ id: "a", kind: "locker", state: { doors: [{ lock: "three" }] } })).toEqual({ kind: "other" });
    expect(siteStateOf({ id: "a", kind: "toString", state: {} })).toEqual({ kind: "other" });
  });

  it("is a wall of doors", () => {
    const door = { board: 0, isOpen: false, isJammed: false, isOccupied: false, pulses: 0 };
    const doors = [
      { ...door, lock: 1, isOccupied: true },
      { ...door, lock: 2, isOpen: true, isJammed: true },
      { ...door, lock: 3, isJammed: true },
    ];
    expect(siteStateOf({ id: "locker-wall", kind: "locker", state: { doors } })).toMatchObject({
      compartments: [
        { number: 1, state: "closed", occupied: "on" },
        { number: 2, state: "open", occupied: "off" },
        { number: 3, state: "failed" },
      ],
    });
  });

  it("is a sign with the lines that a passenger reads", () => {
    const state = { lines: ["前方积水", "请绕行"], priority: "emergency", isAway: false, columns: 32 };
    expect(siteStateOf({ id: "bus-sign", kind: "sign", state })).toEqual({
      kind: "sign",
      lines: ["前方积水", "请绕行"],
      isEmergency: true,
      isAway: false,
    });
  });
});
