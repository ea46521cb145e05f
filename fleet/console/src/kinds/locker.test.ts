import { describe, expect, it } from "vitest";

import type { PointLatest } from "../../../api/schemas.ts";
import { pointsById } from "../../testing/sample-devices.ts";
import type { Contact } from "../live/shown.ts";
import { doorState, lockerOf } from "./locker.ts";

const WRITABLE: PointLatest["writable"] = { min: 1, max: 1, isHazardous: false };

describe("a locker wall", () => {
  it("is read from the points of its doors, in the order of their numbers", () => {
    const points = pointsById([
      ["door10.open", 0, WRITABLE],
      ["door2.open", 1, WRITABLE],
      ["door2.occupied", 1],
      ["door2.leftOpen", 0],
      ["door7.open", "link-down"],
      ["openAll", "not-yet-read", { ...WRITABLE, isHazardous: true }],
    ]);
    expect(lockerOf(points)).toEqual({
      canOpenAll: true,
      compartments: [
        { number: 2, state: "open", occupied: "on", canOpen: true },
        { number: 7, state: "unknown", occupied: "absent", canOpen: false },
        { number: 10, state: "closed", occupied: "absent", canOpen: true },
      ],
    });
  });

  it("is none without a door", () => {
    expect(lockerOf(pointsById([["doorOpen", 1]]))).toBeUndefined();
  });
});

describe("how a door stands", () => {
  const absent = { open: "off", forced: "absent", leftOpen: "absent", failed: "absent" } as const;
  it.each<[Partial<Record<keyof typeof absent, Contact>>, string]>([
    [{}, "closed"],
    [{ open: "on" }, "open"],
    [{ open: "on", leftOpen: "on" }, "left-open"],
    [{ open: "on", leftOpen: "on", forced: "on" }, "forced"],
    [{ failed: "on" }, "failed"],
    [{ open: "unknown" }, "unknown"],
    [{ open: "unknown", leftOpen: "on" }, "unknown"],
    [{ open: "unknown", forced: "unknown" }, "unknown"],
  ])("%j is %s", (contacts, state) => {
    expect(doorState({ ...absent, ...contacts })).toBe(state);
  });
});
