import { NEAR_M, type Camera } from "./camera.ts";
import type { Canvas } from "./canvas.ts";
import { shownByte } from "./colour.ts";
import { moved, turned, type Matrix, type V3 } from "./geometry.ts";
import { hazeShare, lit, type Light } from "./light.ts";
import type { Mesh } from "./mesh.ts";

/** What all of a drawing shares. */
export interface Drawing {
  readonly canvas: Canvas;
  readonly camera: Camera;
  readonly light: Light;
  /** Only points with this height or more (`from`) or less (`to`) are drawn; for what is partly under water. */
  readonly between?: { readonly fromZ: number; readonly toZ: number };
}

/**
 * Vertices on the screen: x, y, nearness (0 behind the camera), red, green, blue (0 to 255), height in the world; then
 * right, up and forward of the eye.
 */
const FIELDS = 10;

/** Whose silhouette has been where: the last thing that touched each pixel, hidden or not. */
export interface Silhouettes {
  readonly stamps: Uint32Array;
  stamp: number;
  /** Pixels the thing would have if nothing hid it. */
  touched: number;
}

/**
 * Draws a body, lit by its corners.
 *
 * @param id      0 to 65,535, written where it is seen.
 * @param stamps  counts the pixels of its whole silhouette, where wanted.
 */
export function drawMesh(
  drawing: Drawing,
  mesh: Mesh,
  at: Matrix,
  { id, stamps }: { readonly id: number; readonly stamps?: Silhouettes | undefined },
): void {
  const screen = onScreen(drawing, mesh, at);
  const { triangles } = mesh;
  for (let index = 0; index < triangles.length; index += 3) {
    const a = (triangles[index] ?? 0) * FIELDS;
    const b = (triangles[index + 1] ?? 0) * FIELDS;
    const c = (triangles[index + 2] ?? 0) * FIELDS;
    const behind = [a, b, c].filter((corner) => screen[corner + 2] === 0).length;
    if (behind === 0) fill(drawing, screen, [a, b, c], { id, stamps });
    else if (behind < 3) fillCut(drawing, screen, [a, b, c], { id, stamps });
  }
}

function project(screen: Float64Array, at: number, { focal, width, height }: Camera): void {
  const near = 1 / (screen[at + 9] ?? 1);
  screen[at] = width / 2 + focal * near * (screen[at + 7] ?? 0);
  screen[at + 1] = height / 2 - focal * near * (screen[at + 8] ?? 0);
  screen[at + 2] = near;
}

/** A triangle of which a part is behind the camera: what is before it, as one triangle or two. */
function fillCut(drawing: Drawing, s: Float64Array, corners: readonly number[], stamp: Stamp): void {
  const kept: number[] = [];
  let next = s.length - 2 * FIELDS;
  for (const [index, a] of corners.entries()) {
    const b = corners[(index + 1) % 3] ?? a;
    const [isBefore, isNextBefore] = [(s[a + 2] ?? 0) > 0, (s[b + 2] ?? 0) > 0];
    if (isBefore) kept.push(a);
    if (isBefore === isNextBefore) continue;
    const [za, zb] = [s[a + 9] ?? 0, s[b + 9] ?? 0];
    const share = (NEAR_M - za) / (zb - za);
    for (let field = 3; field < FIELDS; field += 1)
      s[next + field] = (s[a + field] ?? 0) + ((s[b + field] ?? 0) - (s[a + field] ?? 0)) * share;
    project(s, next, drawing.camera);
    kept.push(next);
    next += FIELDS;
  }
  const [first] = kept;
  for (let at = 2; at < kept.length; at += 1) fill(drawing, s, [first ?? 0, kept[at - 1] ?? 0, kept[at] ?? 0], stamp);
}

function onScreen({ camera, light }: Drawing, { positions, normals, looks }: Mesh, at: Matrix): Float64Array {
  const count = positions.length / 3;
  // Two more for corners made where a triangle is cut.
  const screen = new Float64Array((count + 2) * FIELDS);
  const amount = new Float64Array(3);
  const { eye, right, up, forward } = camera;
  for (let index = 0; index < count; index += 1) {
    const from = index * 3;
    const p = moved(at, [positions[from] ?? 0, positions[from + 1] ?? 0, positions[from + 2] ?? 0]);
    const [dx, dy, dz] = [p[0] - eye[0], p[1] - eye[1], p[2] - eye[2]];
    const z = dx * forward[0] + dy * forward[1] + dz * forward[2];
    const to = index * FIELDS;
    screen[to + 7] = dx * right[0] + dy * right[1] + dz * right[2];
    screen[to + 8] = dx * up[0] + dy * up[1] + dz * up[2];
    screen[to + 9] = z;
    if (z >= NEAR_M) project(screen, to, camera);
    screen[to + 6] = p[2];
    const n = turned(at, [normals[from] ?? 0, normals[from + 1] ?? 0, normals[from + 2] ?? 0]);
    const look = index * 4;
    const gloss = looks[look + 3] ?? 0;
    const distance = Math.sqrt(dx * dx + dy * dy + dz * dz);
    const haze = hazeShare(light, distance);
    if (gloss < 0) amount.fill(-gloss);
    else lit(light, p, n, amount);
    const shine = gloss > 0 ? mirrored(light, [dx / distance, dy / distance, dz / distance], n) * gloss : 0;
    for (let channel = 0; channel < 3; channel += 1) {
      const own = (looks[look + channel] ?? 0) * (amount[channel] ?? 0) * (1 - 0.5 * Math.max(0, gloss) * 0.3);
      const air = (light.sky[channel] ?? 0) * shine;
      screen[to + 3 + channel] = shownByte((own + air) * (1 - haze) + (light.haze[channel] ?? 0) * haze);
    }
  }
  return screen;
}

/** How much of the sky and the sun a smooth surface throws to the eye. */
function mirrored({ sunWay, sun, sky }: Light, view: V3, n: V3): number {
  const facing = -(view[0] * n[0] + view[1] * n[1] + view[2] * n[2]);
  const fresnel = 0.12 + 0.88 * (1 - Math.max(0, Math.min(1, facing))) ** 4;
  const [rx, ry, rz] = [view[0] + 2 * facing * n[0], view[1] + 2 * facing * n[1], view[2] + 2 * facing * n[2]];
  const above = rz > 0 ? 0.6 + 0.4 * rz : 0.15;
  const glint = rx * sunWay[0] + ry * sunWay[1] + rz * sunWay[2];
  const sunShare = glint > 0.8 ? ((glint - 0.8) * 5) ** 6 * 3 * (sun[0] / (sky[0] + 0.1)) : 0;
  return fresnel * above + Math.min(0.6, sunShare * 0.4);
}

interface Stamp {
  readonly id: number;
  readonly stamps?: Silhouettes | undefined;
}

/** Corners by height, and how much each field changes a pixel to the right and a row down. */
function fill(drawing: Drawing, s: Float64Array, corners: readonly [number, number, number], stamp: Stamp): void {
  let [a, b, c] = corners;
  const at = (index: number): number => s[index] ?? 0;
  const area = (at(b) - at(a)) * (at(c + 1) - at(a + 1)) - (at(c) - at(a)) * (at(b + 1) - at(a + 1));
  // Rows grow downward, so what is counter-clockwise in the world has a negative area on the screen.
  if (area >= -1e-9) return;
  const slopes = new Float64Array(10);
  const fields = drawing.between === undefined ? 4 : 5;
  for (let field = 0; field < fields; field += 1) {
    const [va, vb, vc] = [at(a + 2 + field), at(b + 2 + field), at(c + 2 + field)];
    slopes[field] = ((vb - va) * (at(c + 1) - at(a + 1)) - (vc - va) * (at(b + 1) - at(a + 1))) / area;
    slopes[field + 5] = ((vc - va) * (at(b) - at(a)) - (vb - va) * (at(c) - at(a))) / area;
  }
  const origin = a;
  if (at(b + 1) < at(a + 1)) [a, b] = [b, a];
  if (at(c + 1) < at(a + 1)) [a, c] = [c, a];
  if (at(c + 1) < at(b + 1)) [b, c] = [c, b];
  const { width, height } = drawing.canvas;
  const [x0, y0, x1, y1, x2, y2] = [at(a), at(a + 1), at(b), at(b + 1), at(c), at(c + 1)];
  const first = Math.max(0, Math.ceil(y0 - 0.5));
  const last = Math.min(height - 1, Math.ceil(y2 - 0.5) - 1);
  for (let row = first; row <= last; row += 1) {
    const y = row + 0.5;
    const long = x0 + ((x2 - x0) * (y - y0)) / (y2 - y0);
    const short = y < y1 ? x0 + ((x1 - x0) * (y - y0)) / (y1 - y0) : x1 + ((x2 - x1) * (y - y1)) / (y2 - y1);
    const from = Math.max(0, Math.ceil(Math.min(long, short) - 0.5));
    const to = Math.min(width - 1, Math.ceil(Math.max(long, short) - 0.5) - 1);
    if (from <= to) span(drawing, s, { origin, slopes, row, from, to }, stamp);
  }
}

interface Span {
  readonly origin: number;
  readonly slopes: Float64Array;
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

function span({ canvas, between }: Drawing, s: Float64Array, run: Span, { id, stamps }: Stamp): void {
  const { origin, slopes, row, from, to } = run;
  const { colour, near, ids, ground, width } = canvas;
  const [dx, dy] = [from + 0.5 - (s[origin] ?? 0), row + 0.5 - (s[origin + 1] ?? 0)];
  const start = (field: number): number =>
    (s[origin + 2 + field] ?? 0) + dx * (slopes[field] ?? 0) + dy * (slopes[field + 5] ?? 0);
  let [n, r, g, b] = [start(0), start(1), start(2), start(3)];
  const [nStep, rStep, gStep, bStep] = [slopes[0] ?? 0, slopes[1] ?? 0, slopes[2] ?? 0, slopes[3] ?? 0];
  const zStep = between === undefined ? 0 : (slopes[4] ?? 0);
  let z = between === undefined ? 0 : (s[origin + 6] ?? 0) + dx * zStep + dy * (slopes[9] ?? 0);
  const [fromZ, toZ] = between === undefined ? [-1, 1] : [between.fromZ, between.toZ];
  let at = row * width + from;
  const end = row * width + to;
  for (; at <= end; at += 1) {
    if (z >= fromZ && z <= toZ) {
      if (stamps !== undefined && stamps.stamps[at] !== stamps.stamp) {
        stamps.stamps[at] = stamps.stamp;
        stamps.touched += 1;
      }
      if (n > (near[at] ?? 0)) {
        near[at] = n;
        ids[at] = id;
        ground[at] = 0;
        colour[at] = byte(r) | (byte(g) << 8) | (byte(b) << 16);
      }
    }
    n += nStep;
    r += rStep;
    g += gStep;
    b += bStep;
    z += zStep;
  }
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value | 0;
}
