import type { Size } from "@outpost/models/preprocess/placement.ts";

/** What motion is looked for on: small enough to cost little, large enough for a person at the far end of a square. */
export const THUMBNAIL: Size = { width: 96, height: 54 };
/** Less than this many steps of 255 is a sensor's noise. */
const LEAST_STEP = 18;

/**
 * The share of pixels that differ from the picture before, 0 to 1. A change of the whole picture's brightness, as by a
 * cloud or the camera's own exposure, is taken out first.
 *
 * @param now, before  grey bytes of one size.
 */
export function movedShare(now: Uint8Array, before: Uint8Array): number {
  if (now.length !== before.length || now.length === 0) return 1;
  let sum = 0;
  for (let index = 0; index < now.length; index += 1) sum += (now[index] ?? 0) - (before[index] ?? 0);
  const shift = sum / now.length;
  let moved = 0;
  for (let index = 0; index < now.length; index += 1) {
    if (Math.abs((now[index] ?? 0) - (before[index] ?? 0) - shift) > LEAST_STEP) moved += 1;
  }
  return moved / now.length;
}
