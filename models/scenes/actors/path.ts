import { between, length, minus, type V3 } from "../engine/geometry.ts";

/** A way over the ground, in metres along it. */
export class Path {
  readonly lengthM: number;
  readonly #points: readonly V3[];
  readonly #ends: readonly number[];

  constructor(points: readonly V3[]) {
    this.#points = points;
    const ends: number[] = [];
    let sum = 0;
    for (const [index, point] of points.entries()) {
      sum += index === 0 ? 0 : length(minus(point, points[index - 1] ?? point));
      ends.push(sum);
    }
    this.#ends = ends;
    this.lengthM = sum;
  }

  /** The place after `atM` metres; the ends beyond them. */
  at(atM: number): V3 {
    const next = this.#ends.findIndex((end) => end > atM);
    if (next === -1) return this.#points.at(-1) ?? [0, 0, 0];
    if (next === 0) return this.#points[0] ?? [0, 0, 0];
    const from: V3 = this.#points[next - 1] ?? [0, 0, 0];
    const to: V3 = this.#points[next] ?? from;
    const [start, end] = [this.#ends[next - 1] ?? 0, this.#ends[next] ?? 0];
    return between(from, to, (atM - start) / Math.max(1e-6, end - start));
  }

  /** Which way it leads there, as a yaw; corners are taken over a metre. */
  yawAt(atM: number): number {
    const [a, b] = [this.at(Math.max(0, atM - 0.5)), this.at(Math.min(this.lengthM, atM + 0.5))];
    return Math.atan2(-(b[0] - a[0]), b[1] - a[1]);
  }
}
