import type { Detection } from "@outpost/models/decoders/detections/detection.ts";
import { RULE_KINDS } from "@outpost/models/evaluators/rule-kinds.ts";
import type { FrameTruth } from "@outpost/models/scenes/engine/frame.ts";
import { openScene } from "@outpost/models/scenes/scene.ts";
import { DEFAULT_TRACKER, EMPTY_TRACKER, stepTracker } from "@outpost/models/tracking/byte-tracker.ts";
import { associationScore } from "@outpost/models/tracking/evaluation/association.ts";
import { clearMot } from "@outpost/models/tracking/evaluation/clear-mot.ts";
import { identityScore } from "@outpost/models/tracking/evaluation/identity.ts";
import type { ComparedFrame, Named } from "@outpost/models/tracking/evaluation/sequence.ts";
import { stepIouTracker, type IouTracker } from "@outpost/models/tracking/testing/iou-tracker.ts";
import { seededRandom } from "@outpost/models/tracking/testing/scripted-world.ts";

import { round } from "../../rules/bench/quantile.ts";

const SIZE = { width: 480, height: 270 };
const RATE = 15;
const SEED = 11;
/** What is seen less of than this, a detector does not find. */
const LEAST_VISIBLE = 0.3;
/** Smaller than this nobody counts it, in pixels. */
const LEAST_HEIGHT = 12;
const KINDS = ["person", "car", "bus", "truck", "two-wheeler"];

interface Look {
  readonly atS: number;
  readonly truth: readonly Named[];
  readonly found: readonly Detection[];
}

/**
 * Tracks things of a rendered scene and compares with what is true, at 15 and at 5 frames a second. What the tracker is
 * given are the true boxes as a middling detector would have them: shaken, missed, scored by how much is seen.
 */
export async function trackerFigures(scene: "square" | "street", seconds: number) {
  const world = await openScene({ scene, seed: SEED, split: "train", ...SIZE, fineness: 1 });
  const random = seededRandom(SEED);
  const truths = Array.from({ length: seconds * RATE }, (_, index) => world.truthAt(10_000 + (index * 1_000) / RATE));
  const looks = truths.map((truth) => lookAt(truth, random));
  const line = truths[0]?.regions.find(({ kind }) => kind === "line")?.points ?? [];
  const [full, few] = [looks, looks.filter((_, index) => index % 3 === 0)];
  const counts = { truth: countTrue(full, line), at15: countTracked(full, line), at5: countTracked(few, line) };
  const most = Math.max(1, counts.truth);
  return {
    scene,
    structure: world.structure,
    seconds,
    at15: { ours: figuresOf(ours(full)), plain: figuresOf(plain(full)) },
    at5: { ours: figuresOf(ours(few)), plain: figuresOf(plain(few)) },
    counts,
    apart: round(Math.abs(counts.at15 - counts.at5) / most),
  };
}

function lookAt({ atMs, things }: FrameTruth, random: () => number): Look {
  const seen = things.filter(({ kind, box, visibleShare }) => {
    return KINDS.includes(kind) && visibleShare >= LEAST_VISIBLE && box.y2 - box.y1 >= LEAST_HEIGHT;
  });
  const found = seen.flatMap(({ box, visibleShare }) => {
    if (random() < 0.05) return [];
    const shake = (): number => (random() - 0.5) * 0.06 * (box.y2 - box.y1);
    const shaken = { x1: box.x1 + shake(), y1: box.y1 + shake(), x2: box.x2 + shake(), y2: box.y2 + shake() };
    return [{ box: shaken, score: 0.2 + 0.65 * visibleShare, classIndex: 0 }];
  });
  return { atS: atMs / 1_000, truth: seen.map(({ id, box }) => ({ id, box })), found };
}

function ours(looks: readonly Look[]): readonly ComparedFrame[] {
  let state = EMPTY_TRACKER;
  return looks.map(({ atS, truth, found }) => {
    const stepped = stepTracker(state, found, atS, DEFAULT_TRACKER);
    if (stepped.kind === "stepped") state = stepped.state;
    const tracked = state.tracks.filter(({ phase }) => phase === "confirmed").map(({ id, box }) => ({ id, box }));
    return { truth, tracked };
  });
}

function plain(looks: readonly Look[]): readonly ComparedFrame[] {
  let state: IouTracker = { boxes: [], nextId: 1 };
  return looks.map(({ truth, found }) => {
    state = stepIouTracker(state, found);
    return { truth, tracked: state.boxes };
  });
}

function figuresOf(frames: readonly ComparedFrame[]) {
  const { mota, switches } = clearMot(frames);
  return {
    mota: round(mota),
    idf1: round(identityScore(frames).idf1),
    association: round(associationScore(frames).score),
    switches,
  };
}

type Ends = readonly { readonly x: number; readonly y: number }[];

function countTracked(looks: readonly Look[], ends: Ends): number {
  return count(
    looks.map(({ atS }) => atS),
    ours(looks).map(({ tracked }) => tracked),
    ends,
  );
}

function countTrue(looks: readonly Look[], ends: Ends): number {
  return count(
    looks.map(({ atS }) => atS),
    looks.map(({ truth }) => truth),
    ends,
  );
}

/** Crossings of the scene's line, both ways, by the rule that people-count and traffic use. */
function count(times: readonly number[], things: readonly (readonly Named[])[], [a, b]: Ends): number {
  if (a === undefined || b === undefined) return 0;
  let evaluator = RULE_KINDS["line-count"].begin(
    { kind: "line", a, b, plane: SIZE },
    { deadBandPx: 3, forgetAfterS: 3 },
  );
  let total = 0;
  for (const [index, atS] of times.entries()) {
    const objects = (things[index] ?? []).map(({ id, box }) => {
      return { trackId: id, phase: "confirmed" as const, classIndex: 0, box, score: 1 };
    });
    const { next, evaluation } = evaluator.step({ atS, objects });
    evaluator = next;
    total += evaluation.happenings.length;
  }
  return total;
}
