import { pumpStationProfile } from "../profile.ts";
import type { PointInput, ProfileInput, PumpStationProfile } from "../profile.ts";

/** A point with what every point needs, for tests. */
export function testPoint(changes: Partial<PointInput> & Pick<PointInput, "id">): PointInput {
  return {
    name: { zh: "点", en: "point" },
    table: "holding-register",
    address: 0,
    type: { kind: "uint16" },
    pollGroup: "all",
    ...changes,
  };
}

/** A profile of these points, all polled together. */
export function testProfile(points: readonly PointInput[], changes: Partial<ProfileInput> = {}): PumpStationProfile {
  return pumpStationProfile.parse({
    id: "test",
    name: { zh: "测试", en: "test" },
    isVerified: false,
    source: "a test",
    pollGroups: { all: { everyMs: 100 } },
    points: [...points],
    ...changes,
  });
}

/** One point a table: what the scripted unit's numbered memory answers. */
export function smallProfile(): PumpStationProfile {
  return testProfile([
    testPoint({ id: "word", address: 7, deadband: 0.5 }),
    testPoint({ id: "input", table: "input-register", address: 20 }),
    testPoint({ id: "contact", table: "discrete-input", address: 3, type: { kind: "bool" } }),
    testPoint({
      id: "coil",
      table: "coil",
      address: 1,
      type: { kind: "bool" },
      writable: { min: 0, max: 1, isHazardous: false },
    }),
  ]);
}
