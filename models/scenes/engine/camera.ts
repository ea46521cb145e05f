import { cross, dot, minus, unit, type V3 } from "./geometry.ts";

export interface CameraPose {
  readonly eye: V3;
  readonly target: V3;
  /** How much is seen from left to right, in degrees. */
  readonly fieldDeg: number;
  readonly rollDeg?: number;
}

/** A pinhole camera. */
export interface Camera {
  readonly eye: V3;
  readonly right: V3;
  readonly up: V3;
  readonly forward: V3;
  readonly width: number;
  readonly height: number;
  /** In pixels. */
  readonly focal: number;
}

/** What is nearer than this is not drawn; metres. */
export const NEAR_M = 0.08;

export function aimed(pose: CameraPose, width: number, height: number): Camera {
  const forward = unit(minus(pose.target, pose.eye));
  const flat = unit(cross(forward, [0, 0, 1]));
  const top = cross(flat, forward);
  const roll = ((pose.rollDeg ?? 0) * Math.PI) / 180;
  const [c, s] = [Math.cos(roll), Math.sin(roll)];
  const right: V3 = [flat[0] * c + top[0] * s, flat[1] * c + top[1] * s, flat[2] * c + top[2] * s];
  const up: V3 = [top[0] * c - flat[0] * s, top[1] * c - flat[1] * s, top[2] * c - flat[2] * s];
  const focal = width / 2 / Math.tan((pose.fieldDeg * Math.PI) / 360);
  return { eye: pose.eye, right, up, forward, width, height, focal };
}

/** Right, up and forward of the eye, metres. */
export function seen({ eye, right, up, forward }: Camera, point: V3): V3 {
  const way = minus(point, eye);
  return [dot(way, right), dot(way, up), dot(way, forward)];
}

/** Where a point is in the picture, or nothing where it lies behind the camera. */
export function pixelOf(camera: Camera, point: V3): { readonly x: number; readonly y: number } | undefined {
  const [x, y, z] = seen(camera, point);
  if (z < NEAR_M) return undefined;
  return { x: camera.width / 2 + (camera.focal * x) / z, y: camera.height / 2 - (camera.focal * y) / z };
}

/** The direction of a pixel's ray, one metre forward. */
export function rayOf({ right, up, forward, width, height, focal }: Camera, x: number, y: number): V3 {
  const [a, b] = [(x - width / 2) / focal, (height / 2 - y) / focal];
  return [
    forward[0] + a * right[0] + b * up[0],
    forward[1] + a * right[1] + b * up[1],
    forward[2] + a * right[2] + b * up[2],
  ];
}
