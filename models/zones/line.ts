import { type Point, type Size } from "../preprocess/placement.ts";
import { sideOf } from "./polygon.ts";

/** A counting line: a segment, not an endless line. Who goes round its end is not counted. */
export interface CountingLine {
  readonly a: Point;
  readonly b: Point;
  /**
   * Who is nearer than this to the line is on neither side, so a thing that stops on it or shakes over it counts once or
   * not at all. In source pixels.
   */
  readonly deadBandPx: number;
}

/** From the left-hand side of a → b to its right-hand side, as the picture is seen, or back. */
export type CrossingDirection = "forward" | "backward";

export interface Crossing {
  readonly trackId: number;
  readonly direction: CrossingDirection;
  readonly atS: number;
}

/** What a line remembers of one track. */
interface Passer {
  /** The side it was last firmly on, beyond the dead band; 0 before the first time. */
  readonly firmSide: -1 | 0 | 1;
  readonly last: Point;
  /** Passages through the segment since then, forward ones less backward ones. */
  readonly through: number;
  readonly seenAtS: number;
}

/** What a line knows between frames, by track id. */
export type LineState = ReadonlyMap<number, Passer>;

export const EMPTY_LINE: LineState = new Map();

/** One confirmed track's standing point in this frame. Tentative tracks and guesses of lost ones are not shown to a line. */
export interface Standing {
  readonly trackId: number;
  readonly point: Point;
}

interface LineStep {
  readonly state: LineState;
  readonly crossings: readonly Crossing[];
}

/**
 * Watches who crosses a line.
 *
 * A crossing counts when a track has come firmly to the other side and its way there led through the segment. A track
 * that is not seen keeps its side for `forgetAfterS`; the way it took unseen counts as straight.
 *
 * @param forgetAfterS  at least as long as the tracker keeps lost tracks.
 */
export function stepLine(
  line: CountingLine,
  state: LineState,
  frame: { readonly atS: number; readonly standings: readonly Standing[] },
  forgetAfterS: number,
): LineStep {
  const { atS, standings } = frame;
  const crossings: Crossing[] = [];
  const next = new Map([...state].filter(([, passer]) => atS - passer.seenAtS <= forgetAfterS));
  for (const { trackId, point } of standings) {
    const before = next.get(trackId);
    const side = firmSide(line, point);
    if (before === undefined) {
      next.set(trackId, { firmSide: side, last: point, through: 0, seenAtS: atS });
      continue;
    }
    const through = before.through + passage(line, before.last, point);
    if (side !== 0 && before.firmSide !== 0 && side !== before.firmSide && through * side > 0) {
      crossings.push({ trackId, direction: side > 0 ? "forward" : "backward", atS });
    }
    const passer = side === 0 ? { firmSide: before.firmSide, through } : { firmSide: side, through: 0 };
    next.set(trackId, { ...passer, last: point, seenAtS: atS });
  }
  return { state: next, crossings };
}

function firmSide({ a, b, deadBandPx }: CountingLine, point: Point): -1 | 0 | 1 {
  const distancePx = sideOf(a, b, point) / Math.hypot(b.x - a.x, b.y - a.y);
  if (distancePx > deadBandPx) return 1;
  return distancePx < -deadBandPx ? -1 : 0;
}

/** 1 where a step leads forward through the segment, −1 backward, 0 where it does not. */
function passage({ a, b }: CountingLine, from: Point, to: Point): -1 | 0 | 1 {
  // A point on the line counts as right of it: a step that ends there and one that begins there count once together.
  const [wasRight, isRight] = [sideOf(a, b, from) >= 0, sideOf(a, b, to) >= 0];
  if (wasRight === isRight) return 0;
  const [one, other] = [sideOf(from, to, a), sideOf(from, to, b)];
  if (one * other > 0) return 0;
  return isRight ? 1 : -1;
}

/**
 * What speaks against a line, to say when it is drawn.
 *
 * @param frame         the picture's size.
 * @param typicalBoxPx  the larger side of the things to be counted, where they pass.
 * @returns             reasons in words; none where the line will count.
 */
export function lineReasons({ a, b, deadBandPx }: CountingLine, frame: Size, typicalBoxPx: number): readonly string[] {
  const reasons: string[] = [];
  const lengthPx = Math.hypot(b.x - a.x, b.y - a.y);
  const isWithin = ({ x, y }: Point): boolean => x >= 0 && y >= 0 && x <= frame.width && y <= frame.height;
  if (!isWithin(a) || !isWithin(b)) reasons.push("an end lies outside the picture");
  if (lengthPx < typicalBoxPx) reasons.push("it is shorter than one of the things it shall count");
  if (!(deadBandPx >= 0 && deadBandPx <= typicalBoxPx)) {
    reasons.push("its dead band is wider than one of the things it shall count");
  }
  // A thing must be seen whole, beyond the dead band, on both sides; near the edge it is cut off or gone.
  const isNearEdge = [
    [a.x, b.x],
    [a.y, b.y],
    [frame.width - a.x, frame.width - b.x],
    [frame.height - a.y, frame.height - b.y],
  ].some((distances) => Math.max(...distances) < typicalBoxPx + deadBandPx);
  if (isNearEdge) reasons.push("it lies along the picture's edge, where things cannot be seen on both its sides");
  return reasons;
}
