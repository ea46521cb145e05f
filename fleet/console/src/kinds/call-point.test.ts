import { describe, expect, it } from "vitest";

import { pointsById } from "../../testing/sample-devices.ts";
import { callPointOf } from "./call-point.ts";

describe("a call point", () => {
  it("is a button with a light", () => {
    const points = pointsById([
      ["pressed", 1],
      ["test", 0],
      ["batteryLow", 1],
      ["tamper", "timeout"],
      ["battery", 12],
      ["indicator", 2],
    ]);
    expect(callPointOf(points)).toMatchObject({
      callId: "pressed",
      call: "on",
      isTesting: "off",
      testPressed: "absent",
      troubles: [
        { kind: "tamper", state: "unknown" },
        { kind: "batteryLow", state: "on" },
      ],
      battery: { kind: "good", value: 12 },
      indication: "delivered",
    });
  });

  it("is a pendant, which calls by another name and may have no light", () => {
    expect(callPointOf(pointsById([["emergency", 0]]))).toMatchObject({
      callId: "emergency",
      call: "off",
      indication: "absent",
      battery: { kind: "absent" },
    });
  });

  it.each([
    ["link-down", "unknown"],
    [4, "unknown"],
    [0, "off"],
    [3, "acknowledged"],
  ])("its light at %j is %s", (value, indication) => {
    const points = pointsById([
      ["pressed", 0],
      ["indicator", value],
    ]);
    expect(callPointOf(points)?.indication).toBe(indication);
  });

  it("is none where nothing calls", () => {
    expect(callPointOf(pointsById([["tamper", 0]]))).toBeUndefined();
  });
});
