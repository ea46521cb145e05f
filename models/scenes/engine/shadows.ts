import { type Camera } from "./camera.ts";
import type { Canvas } from "./canvas.ts";
import { moved, type Matrix, type V3 } from "./geometry.ts";
import type { Light } from "./light.ts";
import type { Mesh } from "./mesh.ts";
import { walkPolygon } from "./polygon.ts";

/** How dark the ground is, at half the inner resolution: from the sun's shadows, and close under things. */
export interface Shadows {
  readonly width: number;
  readonly height: number;
  readonly cast: Uint8Array;
  readonly close: Uint8Array;
}

export function emptyShadows({ width, height }: Canvas): Shadows {
  const [w, h] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  return { width: w, height: h, cast: new Uint8Array(w * h), close: new Uint8Array(w * h) };
}

/** What of the ground is shaded, and from which height on bodies throw shadows. */
export interface ShadowPlane {
  readonly z: number;
}

/** Throws a body's shadow on a level plane. */
export function castShadow(
  { shadows, camera, light, plane }: { shadows: Shadows; camera: Camera; light: Light; plane: ShadowPlane },
  mesh: Mesh,
  at: Matrix,
): void {
  const { positions, triangles } = mesh;
  const count = positions.length / 3;
  const points = Array.from({ length: count }, (_, index) =>
    moved(at, [positions[index * 3] ?? 0, positions[index * 3 + 1] ?? 0, positions[index * 3 + 2] ?? 0]),
  );
  softFoot({ shadows, camera, plane }, points);
  if (light.shadow <= 0.02 || light.sunWay[2] < 0.05) return;
  const flat = onPlane(shadows, camera, points, { sunWay: light.sunWay, z: plane.z });
  for (let index = 0; index < triangles.length; index += 3) {
    fillTriangle(shadows, flat, triangles, index);
  }
}

/** Where each point's shadow lies in the mask: x and y; NaN where that is behind the camera. */
function onPlane(
  { width, height }: Shadows,
  camera: Camera,
  points: readonly V3[],
  { sunWay, z: planeZ }: { readonly sunWay: V3; readonly z: number },
): Float64Array {
  const flat = new Float64Array(points.length * 2);
  const { eye, right, up, forward, focal } = camera;
  for (const [index, [x, y, z]] of points.entries()) {
    const drop = Math.max(0, z - planeZ) / sunWay[2];
    const [dx, dy, dz] = [x - sunWay[0] * drop - eye[0], y - sunWay[1] * drop - eye[1], planeZ - eye[2]];
    const far = dx * forward[0] + dy * forward[1] + dz * forward[2];
    const scale = far < 0.1 ? Number.NaN : focal / far / 2;
    flat[index * 2] = width / 2 + scale * (dx * right[0] + dy * right[1] + dz * right[2]);
    flat[index * 2 + 1] = height / 2 - scale * (dx * up[0] + dy * up[1] + dz * up[2]);
  }
  return flat;
}

/** Marks a triangle of the mask, whichever way it turns. */
function fillTriangle(
  { cast, width, height }: Shadows,
  flat: Float64Array,
  triangles: Uint32Array,
  first: number,
): void {
  let [a, b, c] = [(triangles[first] ?? 0) * 2, (triangles[first + 1] ?? 0) * 2, (triangles[first + 2] ?? 0) * 2];
  const at = (index: number): number => flat[index] ?? 0;
  if (at(b + 1) < at(a + 1)) [a, b] = [b, a];
  if (at(c + 1) < at(a + 1)) [a, c] = [c, a];
  if (at(c + 1) < at(b + 1)) [b, c] = [c, b];
  const [x0, y0, x1, y1, x2, y2] = [at(a), at(a + 1), at(b), at(b + 1), at(c), at(c + 1)];
  if (!(y2 > y0)) return;
  const last = Math.min(height - 1, Math.ceil(y2 - 0.5) - 1);
  for (let row = Math.max(0, Math.ceil(y0 - 0.5)); row <= last; row += 1) {
    const y = row + 0.5;
    const long = x0 + ((x2 - x0) * (y - y0)) / (y2 - y0);
    const short = y < y1 ? x0 + ((x1 - x0) * (y - y0)) / (y1 - y0) : x1 + ((x2 - x1) * (y - y1)) / (y2 - y1);
    const from = Math.max(0, Math.ceil(Math.min(long, short) - 0.5));
    const to = Math.min(width - 1, Math.ceil(Math.max(long, short) - 0.5) - 1);
    if (from <= to) cast.fill(255, row * width + from, row * width + to + 1);
  }
}

const WIDEST_FOOT_M = 2.7;

/** The soft dark spot under whatever stands near the ground: its outline there, three times, larger each time. */
function softFoot(
  { shadows, camera, plane }: { shadows: Shadows; camera: Camera; plane: ShadowPlane },
  points: readonly V3[],
): void {
  const low = points.filter(([, , z]) => z > plane.z - 0.2 && z < plane.z + 0.6);
  const outline = hull(low);
  if (outline.length < 3) return;
  // A body that stands on posts far apart has no foot of its own.
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  if (Math.min(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys)) > WIDEST_FOOT_M) return;
  const middle: V3 = [
    outline.reduce((sum, [x]) => sum + x, 0) / outline.length,
    outline.reduce((sum, [, y]) => sum + y, 0) / outline.length,
    plane.z,
  ];
  for (const [grown, dark] of [
    [0.22, 34],
    [0.12, 40],
    [0.03, 52],
    [-0.06, 44],
  ] as const) {
    const target = rowsInto(shadows, shadows.close, (value) => value + dark);
    const corners = outline.map(([x, y]): V3 => {
      const [dx, dy] = [x - middle[0], y - middle[1]];
      const size = Math.hypot(dx, dy) + 1e-6;
      const factor = Math.max(0.1, (size + grown) / size);
      return [middle[0] + dx * factor, middle[1] + dy * factor, plane.z];
    });
    walkPolygon(camera, corners, target);
  }
}

/** The convex outline of points seen from above. */
function hull(points: readonly V3[]): readonly V3[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  return [...half(sorted), ...half(sorted.toReversed())];
}

function rowsInto({ width, height }: Shadows, into: Uint8Array, change: (value: number) => number) {
  return {
    width,
    height,
    scale: 2,
    row: (row: number, from: number, to: number): void => {
      for (let at = row * width + from; at <= row * width + to; at += 1)
        into[at] = Math.min(255, change(into[at] ?? 0));
    },
  };
}

/** Makes edges soft: the mean of three by three, twice for what is close. */
export function soften(shadows: Shadows): void {
  blur(shadows, shadows.cast);
  blur(shadows, shadows.close);
  blur(shadows, shadows.close);
}

function blur({ width, height }: Shadows, mask: Uint8Array): void {
  const rows = new Uint16Array(mask.length);
  if (!mask.some((value) => value > 0)) return;
  for (let at = 1; at + 1 < mask.length; at += 1)
    rows[at] = (mask[at - 1] ?? 0) + (mask[at] ?? 0) + (mask[at + 1] ?? 0);
  for (let at = width; at < width * (height - 1); at += 1) {
    mask[at] = ((rows[at - width] ?? 0) + (rows[at] ?? 0) + (rows[at + width] ?? 0)) / 9;
  }
}

/** Darkens the open ground of a canvas by what `shadows` adds to those that are `already` there. */
export function applyShadows(canvas: Canvas, shadows: Shadows, light: Light, already?: Shadows): void {
  const castShare = light.shadow;
  const { width, height } = shadows;
  for (let cell = 0; cell < width * height; cell += 1) {
    const [cast, close] = [shadows.cast[cell] ?? 0, shadows.close[cell] ?? 0];
    if (cast === 0 && close === 0) continue;
    const before = already?.cast[cell] ?? 0;
    const more = cast > before ? (1 - (castShare * cast) / 255) / (1 - (castShare * before) / 255) : 1;
    const factor = ((more * (1 - (0.62 * close) / 255)) ** 0.4545 * 256) | 0;
    const [row, column] = [Math.floor(cell / width) * 2, (cell % width) * 2];
    const at = row * canvas.width + column;
    darken(canvas, at, factor);
    darken(canvas, at + 1, factor);
    darken(canvas, at + canvas.width, factor);
    darken(canvas, at + canvas.width + 1, factor);
  }
}

function darken({ colour, ground }: Canvas, at: number, factor: number): void {
  if (ground[at] !== 255) return;
  const pixel = colour[at] ?? 0;
  const odd = (((pixel & 0xff00ff) * factor) >>> 8) & 0xff00ff;
  colour[at] = odd | ((((pixel & 0xff00) * factor) >>> 8) & 0xff00);
}

/** The outline from the first point to the last, on one side. */
function half(list: readonly V3[]): readonly V3[] {
  const chain: V3[] = [];
  for (const point of list) {
    while (chain.length >= 2) {
      const [a, b] = [chain.at(-2), chain.at(-1)];
      if (a === undefined || b === undefined) break;
      if ((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) > 0) break;
      chain.pop();
    }
    chain.push(point);
  }
  chain.pop();
  return chain;
}
