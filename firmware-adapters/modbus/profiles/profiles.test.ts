import { describe, expect, it } from "vitest";

import { pumpStationProfile } from "../profile.ts";
import type { PointInput, ProfileInput } from "../profile.ts";
import { PROFILE_NAMES, shippedProfile } from "./profiles.ts";

describe("the shipped profiles", () => {
  it("are the ones the documentation names", () => {
    expect(PROFILE_NAMES).toEqual(["grundfos-cim-wastewater", "level-flow-node", "two-pump-station"]);
  });

  it.each(PROFILE_NAMES)("%s stands under its own id and passes every check of the schema", (name) => {
    const profile = shippedProfile(name);
    expect(profile?.id).toBe(name);
    expect(profile?.points.length).toBeGreaterThan(5);
  });

  it("claim to be verified only where somebody held the map against a device", () => {
    expect(PROFILE_NAMES.filter((name) => shippedProfile(name)?.isVerified === true)).toEqual([]);
  });

  it("give every hazardous button of the pump station an interlock and, for pumps, a feedback", () => {
    const hazardous = (shippedProfile("two-pump-station")?.points ?? []).filter((one) => one.writable?.isHazardous);
    expect(hazardous.map((one) => one.id)).toContain("pump2.start");
    expect(hazardous.filter((one) => one.writable?.interlocks.length === 0)).toEqual([]);
    const pumps = hazardous.filter((one) => one.id.startsWith("pump"));
    expect(pumps.filter((one) => one.writable?.feedback === undefined)).toEqual([]);
  });

  it("are not found under a name nobody gave", () => {
    expect(shippedProfile("three-pump-station")).toBeUndefined();
  });
});

const point = (changes: Partial<PointInput> = {}): PointInput => ({
  id: "level",
  name: { zh: "液位", en: "Level" },
  table: "holding-register",
  address: 0,
  type: { kind: "uint16" },
  pollGroup: "all",
  ...changes,
});
const profile = (...points: PointInput[]): ProfileInput => ({
  id: "test",
  name: { zh: "测试", en: "test" },
  isVerified: false,
  source: "test",
  pollGroups: { all: { everyMs: 1_000 } },
  points,
});
const writable = { min: 0, max: 1, isHazardous: false };

describe("the profile schema", () => {
  it.each<[string, ProfileInput, string]>([
    ["two points of one id", profile(point(), point()), "points.1.id"],
    ["an address beyond the table", profile(point({ address: 65_536 })), "points.0.address"],
    [
      "a pair that begins in the last register",
      profile(point({ address: 65_535, type: { kind: "float32", order: "ABCD" } })),
      "points.0.address",
    ],
    ["a number in a coil", profile(point({ table: "coil" })), "points.0.type"],
    ["a bool in a register", profile(point({ type: { kind: "bool" } })), "points.0.type"],
    ["a poll group that is not declared", profile(point({ pollGroup: "fast" })), "points.0.pollGroup"],
    ["a scale of zero", profile(point({ scale: 0 })), "points.0.scale"],
    ["a written input register", profile(point({ table: "input-register", writable })), "points.0.writable"],
    ["a written bit of a register", profile(point({ type: { kind: "bit", bit: 3 }, writable })), "points.0.writable"],
    ["limits the wrong way round", profile(point({ writable: { ...writable, min: 2 } })), "points.0.writable.max"],
    ["a pulse on a register", profile(point({ writable: { ...writable, pulseMs: 500 } })), "points.0.writable.pulseMs"],
    [
      "start limits without a feedback to count them on",
      profile(point({ writable: { ...writable, startLimits: { maxStartsPerHour: 6, minOffMs: 0 } } })),
      "points.0.writable.startLimits",
    ],
    [
      "an interlock on a point that does not exist",
      profile(
        point({
          writable: {
            ...writable,
            interlocks: [{ pointId: "remote", is: "equal", value: 1, why: { zh: "x", en: "x" } }],
          },
        }),
      ),
      "points.0.writable",
    ],
    ["a misspelt field", profile(Object.assign(point(), { adress: 3 })), "points.0"],
  ])("refuses %s and says where", (_, input, path) => {
    const result = pumpStationProfile.safeParse(input);
    expect(result.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });

  it("fills in what a person left out", () => {
    expect(pumpStationProfile.parse(profile(point())).points[0]).toMatchObject({ scale: 1, offset: 0, deadband: 0 });
  });
});
