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

  it("is charge points on one fuse, each connector with what is in force at its station", () => {
    const connector = { connector: 1, limitA: 14, drawsA: [14, 0, 0], status: "charging" };
    const station = { isAccepted: true, queueLength: 0, lastSwipe: "started", connectors: [connector] };
    const state = {
      supply: { limitA: 40, highestA: { L1: 14, L2: 14, L3: 28 }, wiring: { "CP-2": ["L3", "L1", "L2"] } },
      stations: [
        { ...station, identity: "CP-1" },
        { ...station, identity: "CP-2", isAccepted: false, queueLength: 3, lastSwipe: "refused" },
      ],
    };
    expect(siteStateOf({ id: "car-park", kind: "chargers", state })).toMatchObject({
      chargers: {
        limitA: 40,
        highestA: 28,
        waitingCount: 3,
        wasCardRefused: true,
        connectors: [
          { id: "CP-1/1", grantA: 14, wiring: [], isAway: false },
          { id: "CP-2/1", drawsA: [14, 0, 0], wiring: ["L3", "L1", "L2"], isAway: true },
        ],
      },
    });
  });

  it("is a fire panel that has told of a fire or has not", () => {
    expect(siteStateOf(panel([1]))).toEqual({ kind: "fire-panel", isBurning: true });
    expect(siteStateOf(panel([]))).toEqual({ kind: "fire-panel", isBurning: false });
  });
});

function panel(fires: readonly number[]) {
  return { id: "fire-panel", kind: "fire-panel", state: { panels: [{ fires }] } };
}
