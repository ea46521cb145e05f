import { sumOf, type Shape } from "./codec.ts";

/** First and last byte but one of every Kerong frame; the last is the low byte of the sum of all before. */
export const STX = 0x02;
export const ETX = 0x03;

/** A frame of this length, with its end mark and its sum. */
export function kerongShape(length: number): Shape {
  return {
    length,
    fits: (bytes, start, end) => start + length - 2 >= end || bytes[start + length - 2] === ETX,
    isWhole: (bytes, start) => bytes[start + length - 1] === sumOf(bytes, start, start + length - 1),
  };
}

/** Puts start, end and sum around what is said. */
export function kerongFrame(...said: readonly number[]): Buffer {
  const frame = Buffer.from([STX, ...said, ETX, 0]);
  frame[frame.length - 1] = sumOf(frame, 0, frame.length - 1);
  return frame;
}
