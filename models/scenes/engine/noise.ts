import { seededRandom } from "../../tracking/testing/scripted-world.ts";

const SIDE = 256;

/** Smooth value noise from a table that repeats every 256 units. */
export class Noise {
  readonly #table: Float32Array;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.#table = Float32Array.from({ length: SIDE * SIDE }, () => random());
  }

  /** 0 to 1, one new value a unit, smooth between. */
  at(x: number, y: number): number {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [fx, fy] = [x - column, y - row];
    const [sx, sy] = [fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)];
    const table = this.#table;
    const [x0, x1] = [column & (SIDE - 1), (column + 1) & (SIDE - 1)];
    const [y0, y1] = [(row & (SIDE - 1)) * SIDE, ((row + 1) & (SIDE - 1)) * SIDE];
    const top = (table[y0 + x0] ?? 0) * (1 - sx) + (table[y0 + x1] ?? 0) * sx;
    const bottom = (table[y1 + x0] ?? 0) * (1 - sx) + (table[y1 + x1] ?? 0) * sx;
    return top * (1 - sy) + bottom * sy;
  }

  /** The raw value of a cell, for choices such as one a window or a tile. */
  cell(column: number, row: number): number {
    return this.#table[(row & (SIDE - 1)) * SIDE + (column & (SIDE - 1))] ?? 0;
  }

  /** Several octaves, 0 to 1; those finer than the pixel's footprint are left out. */
  fractal(x: number, y: number, octaves: number, footprint = 0): number {
    let [sum, weight, total, scale] = [0, 1, 0, 1];
    for (let octave = 0; octave < octaves; octave += 1) {
      const fade = footprint * scale > 1 ? 0 : 1;
      sum += weight * (fade === 0 ? 0.5 : this.at(x * scale + octave * 17.3, y * scale + octave * 9.1));
      total += weight;
      weight *= 0.5;
      scale *= 2.03;
    }
    return sum / total;
  }
}
