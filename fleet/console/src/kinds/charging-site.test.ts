import { describe, expect, it } from "vitest";

import { pointsById, type SamplePoint } from "../../testing/sample-devices.ts";
import { connectorsOf } from "./charge-point.ts";
import { chargingSiteOf, phaseState } from "./charging-site.ts";

/** One phase's figures: limit, available, granted, metered. */
function phaseOf(...[limit, available, exposed, metered]: readonly (number | string)[]): readonly SamplePoint[] {
  return [
    ["limit.l1", limit ?? 0, null, "A"],
    ["available.l1", available ?? 0, null, "A"],
    ["exposed.l1", exposed ?? 0, null, "A"],
    ["metered.l1", metered ?? 0, null, "A"],
  ];
}

describe("a charging site", () => {
  it("is read from its points, and nothing else is one", () => {
    const stop: SamplePoint = ["stop", 1, { min: 0, max: 1, isHazardous: false }];
    const site = chargingSiteOf(pointsById([...phaseOf(63, 60, 32, 20), ["charging", 2], stop]));
    expect(site).toMatchObject({ charging: { value: 2 }, stop: "on", canStop: true });
    expect(site?.phases.map(({ name, limit }) => [name, limit.kind])).toEqual([
      ["L1", "good"],
      ["L2", "absent"],
      ["L3", "absent"],
    ]);
    expect(chargingSiteOf(pointsById([["limit.l1", 63]]))).toBeUndefined();
    expect(chargingSiteOf(pointsById([["connector1.limit", 16]]))).toBeUndefined();
  });

  it.each([
    ["within", phaseOf(63, 60, 32, 20)],
    ["within", phaseOf(63, 60, 61, 64)],
    ["lowering", phaseOf(63, 30, 32, 20)],
    ["over", phaseOf(63, 60, 32, 64.5)],
    ["over", phaseOf(63, "timeout", "timeout", 80)],
    ["unknown", phaseOf(63, 60, 32, "timeout")],
    ["unknown", phaseOf("timeout", 60, 32, 20)],
  ] as const)("has a phase that is %s", (state, rows) => {
    const phase = chargingSiteOf(pointsById(rows))?.phases[0];
    expect(phase && phaseState(phase)).toBe(state);
  });
});

describe("a charge point", () => {
  it("has connectors with what they may draw and the highest that they draw", () => {
    const connectors = connectorsOf(
      pointsById([
        ["connector2.status", 0],
        ["connector1.status", 2],
        ["connector1.limit", 16, null, "A"],
        ["connector1.current.l1", 9, null, "A"],
        ["connector1.current.l2", 12.5, null, "A"],
        ["connector1.current.l3", "timeout", null, "A"],
        ["connector2.current.l1", "link-down", null, "A"],
        ["connector10.status", "link-down"],
        ["connector3.power", 1],
        ["tolerated", 3],
      ]),
    );
    expect(connectors).toMatchObject([
      { number: 1, status: "charging", limit: { value: 16 }, draw: { value: 12.5 } },
      { number: 2, status: "available", draw: { kind: "bad", reason: "link-down" }, limit: { kind: "absent" } },
      { number: 10, status: "unknown" },
    ]);
    expect(connectorsOf(pointsById([["connector1.status", 42]]))[0]?.status).toBe("unknown");
    expect(connectorsOf(pointsById([["pressed", 1]]))).toEqual([]);
  });
});
