import { describe, expect, it } from "vitest";

import type { Walker } from "../tracking/testing/scripted-world.ts";
import { fitGroundPlane } from "../zones/ground-plane.ts";
import type { Scope } from "./evaluator.ts";
import { readingAt, runScript } from "./testing/run-script.ts";

const PLANE = { width: 1280, height: 720 };
/** The right half of the picture. */
const RIGHT: Scope = {
  kind: "zone",
  polygon: [
    { x: 640, y: 0 },
    { x: 1280, y: 0 },
    { x: 1280, y: 720 },
    { x: 640, y: 720 },
  ],
  plane: PLANE,
  ground: undefined,
};
/** Upright in the middle: from left to right is backward (out), from right to left forward (in), as drawn downwards. */
const MIDDLE: Scope = { kind: "line", a: { x: 640, y: 0 }, b: { x: 640, y: 720 }, plane: PLANE };
const person = { width: 60, height: 160 };
const car = { width: 240, height: 130 };
const walk = (id: number, shape: { width: number; height: number }, ...path: [number, number, number][]): Walker => ({
  id,
  ...shape,
  path: path.map(([atS, x, y]) => ({ atS, x, y })),
});
/** Twenty pixels a metre, seen from straight above. */
const corner = (x: number, y: number) => ({ pixel: { x, y }, metres: { x: x / 20, y: y / 20 } });
const RATES = [5, 15];
const SEED = 7;

describe.each(RATES)("scripted scenes at %i frames a second", (fps) => {
  it.each(["water-edge", "perimeter", "ebike-in-lift"])("%s tells once who comes in, and that he left", (id) => {
    const walkers = [
      walk(1, person, [0, 200, 500], [5, 400, 500], [8, 900, 500], [20, 950, 500], [23, 300, 500], [30, 250, 500]),
    ];
    const told = runScript(id, { walkers, scope: RIGHT, untilS: 30, fps, seed: SEED });
    expect(told.happenings.map(({ name }) => name)).toEqual(["entered", "left"]);
    expect(readingAt(told, "present", 4)).toBe(0);
    expect(readingAt(told, "present", 15)).toBe(1);
    expect(readingAt(told, "present", 29)).toBe(0);
  });

  it("a passer-by of half a second is no presence", () => {
    const walkers = [walk(1, person, [0, 200, 500], [5, 630, 500], [5.2, 660, 500], [5.4, 630, 500], [12, 200, 500])];
    const told = runScript("perimeter", { walkers, scope: RIGHT, untilS: 12, fps, seed: SEED });
    expect(told.happenings).toEqual([]);
  });

  it("loitering tells of one who stays beyond the limit, once, though a passer-by hides him", () => {
    const walkers = [
      walk(1, person, [0, 800, 500], [80, 820, 500]),
      walk(2, { width: 120, height: 200 }, [20, 300, 540], [24, 1200, 540]),
    ];
    const told = runScript("loitering", { walkers, scope: RIGHT, untilS: 80, fps, seed: SEED });
    expect(told.happenings.map(({ name }) => name)).toEqual(["overstayed"]);
    expect(told.happenings[0]?.atS).toBeCloseTo(60, -1);
    expect(readingAt(told, "over", 50)).toBe(0);
    expect(readingAt(told, "over", 79)).toBe(1);
  });

  it("people-count counts both ways, and not who turns back or stands on the line", () => {
    const walkers = [
      walk(1, person, [0, 1000, 500], [8, 200, 500]),
      walk(2, person, [2, 1100, 690], [11, 150, 690]),
      walk(3, person, [12, 200, 600], [20, 1100, 600]),
      walk(4, person, [22, 200, 500], [26, 600, 500], [30, 200, 500]),
      walk(5, person, [32, 300, 500], [36, 640, 500], [50, 640, 500]),
    ];
    const told = runScript("people-count", { walkers, scope: MIDDLE, untilS: 50, fps, seed: SEED });
    expect([readingAt(told, "in", 50), readingAt(told, "out", 50), readingAt(told, "inside", 50)]).toEqual([2, 1, 1]);
    expect(told.happenings.map(({ details }) => details["direction"])).toEqual(["in", "in", "out"]);
  });

  it("crowd rises through its levels and comes down later than it went up", () => {
    const walkers = Array.from({ length: 12 }, (_, index) => {
      const x = 680 + (index % 6) * 100;
      const y = 300 + Math.floor(index / 6) * 300;
      return walk(index + 1, person, [index < 6 ? 0 : 20, x, y], [index < 6 ? 60 : 40, x, y]);
    });
    const parameters = { mediumAt: 5, highAt: 10 };
    const told = runScript("crowd", { walkers, scope: RIGHT, untilS: 60, fps, seed: SEED, parameters });
    expect(readingAt(told, "level", 15)).toBe(1);
    expect(readingAt(told, "level", 35)).toBe(2);
    expect(readingAt(told, "level", 58)).toBe(1);
    expect(told.happenings.map(({ details }) => details["level"])).toEqual([1, 2, 1]);
    expect(readingAt(told, "most", 35)).toBe(20);
  });

  it("queue tells length and wait, and does not count who walks through", () => {
    const walkers = [
      walk(1, person, [0, 700, 500], [40, 700, 500]),
      walk(2, person, [10, 850, 500], [40, 850, 500]),
      walk(3, person, [20, 300, 300], [22, 900, 300], [24, 300, 300]),
    ];
    const told = runScript("queue", { walkers, scope: RIGHT, untilS: 40, fps, seed: SEED });
    expect(readingAt(told, "length", 39)).toBe(2);
    expect(readingAt(told, "wait", 39)).toBeGreaterThan(35);
    expect(readingAt(told, "length", 24)).toBe(2);
  });

  it("illegal-parking tells of one car once, though it is hidden for a while, and that it has gone", () => {
    const walkers = [
      walk(1, car, [0, 200, 600], [4, 900, 600], [150, 900, 600], [154, 200, 600], [160, 150, 600]),
      walk(2, { width: 500, height: 300 }, [60, 0, 700], [66, 900, 700], [70, 900, 700], [76, 0, 700]),
    ];
    const told = runScript("illegal-parking", { walkers, scope: RIGHT, untilS: 160, fps, seed: SEED });
    expect(told.happenings.map(({ name }) => name)).toEqual(["parked", "gone"]);
    expect(told.happenings[0]?.atS).toBeCloseTo(124, -1);
    expect(readingAt(told, "parked", 100)).toBe(0);
    expect(readingAt(told, "parked", 140)).toBe(1);
    expect(readingAt(told, "parked", 159)).toBe(0);
  });

  it("traffic tells flow over a line: twelve cars a minute", () => {
    const walkers = Array.from({ length: 24 }, (_, index) =>
      walk(index + 1, car, [index * 5, 1150, 600], [index * 5 + 4, 130, 600]),
    );
    const told = runScript("traffic", { walkers, scope: MIDDLE, untilS: 120, fps, seed: SEED });
    expect(readingAt(told, "flow", 5)).toBeUndefined();
    expect(readingAt(told, "flow", 119)).toBeGreaterThan(10.5);
    expect(readingAt(told, "flow", 119)).toBeLessThan(13.5);
    expect(readingAt(told, "total", 120)).toBe(24);
  });

  it("traffic is congested where the zone is full and nobody moves, and free where cars drive", () => {
    const standing = Array.from({ length: 6 }, (_, index) =>
      walk(index + 1, { width: 90, height: 60 }, [0, 690 + index * 100, 500], [60, 690 + index * 100, 500]),
    );
    const jam = runScript("traffic", {
      walkers: standing,
      scope: RIGHT,
      untilS: 60,
      fps,
      seed: SEED,
      parameters: { fullAt: 8 },
    });
    expect(readingAt(jam, "level", 59)).toBe(2);
    const driving = [walk(1, car, [0, 1150, 600], [6, 130, 600]), walk(2, car, [8, 1150, 600], [14, 130, 600])];
    const free = runScript("traffic", { walkers: driving, scope: RIGHT, untilS: 14, fps, seed: SEED });
    expect(readingAt(free, "level", 13)).toBe(0);
  });

  it("traffic tells the speed between four marks: 10 m a second is 36 km/h", () => {
    const ground = fitGroundPlane([corner(640, 100), corner(1280, 100), corner(1280, 720), corner(640, 720)]);
    const walkers = [walk(1, car, [0, 1250, 600], [3, 650, 600])];
    const told = runScript("traffic", { walkers, scope: { ...RIGHT, ground }, untilS: 3, fps, seed: SEED });
    expect(readingAt(told, "speed", 2.9)).toBeGreaterThan(32);
    expect(readingAt(told, "speed", 2.9)).toBeLessThan(40);
  });
});
