import type { Box } from "../decoders/detections/box.ts";
import { ModelError } from "../errors.ts";
import type { Point } from "../preprocess/placement.ts";

/** A closed line through its corners in source pixels; the last corner joins the first. */
export type Polygon = readonly Point[];

export const MAX_CORNERS = 64;
const SMALLEST_AREA_PX = 1;

/**
 * Takes a polygon as drawn.
 *
 * @param corners  3 to 64, in either direction of turning.
 * @throws ModelError `models/bad-geometry` where it has too few or too many corners, crosses itself or has no area.
 */
export function parsePolygon(corners: readonly Point[]): Polygon {
  if (corners.length < 3 || corners.length > MAX_CORNERS) {
    throw bad(`it has ${corners.length} corners; 3 to ${MAX_CORNERS} are possible`);
  }
  if (!corners.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) throw bad("a corner is not a number");
  if (Math.abs(signedArea(corners)) < SMALLEST_AREA_PX) throw bad("it has no area");
  const crossing = selfCrossing(corners);
  if (crossing !== undefined) throw bad(`side ${crossing[0] + 1} crosses side ${crossing[1] + 1}`);
  return corners;
}

/** Whether a point lies within a polygon; one on the edge does. */
export function isInside(polygon: Polygon, point: Point): boolean {
  let isIn = false;
  for (const [index, a] of polygon.entries()) {
    const b = polygon[(index + 1) % polygon.length] ?? a;
    if (isOnSegment(a, b, point)) return true;
    const isBetween = a.y > point.y !== b.y > point.y;
    if (isBetween && point.x < a.x + ((point.y - a.y) * (b.x - a.x)) / (b.y - a.y)) isIn = !isIn;
  }
  return isIn;
}

/** The area in square pixels. */
export function polygonArea(polygon: Polygon): number {
  return Math.abs(signedArea(polygon));
}

/** Where a thing stands: the middle of its box's lower edge, which is on the ground when nothing hides it. */
export function standingPoint({ x1, x2, y2 }: Box): Point {
  return { x: (x1 + x2) / 2, y: y2 };
}

/**
 * On which side of the line from `a` to `b` a point lies, times the line's length: positive on the right-hand side as the
 * picture is seen (y downwards), negative on the left, zero on the line.
 */
export function sideOf(a: Point, b: Point, point: Point): number {
  return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x);
}

/** Whether two segments have a point in common, ends included. */
export function doCross(a: Point, b: Point, c: Point, d: Point): boolean {
  const [first, second] = [sideOf(a, b, c), sideOf(a, b, d)];
  const [third, fourth] = [sideOf(c, d, a), sideOf(c, d, b)];
  if (first * second < 0 && third * fourth < 0) return true;
  return isOnSegment(a, b, c) || isOnSegment(a, b, d) || isOnSegment(c, d, a) || isOnSegment(c, d, b);
}

function isOnSegment(a: Point, b: Point, point: Point): boolean {
  if (sideOf(a, b, point) !== 0) return false;
  return (
    point.x >= Math.min(a.x, b.x) &&
    point.x <= Math.max(a.x, b.x) &&
    point.y >= Math.min(a.y, b.y) &&
    point.y <= Math.max(a.y, b.y)
  );
}

function signedArea(corners: Polygon): number {
  return corners.reduce((sum, a, index) => {
    const b = corners[(index + 1) % corners.length] ?? a;
    return sum + (a.x * b.y - b.x * a.y) / 2;
  }, 0);
}

function selfCrossing(corners: Polygon): readonly [number, number] | undefined {
  const corner = (index: number): Point => corners[index % corners.length] ?? { x: 0, y: 0 };
  for (let one = 0; one < corners.length; one += 1) {
    for (let other = one + 1; other < corners.length; other += 1) {
      const isNext = other === one + 1 || (one === 0 && other === corners.length - 1);
      // Neighbours share a corner; they may not turn back onto each other either.
      const isBad = isNext
        ? doFold(corners, one, other)
        : doCross(corner(one), corner(one + 1), corner(other), corner(other + 1));
      if (isBad) return [one, other];
    }
  }
  return undefined;
}

function doFold(corners: Polygon, one: number, other: number): boolean {
  const corner = (index: number): Point => corners[index % corners.length] ?? { x: 0, y: 0 };
  const [first, second] = other === one + 1 ? [one, other] : [other, one];
  const [a, b, c] = [corner(first), corner(first + 1), corner(second + 1)];
  if (sideOf(a, b, c) !== 0) return false;
  return (b.x - a.x) * (c.x - b.x) + (b.y - a.y) * (c.y - b.y) <= 0;
}

function bad(reason: string): ModelError {
  return new ModelError("models/bad-geometry", `the polygon cannot be used: ${reason}`);
}
