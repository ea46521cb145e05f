import type { Colour } from "../engine/colour.ts";
import { smooth } from "../engine/geometry.ts";
import type { Noise } from "../engine/noise.ts";
import type { Painter, Spot } from "../engine/surface.ts";

export function setColour(spot: Spot, colour: Colour, factor = 1): void {
  spot.red = colour[0] * factor;
  spot.green = colour[1] * factor;
  spot.blue = colour[2] * factor;
}

/** Lays `colour` over what is there. */
export function layOver(spot: Spot, colour: Colour, share: number): void {
  spot.red += (colour[0] - spot.red) * share;
  spot.green += (colour[1] - spot.green) * share;
  spot.blue += (colour[2] - spot.blue) * share;
}

/** Old asphalt: stones, stains, patches; wet in the rain. */
export function asphalt(noise: Noise, tone: Colour, wet = 0): Painter {
  return (spot) => {
    const { x, y, footprintM } = spot;
    const stones = footprintM < 0.06 ? noise.at(x * 34, y * 34) - 0.5 : 0;
    const stains = noise.fractal(x * 0.6 + 5, y * 0.6, 4, footprintM * 0.6) - 0.5;
    const patch = smooth(0.52, 0.56, noise.at(x * 0.16 + 60, y * 0.16 + 9)) * 0.16;
    const factor = 1 + stones * 0.3 + stains * 0.5 - patch;
    setColour(spot, tone, factor * (1 - 0.45 * wet));
    const pool = smooth(0.5, 0.66, noise.fractal(x * 0.35 + 80, y * 0.35, 3));
    spot.gloss = wet * (0.35 + 0.65 * pool);
    if (wet > 0) setColour(spot, [spot.red, spot.green, spot.blue], 1 - 0.35 * pool * wet);
  };
}

/** Slabs with joints; each a little different. */
export function slabs(
  noise: Noise,
  tones: readonly [Colour, Colour],
  size: readonly [number, number],
  wet = 0,
): Painter {
  const [wide, deep] = size;
  return (spot) => {
    const row = Math.floor(spot.y / deep);
    const shifted = spot.x + (row & 1 ? wide / 2 : 0);
    const column = Math.floor(shifted / wide);
    const own = noise.cell(column * 7 + 3, row * 13 + 5);
    const [inX, inY] = [shifted - column * wide, spot.y - row * deep];
    const edge = Math.min(inX, wide - inX, inY, deep - inY);
    const joint = 1 - smooth(0.006, 0.006 + Math.max(0.01, spot.footprintM), edge);
    const fade = Math.min(1, 0.02 / Math.max(0.004, spot.footprintM));
    const dirt = noise.fractal(spot.x * 0.8, spot.y * 0.8 + 31, 4, spot.footprintM * 0.8) - 0.5;
    const factor = (1 + (own - 0.5) * 0.22 + dirt * 0.42) * (1 - 0.5 * joint * fade) * (1 - 0.35 * wet);
    setColour(spot, own > 0.72 ? tones[1] : tones[0], factor);
    spot.gloss = wet * (0.3 + 0.6 * smooth(0.45, 0.6, noise.fractal(spot.x * 0.5 + 9, spot.y * 0.5, 3)));
  };
}

/** Grass, or bare earth where it is thin. */
export function grass(noise: Noise, green: Colour, earth: Colour): Painter {
  return (spot) => {
    const { x, y, footprintM } = spot;
    const blades = footprintM < 0.08 ? noise.at(x * 22, y * 13) - 0.5 : 0;
    const tufts = noise.fractal(x * 1.7, y * 1.7, 4, footprintM * 1.7);
    const bare = smooth(0.62, 0.75, noise.fractal(x * 0.25 + 50, y * 0.25 + 4, 3));
    setColour(spot, green, 0.62 + tufts * 0.75 + blades * 0.5);
    layOver(spot, earth, bare * 0.8);
  };
}

/** Poured concrete with streaks that run down (along v). */
export function concrete(noise: Noise, tone: Colour): Painter {
  return (spot) => {
    const { u, v, footprintM } = spot;
    const cloud = noise.fractal(u * 0.7 + 3, v * 0.7 + 11, 5, footprintM * 0.7) - 0.5;
    const streak = noise.fractal(u * 3.1, v * 0.12 + 70, 3, footprintM) - 0.5;
    const grain = footprintM < 0.03 ? noise.at(u * 60, v * 60) - 0.5 : 0;
    setColour(spot, tone, 1 + cloud * 0.4 + streak * 0.34 + grain * 0.12);
  };
}

/** Square tiles with pale joints. */
export function tiles(noise: Noise, tone: Colour, joint: Colour, sizeM: number): Painter {
  return (spot) => {
    const [column, row] = [Math.floor(spot.u / sizeM), Math.floor(spot.v / sizeM)];
    const [inU, inV] = [spot.u - column * sizeM, spot.v - row * sizeM];
    const edge = Math.min(inU, sizeM - inU, inV, sizeM - inV);
    const width = 0.03 * sizeM;
    const share = 1 - smooth(width, width + Math.max(0.004, spot.footprintM), edge);
    const fade = Math.min(1, (sizeM * 0.35) / Math.max(0.001, spot.footprintM));
    setColour(spot, tone, 0.92 + 0.16 * noise.cell(column, row));
    layOver(spot, joint, share * fade * 0.8);
    spot.gloss = 0.25;
  };
}

/** Runs painters one after the other: the later ones paint over. */
export function layers(...painters: readonly Painter[]): Painter {
  return (spot) => {
    for (const painter of painters) painter(spot);
  };
}

/** A stripe of paint between two points, worn by noise; `dash` metres on and off, where it is dashed. */
export interface Stripe {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly widthM: number;
  readonly colour: Colour;
  readonly dash?: readonly [number, number];
}

/** Painted markings on the ground, in world coordinates. */
export function stripes(noise: Noise, marks: readonly Stripe[]): Painter {
  const ready = marks.map((mark) => {
    const [dx, dy] = [mark.to[0] - mark.from[0], mark.to[1] - mark.from[1]];
    const long = Math.hypot(dx, dy);
    return { ...mark, long, ux: dx / long, uy: dy / long };
  });
  return (spot) => {
    for (const { from, ux, uy, long, widthM, colour, dash } of ready) {
      const [dx, dy] = [spot.x - from[0], spot.y - from[1]];
      const across = Math.abs(dx * uy - dy * ux);
      if (across > widthM / 2 + spot.footprintM) continue;
      const along = dx * ux + dy * uy;
      if (along < 0 || along > long) continue;
      if (dash !== undefined && along % (dash[0] + dash[1]) > dash[0]) continue;
      const edge = 1 - smooth(widthM / 2 - spot.footprintM * 0.5, widthM / 2 + spot.footprintM * 0.5, across);
      const worn = smooth(0.2, 0.5, noise.fractal(spot.x * 2.3, spot.y * 2.3 + 40, 4, spot.footprintM * 2));
      layOver(spot, colour, edge * (0.25 + 0.65 * worn));
    }
  };
}
