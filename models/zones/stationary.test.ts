import { describe, expect, it } from "vitest";

import type { Box } from "../decoders/detections/box.ts";
import {
  DEFAULT_STATIONARY,
  EMPTY_STATIONARY,
  type SeenTrack,
  type StationaryEvent,
  type StationarySettings,
  stepStationary,
} from "./stationary.ts";

const car = (x: number, width = 100): Box => ({ x1: x, y1: 50, x2: x + width, y2: 100 });
const seen = (trackId: number, box: Box, classIndex = 0): SeenTrack => ({ trackId, box, classIndex });

/** Runs a script of seconds at a frame rate. */
function watch(
  untilS: number,
  script: (atS: number) => readonly SeenTrack[],
  { fps = 5, settings = DEFAULT_STATIONARY }: { readonly fps?: number; readonly settings?: StationarySettings } = {},
): readonly StationaryEvent[] {
  let state = EMPTY_STATIONARY;
  return Array.from({ length: untilS * fps }, (_, index) => index / fps).flatMap((atS) => {
    const step = stepStationary(state, script(atS), atS, settings);
    state = step.state;
    return step.events;
  });
}

describe("what stands still", () => {
  it.each([0.5, 5, 15])("is told once, after stillAfterS, at %d frames a second", (fps) => {
    expect(watch(60, () => [seen(1, car(0))], { fps })).toEqual([
      { kind: "stopped", placeId: 1, trackId: 1, sinceS: 0 },
    ]);
  });

  it("does not call a slow car standing", () => {
    expect(watch(60, (atS) => [seen(1, car(atS * 5))])).toEqual([]);
  });

  it("keeps a car that is lost and found under another track id, with its time", () => {
    const events = watch(120, (atS) => {
      if (atS < 30) return [seen(1, car(0))];
      return atS < 80 ? [] : [seen(2, car(4))];
    });
    expect(events).toEqual([{ kind: "stopped", placeId: 1, trackId: 1, sinceS: 0 }]);
  });

  it("joins it again though it was first found half hidden", () => {
    const events = watch(120, (atS) => {
      if (atS < 30) return [seen(1, car(0))];
      if (atS < 40) return [];
      return atS < 45 ? [seen(2, car(0, 30))] : [seen(2, car(0))];
    });
    expect(events.map(({ kind }) => kind)).toEqual(["stopped"]);
  });

  it("is not disturbed by a passer-by who hides half of it for a second", () => {
    const events = watch(60, (atS) => [seen(1, atS > 30 && atS < 31 ? car(0, 45) : car(0))]);
    expect(events.map(({ kind }) => kind)).toEqual(["stopped"]);
  });

  it("says when it drives away, and how long it stood", () => {
    const events = watch(60, (atS) => [seen(1, car(atS < 40 ? 0 : (atS - 40) * 60))]);
    expect(events.at(-1)).toMatchObject({ kind: "gone", placeId: 1, reason: "moved" });
    const { stoodS = 0 } = events.flatMap((event) => (event.kind === "gone" ? [event] : []))[0] ?? {};
    expect(Math.abs(stoodS - 40)).toBeLessThan(1);
  });

  it("lets go of what stays unseen", () => {
    const events = watch(200, (atS) => (atS <= 30 ? [seen(1, car(0))] : []));
    expect(events.at(-1)).toEqual({ kind: "gone", placeId: 1, reason: "unseen", stoodS: 30 });
  });

  it("takes the next car in the same bay for another one", () => {
    const events = watch(120, (atS) => {
      if (atS < 30) return [seen(1, car(0))];
      if (atS < 40) return [seen(1, car((atS - 30) * 100))];
      return [seen(2, car(0))];
    });
    expect(events.map((event) => [event.kind, event.placeId])).toEqual([
      ["stopped", 1],
      ["gone", 1],
      ["stopped", expect.any(Number)],
    ]);
    expect(events.at(-1)?.placeId).not.toBe(1);
  });

  it("does not give a place to another class, unless both are one group", () => {
    expect(watch(60, reparked).map(({ kind }) => kind)).toEqual(["stopped", "stopped"]);
    expect(
      watch(60, reparked, { settings: { ...DEFAULT_STATIONARY, groups: [0, 1, 1] } }).map(({ kind }) => kind),
    ).toEqual(["stopped"]);
  });

  it("does not let a neighbour that is seen itself take a place", () => {
    const events = watch(60, (atS) => (atS < 30 ? [seen(1, car(0)), seen(2, car(20))] : [seen(2, car(20))]));
    expect(events.map(({ kind }) => kind)).toEqual(["stopped", "stopped"]);
  });

  it("keeps no more places than it may", () => {
    let state = EMPTY_STATIONARY;
    const settings = { ...DEFAULT_STATIONARY, maxPlaces: 3 };
    const many = Array.from({ length: 10 }, (_, index) => seen(index, car(index * 200)));
    state = stepStationary(state, many, 0, settings).state;
    expect(state.places).toHaveLength(3);
  });
});

/** A car of class 1 that is lost and comes back called class 2. */
function reparked(atS: number): readonly SeenTrack[] {
  if (atS < 30) return [seen(1, car(0), 1)];
  return atS < 35 ? [] : [seen(2, car(0), 2)];
}
