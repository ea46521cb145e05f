import { describe, expect, it } from "vitest";

import type { Box } from "../decoders/detections/box.ts";
import type { Detection } from "../decoders/detections/detection.ts";
import {
  DEFAULT_TRACKER,
  EMPTY_TRACKER,
  stepTracker,
  type TrackerSettings,
  type TrackerState,
} from "./byte-tracker.ts";
import { clearMot } from "./evaluation/clear-mot.ts";
import { identityScore } from "./evaluation/identity.ts";
import type { ComparedFrame } from "./evaluation/sequence.ts";
import { type IouTracker, stepIouTracker } from "./testing/iou-tracker.ts";
import { type Walker, watch, type WorldFrame } from "./testing/scripted-world.ts";
import { velocityOf } from "./track.ts";

const box = (x: number, y = 0): Box => ({ x1: x, y1: y, x2: x + 40, y2: y + 80 });
const seen = (one: Box, score = 0.8, classIndex = 0): Detection => ({ box: one, score, classIndex });

/** Runs frames of detections `stepS` apart and gives the state after each. */
function run(
  frames: readonly (readonly Detection[])[],
  stepS: number,
  settings: TrackerSettings = DEFAULT_TRACKER,
): readonly TrackerState[] {
  let state = EMPTY_TRACKER;
  return frames.map((detections, index) => {
    const step = stepTracker(state, detections, index * stepS, settings);
    if (step.kind === "stepped") state = step.state;
    return state;
  });
}
const times = <One>(count: number, one: (index: number) => One): readonly One[] =>
  Array.from({ length: count }, (_, index) => one(index));

describe("the life of a track", () => {
  it.each([5, 10, 15, 30])("is believed after the same time at %i frames a second", (fps) => {
    const states = run(
      times(fps, () => [seen(box(0))]),
      1 / fps,
    );
    const atS = states.findIndex(({ tracks }) => tracks[0]?.phase === "confirmed") / fps;
    expect(atS).toBeGreaterThanOrEqual(DEFAULT_TRACKER.confirmAfterS - 1e-6);
    expect(atS).toBeLessThanOrEqual(DEFAULT_TRACKER.confirmAfterS + 1 / fps);
  });

  it("is believed at the second sighting where frames are seconds apart", () => {
    const [, second] = run([[seen(box(0))], [seen(box(1))]], 5, {
      ...DEFAULT_TRACKER,
      dropTentativeAfterS: 12,
      keepLostS: 12,
    });
    expect(second?.tracks.map(({ phase }) => phase)).toEqual(["confirmed"]);
  });

  it("drops what flashed up once", () => {
    const states = run([[seen(box(0))], ...times(10, () => [])], 0.1);
    expect(states.at(-1)?.tracks).toEqual([]);
    expect(states.flatMap(({ tracks }) => tracks).every(({ phase }) => phase === "tentative")).toBe(true);
  });

  it("comes back under its id after a second behind a pillar, where its motion led", () => {
    const frames = times(40, (index) => (index >= 15 && index < 25 ? [] : [seen(box(index * 6))]));
    const states = run(frames, 0.1);
    expect(states[20]?.tracks[0]?.phase).toBe("lost");
    expect(states.at(-1)?.tracks.map(({ id, phase }) => ({ id, phase }))).toEqual([{ id: 1, phase: "confirmed" }]);
    const track = states.at(-1)?.tracks[0];
    expect(track && Math.abs(velocityOf(track).x - 60)).toBeLessThan(3);
  });

  it("ends after keepLostS and says so, and its id is never used again", () => {
    let state = EMPTY_TRACKER;
    const ended: number[] = [];
    for (let index = 0; index < 60; index += 1) {
      const detections = index < 10 || index > 40 ? [seen(box(0))] : [];
      const step = stepTracker(state, detections, index * 0.1, DEFAULT_TRACKER);
      if (step.kind !== "stepped") continue;
      state = step.state;
      ended.push(...step.endedIds);
    }
    expect(ended).toEqual([1]);
    expect(state.tracks.map(({ id }) => id)).toEqual([2]);
  });

  it("changes nothing on a frame that is not newer", () => {
    const [state = EMPTY_TRACKER] = run([[seen(box(0))]], 1);
    expect(stepTracker(state, [], 0, DEFAULT_TRACKER)).toEqual({ kind: "stale" });
    expect(stepTracker(state, [], -1, DEFAULT_TRACKER)).toEqual({ kind: "stale" });
    expect(stepTracker(state, [], Number.NaN, DEFAULT_TRACKER)).toEqual({ kind: "stale" });
  });
});

describe("association", () => {
  it("keeps a fading thing by its weak detections, but starts none from them", () => {
    const states = run(
      times(30, (index) => [seen(box(0), index < 10 ? 0.8 : 0.2), seen(box(300), 0.2)]),
      0.1,
    );
    expect(states.at(-1)?.tracks.map(({ id, phase }) => ({ id, phase }))).toEqual([{ id: 1, phase: "confirmed" }]);
  });

  it("takes a weak detection for a thing missed a moment ago, not for one lost for longer", () => {
    expect(phaseAfter(3)).toBe("confirmed");
    expect(phaseAfter(8)).toBe("lost");
  });

  it("does not take a person for a car, but a truck where cars and trucks are one group", () => {
    const frames = times(20, (index) => [seen(box(0), 0.8, index < 10 ? 1 : 2)]);
    expect(run(frames, 0.1).at(-1)?.tracks).toHaveLength(2);
    const grouped = run(frames, 0.1, { ...DEFAULT_TRACKER, groups: [0, 1, 1] }).at(-1)?.tracks;
    expect(grouped?.map(({ id }) => id)).toEqual([1]);
  });

  it("calls a thing what it was called most", () => {
    const frames = times(20, (index) => [seen(box(0), 0.8, index % 5 === 4 ? 2 : 1)]);
    const [track] = run(frames, 0.1, { ...DEFAULT_TRACKER, groups: [0, 1, 1] }).at(-1)?.tracks ?? [];
    expect(track?.classIndex).toBe(1);
  });

  it("starts no more tracks than it may", () => {
    const crowd = times(20, (index) => seen(box(index * 100)));
    expect(run([crowd, crowd], 0.1, { ...DEFAULT_TRACKER, maxTracks: 7 }).at(-1)?.tracks).toHaveLength(7);
  });

  it("keeps a fast thing at five frames a second, from its second sighting on", () => {
    // Three quarters of its width a frame: without the reach, the first overlap would be too small.
    const states = run(
      times(10, (index) => [seen(box(index * 30))]),
      0.2,
    );
    expect(states.at(-1)?.tracks.map(({ id }) => id)).toEqual([1]);
  });
});

const CROSSING: readonly Walker[] = [
  {
    id: 1,
    width: 40,
    height: 90,
    path: [
      { atS: 0, x: 50, y: 300 },
      { atS: 10, x: 590, y: 310 },
    ],
  },
  {
    id: 2,
    width: 40,
    height: 90,
    path: [
      { atS: 0, x: 590, y: 320 },
      { atS: 10, x: 50, y: 325 },
    ],
  },
  {
    id: 3,
    width: 44,
    height: 95,
    path: [
      { atS: 1, x: 320, y: 200 },
      { atS: 5, x: 330, y: 340 },
      { atS: 10, x: 480, y: 350 },
    ],
  },
  {
    id: 4,
    width: 60,
    height: 60,
    path: [
      { atS: 0, x: 200, y: 305 },
      { atS: 10, x: 201, y: 305 },
    ],
  },
  {
    id: 5,
    width: 38,
    height: 85,
    path: [
      { atS: 3, x: 100, y: 150 },
      { atS: 9, x: 560, y: 160 },
    ],
  },
];

describe("scripted crossings, measured", () => {
  it.each([5, 15])("keeps ids through crossings at %i frames a second, better than plain overlap", (fps) => {
    const runs = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => compare(watch(CROSSING, { fps, untilS: 10, seed })));
    const idf1 = mean(runs.map(({ byte }) => identityScore(byte).idf1));
    const plainIdf1 = mean(runs.map(({ plain }) => identityScore(plain).idf1));
    const mota = mean(runs.map(({ byte }) => clearMot(byte).mota));
    const switches = mean(runs.map(({ byte }) => clearMot(byte).switches));
    const plainSwitches = mean(runs.map(({ plain }) => clearMot(plain).switches));
    console.log(JSON.stringify({ fps, idf1, plainIdf1, mota, switches, plainSwitches }));
    expect(idf1).toBeGreaterThan(0.9);
    expect(idf1).toBeGreaterThan(plainIdf1 + 0.1);
    expect(mota).toBeGreaterThan(0.85);
    expect(switches).toBeLessThan(plainSwitches / 5);
  });
});

function compare(frames: readonly WorldFrame[]): {
  readonly byte: readonly ComparedFrame[];
  readonly plain: readonly ComparedFrame[];
} {
  let state = EMPTY_TRACKER;
  let plain: IouTracker = { boxes: [], nextId: 1 };
  const both = frames.map(({ atS, truth, detections }) => {
    const step = stepTracker(state, detections, atS, DEFAULT_TRACKER);
    if (step.kind === "stepped") state = step.state;
    plain = stepIouTracker(plain, detections);
    const tracked = state.tracks
      .filter(({ phase }) => phase === "confirmed")
      .map(({ id, box: where }) => ({ id, box: where }));
    return [
      { truth, tracked },
      { truth, tracked: plain.boxes },
    ] as const;
  });
  return { byte: both.map(([one]) => one), plain: both.map(([, one]) => one) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What a track is when a weak detection follows so many empty frames, a tenth of a second each. */
function phaseAfter(gap: number): string | undefined {
  const frames = times(gap + 11, (index) => {
    if (index < 10) return [seen(box(0))];
    return index < 10 + gap ? [] : [seen(box(0), 0.2)];
  });
  return run(frames, 0.1).at(-1)?.tracks[0]?.phase;
}
