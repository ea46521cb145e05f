import { describe, expect, it } from "vitest";

import { newCourier } from "./courier.ts";
import { pickUpCode } from "./pick-up.ts";

const NOW = 1_795_600_000_000;
const courier = newCourier("demo-lockers");

function wall(...doors: readonly object[]) {
  const all = doors.map((door, index) => ({
    board: 0,
    lock: index + 1,
    isOpen: false,
    isJammed: false,
    isOccupied: false,
    pulses: 0,
    ...door,
  }));
  return [{ id: "locker-wall", kind: "locker", state: { doors: all } }];
}

describe("the code that a receiver is sent", () => {
  it("is for the first parcel behind a shut door", () => {
    const doors = wall(
      { isOccupied: true, isOpen: true },
      {},
      { isOccupied: true, isJammed: true },
      { isOccupied: true },
    );
    expect(pickUpCode(doors, courier, NOW)).toEqual({
      deviceId: "locker-wall",
      door: 4,
      code: courier.codeFor("a04", 0, NOW),
    });
  });

  it("is another after the door was opened: each opens once", () => {
    const codes = [0, 1, 2, 3].map((pulses) => pickUpCode(wall({ isOccupied: true, pulses }), courier, NOW)?.code);
    expect(new Set(codes).size).toBe(4);
    for (const code of codes) expect(code).toMatch(/^\d{8}$/);
  });

  it("is none where nothing waits, or nothing is known", () => {
    expect(pickUpCode(wall({}), courier, NOW)).toBeNull();
    expect(pickUpCode([{ id: "locker-wall", kind: "locker", state: null }], courier, NOW)).toBeNull();
    expect(pickUpCode([{ id: "bus-sign", kind: "sign", state: { doors: [] } }], courier, NOW)).toBeNull();
  });

  it("opens nothing of another demo", () => {
    expect(newCourier("demo-lockers").codeFor("a01", 0, NOW)).not.toBe(courier.codeFor("a01", 0, NOW));
  });
});
