import type { Box } from "../../decoders/detections/box.ts";
import { iou } from "../../decoders/detections/box.ts";
import type { Detection } from "../../decoders/detections/detection.ts";
import type { Named } from "../evaluation/sequence.ts";

/** A thing that walks from point to point, in pixels and seconds; x and y are its bottom centre. */
export interface Walker {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly path: readonly { readonly atS: number; readonly x: number; readonly y: number }[];
}

/** What one look at the world gives. */
export interface WorldFrame {
  readonly atS: number;
  readonly truth: readonly Named[];
  readonly detections: readonly Detection[];
}

/** A repeatable source of numbers from 0 up to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Looks at walkers as a detector would: boxes shake by 2 % of their height, what stands behind another thing scores low
 * or is not seen at all, and now and then a detection is missed or made up.
 */
export function watch(
  walkers: readonly Walker[],
  { fps, untilS, seed }: { readonly fps: number; readonly untilS: number; readonly seed: number },
): readonly WorldFrame[] {
  const random = seededRandom(seed);
  return Array.from({ length: Math.floor(untilS * fps) }, (_, index) => {
    const atS = index / fps;
    const truth = walkers.flatMap((walker) => {
      const box = boxAt(walker, atS);
      return box === undefined ? [] : [{ id: walker.id, box }];
    });
    const detections = truth.flatMap(({ id, box }) => detectionOf(box, truth, id, random));
    if (random() < 0.05) detections.push(madeUp(random));
    return { atS, truth: truth.filter(({ box, id }) => hiddenShare(box, truth, id) < 0.7), detections };
  });
}

function boxAt({ path, width, height }: Walker, atS: number): Box | undefined {
  const to = path.findIndex((point) => point.atS > atS);
  const [before, after] = [path[to - 1], path[to]];
  if (before === undefined || after === undefined) return undefined;
  const share = (atS - before.atS) / (after.atS - before.atS);
  const x = before.x + share * (after.x - before.x);
  const y = before.y + share * (after.y - before.y);
  return { x1: x - width / 2, y1: y - height, x2: x + width / 2, y2: y };
}

/** How much of a box is behind things that stand lower in the picture, that is nearer. */
function hiddenShare(box: Box, truth: readonly Named[], id: number): number {
  return Math.max(
    0,
    ...truth
      .filter((other) => other.id !== id && other.box.y2 > box.y2)
      .map((other) => {
        const overlap = iou(other.box, box);
        return (2 * overlap) / (1 + overlap);
      }),
  );
}

function detectionOf(box: Box, truth: readonly Named[], id: number, random: () => number): readonly Detection[] {
  const hidden = hiddenShare(box, truth, id);
  if (hidden > 0.7 || random() < 0.03) return [];
  const shake = (): number => (random() - 0.5) * 0.07 * (box.y2 - box.y1);
  const shaken = { x1: box.x1 + shake(), y1: box.y1 + shake(), x2: box.x2 + shake(), y2: box.y2 + shake() };
  return [{ box: shaken, score: 0.85 - 0.8 * hidden, classIndex: 0 }];
}

function madeUp(random: () => number): Detection {
  const x1 = random() * 600;
  const y1 = random() * 300;
  return { box: { x1, y1, x2: x1 + 30, y2: y1 + 60 }, score: 0.5 + 0.2 * random(), classIndex: 0 };
}
