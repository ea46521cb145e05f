import type { Box } from "../../decoders/detections/box.ts";
import { type Axis, correctAxis, predictAxis, startAxis } from "./axis.ts";

/**
 * A Kalman filter for a box: centre and size, each with a constant speed. Its four coordinates disturb each other in no
 * way, so it is four small filters instead of one of eight dimensions.
 */
export interface BoxMotion {
  readonly x: Axis;
  readonly y: Axis;
  readonly width: Axis;
  readonly height: Axis;
}

/** All in sizes of the box (the root of its area), so that near and far things are treated alike. */
const MEASUREMENT_DEVIATION = 0.05;
/** A walker reaches or loses about one size per second within a second; so does a car in town. */
const ACCELERATION_DEVIATION = 1;
/** Things grow and shrink slowly, by coming near and going away. */
const GROWTH_DEVIATION = 0.25;
const START_SPEED_DEVIATION = 2;
const START_GROWTH_DEVIATION = 0.25;
const SMALLEST_SIDE_PX = 0.5;

/** A box seen for the first time. */
export function startMotion(box: Box): BoxMotion {
  const { x, y, width, height } = centred(box);
  const size = Math.sqrt(width * height);
  const deviation = MEASUREMENT_DEVIATION * size;
  return {
    x: startAxis(x, deviation, START_SPEED_DEVIATION * size),
    y: startAxis(y, deviation, START_SPEED_DEVIATION * size),
    width: startAxis(width, deviation, START_GROWTH_DEVIATION * size),
    height: startAxis(height, deviation, START_GROWTH_DEVIATION * size),
  };
}

/**
 * Lets time pass.
 *
 * @param isSeen  whether the box was there at the last look. One that is hidden moves on but keeps its size: a growing
 *   guess would soon swallow its neighbours.
 */
export function predictMotion(motion: BoxMotion, seconds: number, isSeen: boolean): BoxMotion {
  const size = sizeOf(motion);
  const moves = (ACCELERATION_DEVIATION * size) ** 2;
  const grows = (GROWTH_DEVIATION * size) ** 2;
  const grown = (axis: Axis): Axis => {
    const kept = isSeen ? axis : { ...axis, speed: 0 };
    const next = predictAxis(kept, seconds, grows);
    return { ...next, place: Math.max(SMALLEST_SIDE_PX, next.place) };
  };
  return {
    x: predictAxis(motion.x, seconds, moves),
    y: predictAxis(motion.y, seconds, moves),
    width: grown(motion.width),
    height: grown(motion.height),
  };
}

/** Takes in a box that was seen. */
export function correctMotion(motion: BoxMotion, box: Box): BoxMotion {
  const { x, y, width, height } = centred(box);
  const deviation = MEASUREMENT_DEVIATION * Math.sqrt(width * height);
  return {
    x: correctAxis(motion.x, x, deviation),
    y: correctAxis(motion.y, y, deviation),
    width: correctAxis(motion.width, width, deviation),
    height: correctAxis(motion.height, height, deviation),
  };
}

/** Where the box is believed to be. */
export function motionBox({ x, y, width, height }: BoxMotion): Box {
  const halfWidth = Math.max(SMALLEST_SIDE_PX, width.place) / 2;
  const halfHeight = Math.max(SMALLEST_SIDE_PX, height.place) / 2;
  return {
    x1: x.place - halfWidth,
    y1: y.place - halfHeight,
    x2: x.place + halfWidth,
    y2: y.place + halfHeight,
  };
}

function sizeOf({ width, height }: BoxMotion): number {
  return Math.sqrt(Math.max(SMALLEST_SIDE_PX, width.place) * Math.max(SMALLEST_SIDE_PX, height.place));
}

function centred({ x1, y1, x2, y2 }: Box): {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
} {
  return {
    x: (x1 + x2) / 2,
    y: (y1 + y2) / 2,
    width: Math.max(SMALLEST_SIDE_PX, x2 - x1),
    height: Math.max(SMALLEST_SIDE_PX, y2 - y1),
  };
}
