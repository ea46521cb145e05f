/** A point or direction in the world: x to the right, y away from the usual camera, z up; metres. */
export type V3 = readonly [number, number, number];

export function add(a: V3, b: V3): V3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

export function minus(a: V3, b: V3): V3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

export function times(a: V3, factor: number): V3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

export function dot(a: V3, b: V3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

export function cross(a: V3, b: V3): V3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function length(a: V3): number {
  return Math.hypot(a[0], a[1], a[2]);
}

/** The direction of `a`; a vector of no length points up. */
export function unit(a: V3): V3 {
  const size = length(a);
  return size < 1e-9 ? [0, 0, 1] : times(a, 1 / size);
}

/** From `a` to `b` by `share`. */
export function between(a: V3, b: V3, share: number): V3 {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** Three rows of four: where a shape's own axes and origin lie in the world. */
export type Matrix = readonly [
  xx: number,
  xy: number,
  xz: number,
  x: number,
  yx: number,
  yy: number,
  yz: number,
  y: number,
  zx: number,
  zy: number,
  zz: number,
  z: number,
];

export const UNMOVED: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

/** One after the other: `inner` first. */
export function chained(outer: Matrix, inner: Matrix): Matrix {
  const x = turned(outer, [inner[0], inner[4], inner[8]]);
  const y = turned(outer, [inner[1], inner[5], inner[9]]);
  const z = turned(outer, [inner[2], inner[6], inner[10]]);
  const at = moved(outer, [inner[3], inner[7], inner[11]]);
  return [x[0], y[0], z[0], at[0], x[1], y[1], z[1], at[1], x[2], y[2], z[2], at[2]];
}

/** How a shape is put into the world: turned about y (roll), x (pitch), z (yaw) in this order, scaled, then moved. */
export interface Placement3 {
  readonly at: V3;
  readonly yaw?: number;
  readonly pitch?: number;
  readonly roll?: number;
  readonly scale?: number;
}

export function placed({ at, yaw = 0, pitch = 0, roll = 0, scale = 1 }: Placement3): Matrix {
  const [cy, sy] = [Math.cos(yaw), Math.sin(yaw)];
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)];
  const [cr, sr] = [Math.cos(roll), Math.sin(roll)];
  const x: V3 = [cy * cr - sy * sp * sr, sy * cr + cy * sp * sr, -cp * sr];
  const y: V3 = [-sy * cp, cy * cp, sp];
  const z: V3 = [cy * sr + sy * sp * cr, sy * sr - cy * sp * cr, cp * cr];
  const s = scale;
  return [
    s * x[0],
    s * y[0],
    s * z[0],
    at[0],
    s * x[1],
    s * y[1],
    s * z[1],
    at[1],
    s * x[2],
    s * y[2],
    s * z[2],
    at[2],
  ];
}

export function moved(m: Matrix, p: V3): V3 {
  return [
    m[0] * p[0] + m[1] * p[1] + m[2] * p[2] + m[3],
    m[4] * p[0] + m[5] * p[1] + m[6] * p[2] + m[7],
    m[8] * p[0] + m[9] * p[1] + m[10] * p[2] + m[11],
  ];
}

export function turned(m: Matrix, p: V3): V3 {
  return [
    m[0] * p[0] + m[1] * p[1] + m[2] * p[2],
    m[4] * p[0] + m[5] * p[1] + m[6] * p[2],
    m[8] * p[0] + m[9] * p[1] + m[10] * p[2],
  ];
}

export function clamp(value: number, least: number, most: number): number {
  return value < least ? least : value > most ? most : value;
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smooth(from: number, to: number, value: number): number {
  const share = clamp((value - from) / (to - from), 0, 1);
  return share * share * (3 - 2 * share);
}
