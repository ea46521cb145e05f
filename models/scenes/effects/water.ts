import type { Camera } from "../engine/camera.ts";
import type { Canvas } from "../engine/canvas.ts";
import { shownByte, type Colour } from "../engine/colour.ts";
import { clamp, smooth, type V3 } from "../engine/geometry.ts";
import type { Light } from "../engine/light.ts";
import type { Noise } from "../engine/noise.ts";
import { walkPolygon } from "../engine/polygon.ts";

/** A level sheet of water that moves. */
export interface Water {
  /** Convex, seen from above. */
  readonly corners: readonly V3[];
  /** What is lost on each metre under water, red, green, blue. */
  readonly loss: Colour;
  /** The water's own colour, where nothing is seen through it. */
  readonly body: Colour;
  /** Height of the ripples as a slope, 0.02 calm to 0.25 rough. */
  readonly slope: number;
  /** Ripples a metre. */
  readonly ripples: number;
  /** Drift of the ripples, metres a second. */
  readonly drift: readonly [number, number];
  /** How much of the light is gathered in bright lines on the floor, 0 to 1. */
  readonly caustics: number;
  /** How far away what it mirrors stands; metres. */
  readonly mirrorM: number;
  /** Number under which its pixels count, where the truth has one for it. */
  readonly id?: number;
}

/** A thing under water is seen, and owns its pixel, while at least this share of its light comes through. */
const SEEN_SHARE = 0.12;

interface Pass {
  readonly canvas: Canvas;
  readonly camera: Camera;
  readonly light: Light;
  readonly noise: Noise;
  readonly tS: number;
  /** What was there before the water: colours and owners. */
  readonly under: { readonly colour: Uint32Array; readonly ids: Uint16Array; readonly near: Float32Array };
}

/** Draws the water over a canvas that holds everything below it, and everything above that stands still. */
export function drawWater(water: Water, drawing: Omit<Pass, "under">): void {
  const { canvas, camera } = drawing;
  const pass: Pass = {
    ...drawing,
    under: { colour: canvas.colour.slice(), ids: canvas.ids.slice(), near: canvas.near.slice() },
  };
  const level = water.corners[0]?.[2] ?? 0;
  if (camera.eye[2] <= level) return;
  const { width, height } = canvas;
  const plan = planOf(water, pass, level);
  const row = (line: number, from: number, to: number): void => drawRow(plan, line, from, to);
  walkPolygon(camera, water.corners, { width, height, scale: 1, row });
}

/** What does not change from pixel to pixel. */
interface Plan extends Pass {
  readonly water: Water;
  readonly level: number;
  /** Shares of light that come through, a centimetre of depth each, red, green, blue. */
  readonly through: readonly Float32Array[];
  /** The water's own colour in this light, 0 to 255. */
  readonly body: readonly number[];
  readonly skyPixel: number;
  /** Slope of the ripples at the last place asked for. */
  readonly ripple: Float64Array;
  /** What was mirrored, and how bright the floor was, at the last even column: two pixels share them. */
  readonly shared: { mirror: number; bright: number };
}

const DEPTHS = 800;

function planOf(water: Water, pass: Pass, level: number): Plan {
  const { sky, sun } = pass.light;
  const shown = [0, 1, 2].map((channel) =>
    shownByte((water.body[channel] ?? 0) * ((sky[channel] ?? 0) + (sun[channel] ?? 0) * 0.5)),
  );
  return {
    ...pass,
    water,
    level,
    through: water.loss.map((loss) => Float32Array.from({ length: DEPTHS }, (_, cm) => Math.exp((-loss * cm) / 100))),
    body: shown,
    skyPixel: shownByte(sky[0]) | (shownByte(sky[1]) << 8) | (shownByte(sky[2]) << 16),
    ripple: new Float64Array(2),
    shared: { mirror: 0, bright: 1 },
  };
}

/** Two layers of waves that run against each other; what counts is the slope, the difference of neighbours. */
function rippleAt({ water, noise, tS, ripple }: Plan, x: number, y: number, fade: number): void {
  const { slope, ripples, drift } = water;
  const a = (x - drift[0] * tS) * ripples;
  const b = (y - drift[1] * tS) * ripples;
  const here = wave(noise, a, b, tS);
  const factor = (slope * 2 * fade) / 0.35;
  ripple[0] = (wave(noise, a + 0.35, b, tS) - here) * factor;
  ripple[1] = (wave(noise, a, b + 0.35, tS) - here) * factor;
}

function wave(noise: Noise, u: number, v: number, tS: number): number {
  return noise.at(u + tS * 0.63, v - tS * 0.36) + 0.6 * noise.at(u * 2.1 - tS * 0.81 + 31, v * 2.1 + tS * 0.72 + 57);
}

function drawRow(plan: Plan, line: number, from: number, to: number): void {
  const { canvas, camera, water, level, ripple } = plan;
  const { eye, right, up, forward, focal, width, height } = camera;
  const drop = level - eye[2];
  const b = (height / 2 - line - 0.5) / focal;
  for (let column = from; column <= to; column += 1) {
    const at = line * width + column;
    const a = (column + 0.5 - width / 2) / focal;
    const dz = forward[2] + a * right[2] + b * up[2];
    const far = drop / dz;
    if (!(far > 0) || 1 / far <= (canvas.near[at] ?? 0)) continue;
    const dx = forward[0] + a * right[0] + b * up[0];
    const dy = forward[1] + a * right[1] + b * up[1];
    // Ripples finer than a pixel are not drawn one by one; from afar the water is smoother.
    const fade = clamp((1.4 * focal) / (far * water.ripples * 14), 0.25, 1);
    const isFirst = (column & 1) === 0 || column === from;
    if (isFirst) rippleAt(plan, eye[0] + dx * far, eye[1] + dy * far, fade);
    const bend = (0.55 * focal) / far;
    const source = sourceOf(
      plan,
      at,
      column + Math.round((ripple[0] ?? 0) * bend),
      line - Math.round((ripple[1] ?? 0) * bend * 0.5),
    );
    drawPixel(plan, { at, source, dx, dy, dz, far, isFirst });
  }
}

/** The pixel that is seen through the ripples; the one straight below, where that lies above the water. */
function sourceOf({ camera, under, level }: Plan, at: number, column: number, line: number): number {
  const { eye, right, up, forward, focal, width, height } = camera;
  if (column < 0 || line < 0 || column >= width || line >= height) return at;
  const source = line * width + column;
  const near = under.near[source] ?? 0;
  if (near <= 0) return at;
  const dz = forward[2] + ((column + 0.5 - width / 2) / focal) * right[2] + ((height / 2 - line - 0.5) / focal) * up[2];
  return eye[2] + dz / near > level - 0.02 ? at : source;
}

interface WaterPixel {
  readonly at: number;
  readonly source: number;
  readonly dx: number;
  readonly dy: number;
  readonly dz: number;
  readonly far: number;
  /** The first of two pixels side by side. */
  readonly isFirst: boolean;
}

function drawPixel(plan: Plan, pixel: WaterPixel): void {
  const { canvas, light, noise, tS, under, water, body, through, ripple, camera, shared } = plan;
  const { at, source, dx, dy, dz, far, isFirst } = pixel;
  const size = Math.sqrt(dx * dx + dy * dy + dz * dz);
  const floorFar = 1 / Math.max(1e-4, under.near[source] ?? 1e-4);
  const deepM = Math.max(0, (floorFar - far) * size) * 0.8;
  const cm = Math.min(DEPTHS - 1, (deepM * 100) | 0);
  const facing = clamp((-dz + (ripple[0] ?? 0) * dx + (ripple[1] ?? 0) * dy) / size, 0.02, 1);
  const low = 1 - facing;
  const shine = 0.03 + 0.9 * low * low * low * low * low;
  if (isFirst) {
    shared.mirror = mirrored(plan, pixel, size);
    shared.bright = 1;
    if (water.caustics > 0 && deepM < 6) {
      const [x, y] = [camera.eye[0] + dx * floorFar, camera.eye[1] + dy * floorFar];
      shared.bright = Math.min(1.6, 1 + water.caustics * caustic(noise, x * 1.1, y * 1.1, tS));
    }
  }
  const { mirror, bright } = shared;
  const glint = glintAt(light, pixel, size, ripple) * 200;
  const seenThrough = under.colour[source] ?? 0;
  let colour = 0;
  for (let channel = 0; channel < 3; channel += 1) {
    const shift = channel * 8;
    const share = through[channel]?.[cm] ?? 0;
    const below = ((seenThrough >> shift) & 255) * share * bright + (body[channel] ?? 0) * (1 - share);
    const value = below * (1 - shine) + ((mirror >> shift) & 255) * shine + glint;
    colour |= (value > 255 ? 255 : value | 0) << shift;
  }
  canvas.colour[at] = colour;
  canvas.near[at] = 1 / far;
  canvas.ground[at] = 0;
  const owner = under.ids[source] ?? 0;
  canvas.ids[at] = owner !== 0 && (through[1]?.[cm] ?? 0) > SEEN_SHARE ? owner : (water.id ?? 0);
}

/** What the water mirrors: the picture where the mirrored ray meets it, else the sky. */
function mirrored(
  { water, camera, under, ripple, level, skyPixel }: Plan,
  { dx, dy, dz, far }: WaterPixel,
  size: number,
): number {
  const { eye, right, up, forward, focal, width, height } = camera;
  const reach = water.mirrorM;
  const px = dx * far + (dx / size + 2 * (ripple[0] ?? 0)) * reach;
  const py = dy * far + (dy / size + 2 * (ripple[1] ?? 0)) * reach;
  const pz = level + Math.max(0.02, -dz / size) * reach - eye[2];
  const depth = px * forward[0] + py * forward[1] + pz * forward[2];
  if (depth < 0.1) return skyPixel;
  const x = width / 2 + (focal * (px * right[0] + py * right[1] + pz * right[2])) / depth;
  const y = height / 2 - (focal * (px * up[0] + py * up[1] + pz * up[2])) / depth;
  if (!(x >= 0 && x < width && y >= 0 && y < height)) return skyPixel;
  return under.colour[(y | 0) * width + (x | 0)] ?? 0;
}

/** The sun itself, where a ripple throws it to the eye. */
function glintAt({ sunWay, sun }: Light, { dx, dy, dz }: WaterPixel, size: number, ripple: Float64Array): number {
  if (sun[0] < 0.2) return 0;
  const x = dx / size + 2 * (ripple[0] ?? 0);
  const y = dy / size + 2 * (ripple[1] ?? 0);
  const z = -dz / size;
  const facing = (x * sunWay[0] + y * sunWay[1] + z * sunWay[2]) / Math.sqrt(x * x + y * y + z * z);
  return facing > 0.985 ? smooth(0.985, 0.999, facing) * Math.min(0.8, sun[0]) : 0;
}

/** Bright lines where ripples gather the light; about −0.1 to 1. */
function caustic(noise: Noise, x: number, y: number, tS: number): number {
  const a = noise.at(x * 1.3 + tS * 0.5, y * 1.3 + tS * 0.3);
  const b = noise.at(x * 1.9 - tS * 0.4 + 20, y * 1.9 + tS * 0.45 + 70);
  const line = 1 - Math.abs(a + b - 1) * 3.2;
  return line > 0 ? line * line : -0.12;
}
