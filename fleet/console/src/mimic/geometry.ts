/** The drawing's own units; the picture scales with its panel. */
export const WIDTH = 860;
export const HEIGHT = 400;
export const GROUND_Y = 92;
/** Inside of the wet well. */
export const WELL = { left: 236, right: 566, bottom: 372 } as const;
/** The scale ends here; the rest of the well is freeboard. */
const SCALE_TOP_Y = 152;
export const INLET_Y = 180;
export const HEADER_Y = 120;

/**
 * How deep the scale of a well goes, in metres: room above its highest mark, in half metres.
 *
 * It depends on the marks and not on the level, so that the picture does not jump when water rises.
 */
export function scaleDepthM(marksM: readonly number[]): number {
  const highest = Math.max(0, ...marksM);
  return highest === 0 ? 5 : Math.ceil(highest * 1.35 * 2) / 2;
}

/** Where a level is drawn. Levels outside the scale are drawn at its end: the number beside it says how far outside. */
export function levelY(levelM: number, depthM: number): number {
  return WELL.bottom - levelShare(levelM, depthM) * (WELL.bottom - SCALE_TOP_Y);
}

/** How far up the scale a level stands: 0 at its foot, 1 at its head, at most a little above. */
export function levelShare(levelM: number, depthM: number): number {
  return Math.min(1.06, Math.max(0, levelM / depthM));
}

/** The scale's graduations in metres, at most eleven, from 0 to the depth. */
export function graduationsM(depthM: number): readonly number[] {
  const step = [0.1, 0.25, 0.5, 1, 2, 5, 10].find((one) => depthM / one <= 10) ?? depthM;
  return Array.from({ length: Math.floor(depthM / step + 1e-9) + 1 }, (_, index) => Number((index * step).toFixed(2)));
}

/**
 * Moves labels apart so that each has its own line, keeping their order and staying near their places.
 *
 * @param ys      wanted places, ascending.
 * @param gap     least distance between two.
 * @param lowest  the last label stays above it (y grows downward).
 * @returns places, ascending, in the same order.
 */
export function spread(ys: readonly number[], gap: number, lowest: number): readonly number[] {
  const placed = ys.reduce<number[]>((above, y) => [...above, Math.max(y, (above.at(-1) ?? -Infinity) + gap)], []);
  // What was pushed below the edge moves back up, pushing its neighbours where it must.
  return placed.reduceRight<number[]>((below, y) => [Math.min(y, (below[0] ?? lowest + gap) - gap), ...below], []);
}

/** Where pump `index` of `count` stands in the well. */
export function pumpX(index: number, count: number): number {
  const middle = (WELL.left + WELL.right) / 2 + 10;
  return middle + (index - (count - 1) / 2) * 120;
}

/** How lively a stream is drawn. Only four speeds, because a moving pattern jumps whenever its speed changes. */
export type Pace = "still" | "slow" | "steady" | "fast";

/** @param litresPerSecond  negative or unknown flows stand still. */
export function paceOf(litresPerSecond: number | undefined): Pace {
  if (litresPerSecond === undefined || litresPerSecond < 0.5) return "still";
  if (litresPerSecond < 20) return "slow";
  return litresPerSecond < 80 ? "steady" : "fast";
}

/** The surface as a path of gentle waves, one period longer than the well so that it can slide for ever. */
export function wavePath(width: number, depth: number): string {
  const period = 60;
  const count = Math.ceil(width / period) + 2;
  const waves = Array.from({ length: count }, () => `q ${period / 4} -5 ${period / 2} 0 t ${period / 2} 0`).join(" ");
  return `M 0 0 ${waves} v ${depth} h ${-count * period} z`;
}
