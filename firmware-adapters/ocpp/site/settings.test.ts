import { describe, expect, it } from "vitest";

import { chargingSite } from "./adapter.ts";

const member = (connector: number, more: object = {}) => ({ station: "CP-1", connector, ...more });
const THREE = [1, 2, 3].map((connector) => member(connector));
const amperes = (each: number) => ({ L1: each, L2: each, L3: each });

function configure(supply: object, members: readonly object[] = THREE): string {
  return chargingSite.configure("supply", { supply, members }).profile;
}

describe("a charging site's settings", () => {
  it.each([
    ["all fallbacks together fit to the ampere", { limitA: amperes(18), fallbackA: 6 }, THREE],
    ["nobody has a fallback", { limitA: amperes(6), otherLoadsA: amperes(6), fallbackA: 0 }, THREE],
    [
      "one-phase connectors are spread over the phases",
      { limitA: amperes(6), fallbackA: 6 },
      ["L1", "L2", "L3"].map((phase, index) => member(index + 1, { phases: [phase] })),
    ],
  ] as const)("are taken where %s", (_, supply, members) => {
    expect(configure(supply, members)).toBe("3 connectors");
  });

  it.each([
    ["of one phase", { limitA: { L1: 32, L2: 17.9, L3: 32 }, fallbackA: 6 }, "17.9 A left on L2, found 18 A"],
    [
      "beside what the rest of the site draws",
      { limitA: amperes(32), otherLoadsA: { L1: 0, L2: 0, L3: 20 }, fallbackA: 6 },
      "12 A left on L3, found 18 A",
    ],
  ] as const)("are refused where all fallbacks together would trip the fuse %s", (_, supply, why) => {
    // With the gateway dead every station falls back at once.
    expect(() => configure(supply)).toThrow(why);
    expect(() => configure(supply)).toThrow(expect.objectContaining({ code: "ocpp/bad-settings" }));
  });

  it("are refused where a fallback is below what a car can be told", () => {
    expect(() => configure({ limitA: amperes(32), fallbackA: 5 })).toThrow("0, or at least 6");
  });
});
