import { ModelError } from "../errors.ts";
import type { Point } from "../preprocess/placement.ts";
import { isInside, parsePolygon } from "./polygon.ts";

/** A point in the picture and where that is on the ground, in metres on axes of the site's own choice. */
export interface GroundMark {
  readonly pixel: Point;
  readonly metres: Point;
}

/** The homography from the picture, seen from the marks' middle, to the ground; row-major, its last number 1. */
export interface GroundPlane {
  readonly middle: Point;
  readonly rows: readonly [number, number, number, number, number, number, number, number, 1];
  /** The four marks in the picture: within them distances can be trusted, far outside they cannot. */
  readonly corners: readonly Point[];
}

/**
 * Fits the ground to four marks.
 *
 * @param marks  four, going round, no three in a line; in the picture and on the ground they turn the same or the opposite way.
 * @throws ModelError `models/bad-geometry` where they do not determine a plane.
 */
export function fitGroundPlane(marks: readonly GroundMark[]): GroundPlane {
  if (marks.length !== 4) throw bad("four marks are needed");
  const corners = marks.map(({ pixel }) => pixel);
  parsePolygon(corners);
  parsePolygon(marks.map(({ metres }) => ({ x: metres.x * 1_000, y: metres.y * 1_000 })));
  // Two equations a mark: u (gx + hy + 1) = ax + by + c and v (gx + hy + 1) = dx + ey + f.
  // From the marks' middle the last number is never zero, as it would be were the horizon to pass through the origin.
  const middle = {
    x: corners.reduce((sum, { x }) => sum + x, 0) / 4,
    y: corners.reduce((sum, { y }) => sum + y, 0) / 4,
  };
  const equations = marks.flatMap(({ pixel, metres: { x: u, y: v } }) => {
    const [x, y] = [pixel.x - middle.x, pixel.y - middle.y];
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  const [a, b, c, d, e, f, g, h] = solve(equations);
  const rows = [a ?? 0, b ?? 0, c ?? 0, d ?? 0, e ?? 0, f ?? 0, g ?? 0, h ?? 0, 1] as const;
  const plane = { middle, rows, corners };
  // Where a mark were beyond the horizon, the marks would lie on no plane that a camera can see.
  if (corners.some((corner) => toGround(plane, corner) === undefined)) throw bad("the marks lie across the horizon");
  return plane;
}

/** Where a point of the picture is on the ground, in metres; undefined at and beyond the horizon. */
export function toGround({ middle, rows }: GroundPlane, point: Point): Point | undefined {
  const [a, b, c, d, e, f, g, h] = rows;
  const [x, y] = [point.x - middle.x, point.y - middle.y];
  const depth = g * x + h * y + 1;
  if (depth <= 1e-6) return undefined;
  return { x: (a * x + b * y + c) / depth, y: (d * x + e * y + f) / depth };
}

/** Whether a speed measured here can be trusted: the point lies between the four marks. */
export function isMeasured({ corners }: GroundPlane, point: Point): boolean {
  return isInside(corners, point);
}

/** Where a track stood at a time. */
export interface TrailPoint {
  readonly atS: number;
  readonly point: Point;
}

/**
 * The speed over ground: the slope of a straight line through all positions, which a shaking box disturbs far less than
 * the difference of two of them.
 *
 * @param trail  standing points in source pixels, in time order.
 * @param leastS the shortest time to measure over.
 * @returns      metres per second; undefined where the trail is too short, too thin or beyond the horizon.
 */
export function speedMPerS(plane: GroundPlane, trail: readonly TrailPoint[], leastS: number): number | undefined {
  const [first, last] = [trail[0], trail.at(-1)];
  if (first === undefined || last === undefined || trail.length < 3 || last.atS - first.atS < leastS) return undefined;
  const meanS = trail.reduce((sum, { atS }) => sum + atS, 0) / trail.length;
  let spread = 0;
  let x = 0;
  let y = 0;
  for (const { atS, point } of trail) {
    const ground = toGround(plane, point);
    if (ground === undefined) return undefined;
    spread += (atS - meanS) ** 2;
    x += (atS - meanS) * ground.x;
    y += (atS - meanS) * ground.y;
  }
  return spread > 0 ? Math.hypot(x, y) / spread : undefined;
}

/** Gaussian elimination with the largest pivot: eight equations, eight unknowns, the right-hand sides last. */
function solve(equations: readonly (readonly number[])[]): readonly number[] {
  const rows = equations.map((row) => [...row]);
  const count = rows.length;
  for (let column = 0; column < count; column += 1) {
    const below = rows.slice(column).toSorted((a, b) => Math.abs(b[column] ?? 0) - Math.abs(a[column] ?? 0));
    rows.splice(column, below.length, ...below);
    const pivot = rows[column] ?? [];
    const head = pivot[column] ?? 0;
    if (Math.abs(head) < 1e-9) throw bad("three of the marks lie in a line");
    for (const [index, row] of rows.entries()) {
      const factor = (row[column] ?? 0) / head;
      if (index === column || factor === 0) continue;
      for (let at = column; at <= count; at += 1) row[at] = (row[at] ?? 0) - factor * (pivot[at] ?? 0);
    }
  }
  return rows.map((row, index) => (row[count] ?? 0) / (row[index] ?? 1));
}

function bad(reason: string): ModelError {
  return new ModelError("models/bad-geometry", `the ground plane cannot be used: ${reason}`);
}
