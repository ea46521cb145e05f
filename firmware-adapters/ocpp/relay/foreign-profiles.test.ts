import { describe, expect, it } from "vitest";

import { fakeDeps } from "../../testing/fake-deps.ts";
import { ForeignProfiles, isProfileCall } from "./foreign-profiles.ts";

const set16 = (id: unknown, stackLevel: unknown): object => ({
  connectorId: 1,
  csChargingProfiles: { chargingProfileId: id, stackLevel },
});
const set201 = (id: number, stackLevel: number): object => ({ evseId: 1, chargingProfile: { id, stackLevel } });

describe("charging profiles of upstream's", () => {
  it("are told by their action", () => {
    expect(["SetChargingProfile", "ClearChargingProfile", "Reset"].map(isProfileCall)).toEqual([true, true, false]);
  });

  it.each([
    ["at our place replace ours and overrule nothing", [["Set", set16(9, 0)]], false],
    ["above ours overrule", [["Set", set16(9, 1)]], true],
    ["above ours overrule in 2.0.1", [["Set", set201(9, 1)]], true],
    [
      "end with their id",
      [
        ["Set", set16(9, 1)],
        ["Clear", { id: 9 }],
      ],
      false,
    ],
    [
      "end with their id in 2.0.1",
      [
        ["Set", set201(9, 1)],
        ["Clear", { chargingProfileId: 9 }],
      ],
      false,
    ],
    [
      "do not end with another's",
      [
        ["Set", set16(9, 1)],
        ["Clear", { id: 8 }],
      ],
      true,
    ],
    [
      "end when all are cleared",
      [
        ["Set", set16(9, 1)],
        ["Set", set16(8, 2)],
        ["Clear", {}],
      ],
      false,
    ],
    [
      "come down when they are set anew",
      [
        ["Set", set16(9, 1)],
        ["Set", set16(9, 0)],
      ],
      false,
    ],
    [
      "are nothing where nothing can be read",
      [
        ["Set", set16("x", "y")],
        ["Set", undefined],
        ["Set", { a: 1 }],
      ],
      false,
    ],
  ] as const)("%s", async (_, calls, overrule) => {
    const { memory } = fakeDeps();
    const foreign = new ForeignProfiles(memory);
    for (const [what, payload] of calls) await foreign.accepted(`${what}ChargingProfile`, payload);
    expect(foreign.overrule).toBe(overrule);
    expect(new ForeignProfiles(memory).overrule).toBe(overrule);
  });
});
