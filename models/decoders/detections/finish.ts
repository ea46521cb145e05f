import type { Thresholds } from "../../manifest.ts";
import { toSource, type Placement } from "../../preprocess/placement.ts";
import type { Candidate, Detection } from "./detection.ts";
import { suppress } from "./nms.ts";

/** What every detector needs besides its tensors. */
export interface DetectorContext {
  readonly placement: Placement;
  /** Class ids in channel order. */
  readonly classIds: readonly string[];
  readonly thresholds: Thresholds;
}

/** The lowest score that any class lets through: what is below it needs no decoding. */
export function lowestScore({ classIds, thresholds }: Pick<DetectorContext, "classIds" | "thresholds">): number {
  return classIds.reduce((lowest, id) => Math.min(lowest, scoreOf(id, thresholds)), 1);
}

/**
 * Turns candidates into detections: scores, the cap on candidates, suppression, the way back to source pixels, the clip
 * to the picture and the cap on detections, in this order.
 *
 * A box that lies wholly in the padding, or is thinner than a thousandth of a pixel, is no detection.
 */
export function finish(candidates: readonly Candidate[], context: DetectorContext): readonly Detection[] {
  const { thresholds } = context;
  const rule = {
    iou: thresholds.nmsIou,
    isByClass: thresholds.isNmsByClass,
    max: thresholds.maxCandidates,
  };
  return placed(suppress(best(candidates, context), rule), context);
}

/** As `finish`, for models that suppress by themselves. */
export function finishListed(candidates: readonly Candidate[], context: DetectorContext): readonly Detection[] {
  return placed(best(candidates, context), context);
}

function best(candidates: readonly Candidate[], { classIds, thresholds }: DetectorContext): readonly Candidate[] {
  const scores = classIds.map((id) => scoreOf(id, thresholds));
  return (
    candidates
      .filter(({ classIndex, score }) => score >= (scores[classIndex] ?? Number.POSITIVE_INFINITY))
      // Sorting is stable: of equal scores the earlier one stays first, on every machine.
      .toSorted((a, b) => b.score - a.score)
      .slice(0, thresholds.maxCandidates)
  );
}

function scoreOf(id: string, { score, scoreByClass }: Thresholds): number {
  return Object.hasOwn(scoreByClass, id) ? (scoreByClass[id] ?? score) : score;
}

const THINNEST_PX = 1e-3;

function placed(candidates: readonly Candidate[], { placement, thresholds }: DetectorContext): readonly Detection[] {
  const detections: Detection[] = [];
  for (const candidate of candidates) {
    if (detections.length >= thresholds.maxDetections) break;
    const detection = inSource(candidate, placement);
    if (detection !== undefined) detections.push(detection);
  }
  return detections;
}

function inSource(candidate: Candidate, placement: Placement): Detection | undefined {
  const { width, height } = placement.source;
  const upper = toSource(placement, { x: candidate.x1, y: candidate.y1 });
  const lower = toSource(placement, { x: candidate.x2, y: candidate.y2 });
  const box = {
    x1: clip(upper.x, width),
    y1: clip(upper.y, height),
    x2: clip(lower.x, width),
    y2: clip(lower.y, height),
  };
  if (!(box.x2 - box.x1 >= THINNEST_PX && box.y2 - box.y1 >= THINNEST_PX)) return undefined;
  const found = { box, score: Math.min(1, candidate.score), classIndex: candidate.classIndex };
  if (candidate.landmarks === undefined) return found;
  return { ...found, landmarks: candidate.landmarks.map((point) => toSource(placement, point)) };
}

function clip(value: number, side: number): number {
  return Math.min(side, Math.max(0, value));
}
