import type { Measurement } from "@outpost/firmware-adapters/event.ts";
import { describe, expect, it } from "vitest";

import { WatchedPoints } from "./watched-points.ts";

function reading(deviceId: string, pointId: string, value: number): Measurement {
  return {
    kind: "measurement",
    deviceId,
    pointId,
    unit: "A",
    reading: { quality: "good", value },
    isReportable: true,
    occurredAtMs: 1,
    monotonicMs: 1,
    clockConfidence: "plausible",
  };
}

describe("points that other devices look at", () => {
  it("are shown at once as they last were, then with every reading, until nobody looks any more", () => {
    const first = reading("meter", "current.a", 7);
    const watched = new WatchedPoints({ latest: (_, pointId) => (pointId === "current.a" ? first : undefined) });
    const seen: Measurement[] = [];
    const points = ["current.a", "current.b"].map((pointId) => ({ deviceId: "meter", pointId }));
    const watching = watched.watch(points, (one) => seen.push(one));
    const second = reading("meter", "current.b", 8);
    watched.accept(second);
    watched.accept(reading("meter", "current.c", 9));
    watched.accept(reading("other", "current.a", 9));
    expect(seen).toEqual([first, second]);
    watching[Symbol.dispose]();
    watched.accept(second);
    expect(seen).toHaveLength(2);
  });
});
