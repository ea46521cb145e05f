import { NEAR_M, seen, type Camera } from "../engine/camera.ts";
import type { Canvas } from "../engine/canvas.ts";
import { dimmed, shownByte, type Colour } from "../engine/colour.ts";
import { smooth, type V3 } from "../engine/geometry.ts";
import type { Light } from "../engine/light.ts";
import type { Noise } from "../engine/noise.ts";

/** Something soft: smoke, spray, fire, the shine of a lamp. */
export interface Puff {
  readonly at: V3;
  readonly radiusM: number;
  readonly colour: Colour;
  readonly opacity: number;
  /** `cover` hides what is behind, `light` adds to it, `flame` licks upward. */
  readonly form: "cover" | "light" | "flame";
  readonly seed: number;
  /** Seconds, moves the edges of flames. */
  readonly ageS?: number;
  readonly id?: number;
}

/** Wisps a radius. */
const GRAIN = 2.24;

/** From this share of cover on, a pixel belongs to the puff. */
const OWNED_SHARE = 0.3;

/** Draws puffs, farthest first, over what is there. */
export function drawPuffs(
  {
    canvas,
    camera,
    light,
    noise,
  }: { readonly canvas: Canvas; readonly camera: Camera; readonly light: Light; readonly noise: Noise },
  puffs: readonly Puff[],
): void {
  // Smoke has no light of its own: at night it is as dark as the night.
  const lightness = Math.min(1, 0.06 + 1.3 * light.sky[1] + 0.4 * light.sun[1]);
  const ordered = puffs
    .map((puff) => ({ puff, eye: seen(camera, puff.at) }))
    .filter(({ eye }) => eye[2] > NEAR_M * 2)
    .toSorted((a, b) => b.eye[2] - a.eye[2]);
  for (const { puff, eye } of ordered) {
    const scale = camera.focal / eye[2];
    const middle = { x: camera.width / 2 + eye[0] * scale, y: camera.height / 2 - eye[1] * scale };
    const isLit = puff.form === "cover";
    // Light falls on what stands a little before it as well.
    const reach = puff.radiusM * (puff.form === "light" ? 1 : 0.3);
    const near = 1 / Math.max(NEAR_M, eye[2] - reach);
    drawPuff(
      canvas,
      isLit ? { ...puff, colour: dimmed(puff.colour, lightness) } : puff,
      { ...middle, radius: puff.radiusM * scale, near },
      noise,
    );
  }
}

interface Disc {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly near: number;
}

function drawPuff(canvas: Canvas, puff: Puff, { x, y, radius, near }: Disc, noise: Noise): void {
  const { width, height } = canvas;
  const tall = puff.form === "flame" ? 1.9 : 1;
  const [left, right] = [Math.max(0, Math.floor(x - radius)), Math.min(width - 1, Math.ceil(x + radius))];
  const [top, bottom] = [Math.max(0, Math.floor(y - radius * tall)), Math.min(height - 1, Math.ceil(y + radius))];
  const [red, green, blue] = puff.colour.map((light) => shownByte(light));
  for (let row = top; row <= bottom; row += 1) {
    const v = (row + 0.5 - y) / radius;
    for (let column = left; column <= right; column += 1) {
      const at = row * width + column;
      if ((canvas.near[at] ?? 0) > near) continue;
      const u = (column + 0.5 - x) / radius;
      const share = coverage(puff, u, v, noise);
      if (share <= 0.004) continue;
      const pixel = canvas.colour[at] ?? 0;
      const colour = [red ?? 0, green ?? 0, blue ?? 0] as const;
      canvas.colour[at] = puff.form === "cover" ? covered(pixel, colour, share) : brightened(pixel, colour, share);
      if (puff.id !== undefined && share > OWNED_SHARE) canvas.ids[at] = puff.id;
    }
  }
}

function coverage({ form, opacity, seed, ageS = 0 }: Puff, u: number, v: number, noise: Noise): number {
  if (form === "light") {
    const fall = 1 - Math.sqrt(u * u + v * v);
    return fall <= 0 ? 0 : opacity * fall * fall;
  }
  if (form === "cover") {
    const distance = Math.sqrt(u * u + v * v);
    if (distance > 1) return 0;
    const rough = noise.fractal(u * GRAIN + seed * 13.7, v * GRAIN + seed * 7.1 + ageS * 0.25, 3);
    return opacity * smooth(1, 0.25, distance + (rough - 0.5) * 1.1);
  }
  // A tongue: wide at its foot, torn at its top, by noise that runs upward.
  const up = (1 - v) / 2.9;
  if (up < 0 || up > 1) return 0;
  const wind = (noise.at(seed * 9.3, up * 2.2 - ageS * 1.7) - 0.5) * 0.9 * up;
  const wide = 0.62 * (1 - up) ** 0.7 * smooth(0, 0.12, up + 0.06);
  const torn = noise.fractal(u * 2.6 + seed * 17, up * 5.5 - ageS * 4.2, 3);
  const body = 1 - Math.abs(u - wind) / (wide + 0.02);
  return opacity * smooth(0.02, 0.5, body + (torn - 0.5) * 1.5 * (0.35 + up));
}

function covered(pixel: number, [red, green, blue]: readonly [number, number, number], share: number): number {
  const [r, g, b] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const mix = (from: number, to: number): number => (from + (to - from) * share) | 0;
  return mix(r, red) | (mix(g, green) << 8) | (mix(b, blue) << 16);
}

function brightened(pixel: number, [red, green, blue]: readonly [number, number, number], share: number): number {
  const [r, g, b] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  // Light never takes away: a screen of the two.
  const mix = (from: number, to: number): number => (255 - (255 - from) * (1 - (to / 255) * share)) | 0;
  return mix(r, red) | (mix(g, green) << 8) | (mix(b, blue) << 16);
}
