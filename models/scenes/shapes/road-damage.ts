import { hex } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import { smooth, type V3 } from "../engine/geometry.ts";
import type { Noise } from "../engine/noise.ts";
import type { Painter } from "../engine/surface.ts";
import { layOver, setColour } from "./grounds.ts";

export interface Pothole {
  readonly id: number;
  readonly at: V3;
  readonly radiusM: number;
  readonly stretch: number;
  readonly seed: number;
}

export function makePothole(dice: Dice, { id, at }: { readonly id: number; readonly at: V3 }): Pothole {
  return { id, at, radiusM: dice.between(0.22, 0.52), stretch: dice.between(0.7, 1.5), seed: dice.between(0, 100) };
}

/** Broken-out asphalt: a ragged edge in shade on one side, gravel and dirt inside, water where it stands. */
export function potholePainter(potholes: readonly Pothole[], noise: Noise, hasWater: boolean): Painter {
  return (spot) => {
    for (const { id, at, radiusM, stretch, seed } of potholes) {
      const [dx, dy] = [(spot.x - at[0]) / stretch, (spot.y - at[1]) * stretch];
      const reach = Math.hypot(dx, dy);
      if (reach > radiusM * 1.8) continue;
      const angle = Math.atan2(dy, dx);
      const ragged =
        1 +
        0.42 * (noise.at(seed + Math.cos(angle) * 1.7 + 5, seed + Math.sin(angle) * 1.7) - 0.5) +
        0.2 * (noise.at(spot.x * 14 + seed, spot.y * 14) - 0.5);
      const share = reach / (radiusM * ragged);
      if (share > 1.5) continue;
      if (share > 1) {
        // Crumbs and a worn rim around it.
        const crumbs = noise.at(spot.x * 30, spot.y * 30 + seed) > 0.72 ? 1.25 : 1;
        setColour(spot, [spot.red, spot.green, spot.blue], (1 + 0.18 * (1.5 - share)) * crumbs);
        continue;
      }
      const gravel = noise.fractal(spot.x * 16 + seed, spot.y * 16, 3, spot.footprintM * 16);
      setColour(spot, hex("#5b5044"), 0.35 + gravel * 0.75);
      // The near edge lies in its own shade, the far wall catches light.
      const wall = smooth(0.62, 0.98, share);
      layOver(spot, dy > 0 ? hex("#8a8073") : [0.008, 0.008, 0.008], wall * (dy > 0 ? 0.45 : 0.85));
      if (hasWater && share < 0.62 + 0.1 * gravel) {
        layOver(spot, [0.05, 0.052, 0.05], 0.75);
        spot.gloss = 1;
      }
      spot.id = id;
    }
  };
}

export interface Crack {
  readonly id: number;
  readonly points: readonly (readonly [number, number])[];
  readonly widthM: number;
}

/** A crack that wanders, with a branch or two. */
export function makeCrack(dice: Dice, { id, at }: { readonly id: number; readonly at: V3 }): Crack {
  const points: (readonly [number, number])[] = [];
  let [x, y] = [at[0], at[1]];
  let way = dice.between(0, Math.PI * 2);
  for (let step = 0; step < dice.whole(9, 16); step += 1) {
    points.push([x, y]);
    way += dice.between(-0.75, 0.75);
    x += Math.cos(way) * 0.16;
    y += Math.sin(way) * 0.2;
  }
  return { id, points, widthM: dice.between(0.02, 0.045) };
}

export function crackPainter(cracks: readonly Crack[], noise: Noise): Painter {
  return (spot) => {
    for (const { id, points, widthM } of cracks) {
      const wide = widthM * (0.5 + noise.at(spot.x * 9, spot.y * 9)) + spot.footprintM * 0.35;
      const [fx, fy] = [
        spot.x + 0.05 * (noise.at(spot.x * 12, spot.y * 12 + 7) - 0.5),
        spot.y + 0.05 * (noise.at(spot.x * 12 + 31, spot.y * 12) - 0.5),
      ];
      const distance = distanceTo(points, fx, fy);
      if (distance < wide * 0.5) {
        setColour(spot, [0.012, 0.011, 0.01], 1 + 0.6 * noise.at(spot.x * 20, spot.y * 20));
        spot.id = id;
      } else if (distance < wide * 1.6) setColour(spot, [spot.red, spot.green, spot.blue], 0.82);
    }
  };
}

function distanceTo(points: readonly (readonly [number, number])[], x: number, y: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let index = 1; index < points.length; index += 1) {
    const [a, b] = [points[index - 1], points[index]];
    if (a === undefined || b === undefined) continue;
    const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
    const share = Math.min(1, Math.max(0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)));
    const distance = Math.hypot(x - a[0] - dx * share, y - a[1] - dy * share);
    if (distance < least) least = distance;
  }
  return least;
}
