import { NEAR_M, seen, type Camera } from "./camera.ts";
import type { V3 } from "./geometry.ts";

/** Calls back with each row's run of pixels. `scale` is how many camera pixels one pixel of the target is wide. */
export interface RowTarget {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  row(row: number, from: number, to: number): void;
}

/** Walks the pixels of a flat convex polygon in the world, cut where it comes behind the camera. */
export function walkPolygon(camera: Camera, corners: readonly V3[], target: RowTarget): void {
  const flat = clipped(corners.map((corner) => seen(camera, corner)));
  if (flat.length < 3) return;
  const { width, height, scale } = target;
  const xs = flat.map(([x, , z]) => (camera.width / 2 + (camera.focal * x) / z) / scale);
  const ys = flat.map(([, y, z]) => (camera.height / 2 - (camera.focal * y) / z) / scale);
  const first = Math.max(0, Math.ceil(Math.min(...ys) - 0.5));
  const last = Math.min(height - 1, Math.ceil(Math.max(...ys) - 0.5) - 1);
  for (let row = first; row <= last; row += 1) {
    const y = row + 0.5;
    let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let index = 0; index < xs.length; index += 1) {
      const next = index + 1 === xs.length ? 0 : index + 1;
      const [ya, yb] = [ys[index] ?? 0, ys[next] ?? 0];
      if (ya <= y === yb <= y) continue;
      const x = (xs[index] ?? 0) + (((xs[next] ?? 0) - (xs[index] ?? 0)) * (y - ya)) / (yb - ya);
      if (x < left) left = x;
      if (x > right) right = x;
    }
    const from = Math.max(0, Math.ceil(left - 0.5));
    const to = Math.min(width - 1, Math.ceil(right - 0.5) - 1);
    if (from <= to) target.row(row, from, to);
  }
}

function clipped(points: readonly V3[]): readonly V3[] {
  const kept: V3[] = [];
  for (const [index, a] of points.entries()) {
    const b = points[(index + 1) % points.length] ?? a;
    if (a[2] >= NEAR_M) kept.push(a);
    if (a[2] >= NEAR_M === b[2] >= NEAR_M) continue;
    const share = (NEAR_M - a[2]) / (b[2] - a[2]);
    kept.push([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, NEAR_M]);
  }
  return kept;
}
