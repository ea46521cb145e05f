import type { FrameTruth } from "../../scenes/engine/frame.ts";
import { openScene } from "../../scenes/scene.ts";
import { DEFAULT_TRACKER, EMPTY_TRACKER, stepTracker, type TrackerState } from "../../tracking/byte-tracker.ts";
import { clearMot } from "../../tracking/evaluation/clear-mot.ts";
import { hota } from "../../tracking/evaluation/hota.ts";
import { identityScore } from "../../tracking/evaluation/identity.ts";
import type { ComparedFrame, Named } from "../../tracking/evaluation/sequence.ts";
import { stepIouTracker, type IouTracker } from "../../tracking/testing/iou-tracker.ts";
import { EMPTY_LINE, stepLine, type CountingLine, type LineState } from "../../zones/line.ts";
import { CLASS_OF, detectionsOf, truthOf } from "./noisy-detections.ts";

/** One tracker on one scene at one rate. */
export interface TrackerFigures {
  readonly mota: number;
  readonly idf1: number;
  readonly hota: number;
  readonly switches: number;
}

/** One scene's figures. */
export interface SceneFigures {
  readonly scene: string;
  readonly structure: string;
  readonly seed: number;
  readonly seconds: number;
  /** At 5 and at 15 frames a second. */
  readonly ours: { readonly fps5: TrackerFigures; readonly fps15: TrackerFigures };
  readonly plain: { readonly fps5: TrackerFigures; readonly fps15: TrackerFigures };
  /** Crossings of the scene's line in both directions: true, and as counted. */
  readonly crossings: { readonly truth: number; readonly fps5: number; readonly fps15: number };
}

export interface SceneCase {
  readonly scene: "street" | "square";
  readonly structure: string;
  readonly split: "train" | "held-out";
  readonly seed: number;
  readonly seconds: number;
}

const RATE = 15;

/** Runs both trackers over a rendered scene; detections are its truth with seeded noise, misses and false alarms. */
export async function compareTrackers({
  scene: name,
  structure,
  split,
  seed,
  seconds,
}: SceneCase): Promise<SceneFigures> {
  const scene = await openScene({ scene: name, structure, split, seed, fineness: 1, day: "overcast" });
  const truths: FrameTruth[] = [];
  for (let number = 0; number <= seconds * RATE; number += 1)
    truths.push(withoutPixels(scene.truthAt(Math.round((number * 1_000) / RATE))));
  const third = truths.filter((_, index) => index % 3 === 0);
  const [fast, slow] = [ourFrames(truths, seed), ourFrames(third, seed)];
  return {
    scene: name,
    structure,
    seed,
    seconds,
    ours: { fps5: figuresOf(slow.frames), fps15: figuresOf(fast.frames) },
    plain: { fps5: figuresOf(plainFrames(third, seed)), fps15: figuresOf(plainFrames(truths, seed)) },
    crossings: { truth: crossedIn(truths), fps5: slow.crossings, fps15: fast.crossings },
  };
}

/** Hundreds of frames are kept; their pixels are not needed any more. */
function withoutPixels(truth: FrameTruth): FrameTruth {
  return { ...truth, ids: new Uint16Array(0) };
}

function figuresOf(frames: readonly ComparedFrame[]): TrackerFigures {
  const { mota, switches } = clearMot(frames);
  return { mota, switches, idf1: identityScore(frames).idf1, hota: hota(frames).hota };
}

/** The last crossings less those at the beginning, of both directions. */
function crossedIn(truths: readonly FrameTruth[]): number {
  return crossedBy(truths.at(-1)) - crossedBy(truths[0]);
}

function crossedBy(truth: FrameTruth | undefined): number {
  return Number(truth?.facts["towardsOverLine"] ?? 0) + Number(truth?.facts["awayOverLine"] ?? 0);
}

function lineOf(truth: FrameTruth | undefined): CountingLine | undefined {
  const [a, b] = truth?.regions.find(({ kind }) => kind === "line")?.points ?? [];
  return a === undefined || b === undefined ? undefined : { a, b, deadBandPx: 3 };
}

/** On the street only vehicles count, on the square people. */
function isCounted(name: "vehicles" | "people", classIndex: number): boolean {
  return name === "people" ? classIndex === CLASS_OF.person : classIndex !== CLASS_OF.person;
}

function ourFrames(
  truths: readonly FrameTruth[],
  seed: number,
): { readonly frames: readonly ComparedFrame[]; readonly crossings: number } {
  const line = lineOf(truths[0]);
  const counted = truths[0]?.regions.some(({ name }) => name === "people line") === true ? "people" : "vehicles";
  let state: TrackerState = EMPTY_TRACKER;
  let lineState: LineState = EMPTY_LINE;
  let crossings = 0;
  const frames = truths.map((truth): ComparedFrame => {
    const atS = truth.atMs / 1_000;
    const step = stepTracker(state, detectionsOf(truth, seed), atS, DEFAULT_TRACKER);
    if (step.kind === "stepped") state = step.state;
    const seen = state.tracks.filter(({ phase }) => phase === "confirmed");
    if (line !== undefined) {
      const standings = seen
        .filter(({ classIndex }) => isCounted(counted, classIndex))
        .map(({ id, box }) => ({ trackId: id, point: { x: (box.x1 + box.x2) / 2, y: box.y2 } }));
      const moved = stepLine(line, lineState, { atS, standings }, DEFAULT_TRACKER.keepLostS + 1);
      lineState = moved.state;
      crossings += moved.crossings.length;
    }
    return { truth: truthOf(truth), tracked: seen.map(({ id, box }): Named => ({ id, box })) };
  });
  return { frames, crossings };
}

function plainFrames(truths: readonly FrameTruth[], seed: number): readonly ComparedFrame[] {
  let state: IouTracker = { boxes: [], nextId: 1 };
  return truths.map((truth): ComparedFrame => {
    state = stepIouTracker(state, detectionsOf(truth, seed));
    return { truth: truthOf(truth), tracked: state.boxes };
  });
}
