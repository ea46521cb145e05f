/** One level of YuNet's priors: anchor sides in pixels and how far apart the anchors stand. */
interface PriorLevel {
  readonly stride: number;
  readonly sidesPx: readonly number[];
}

/** The levels of the 2021-22 face detector, coarsest last. */
export const PRIOR_LEVELS: readonly PriorLevel[] = [
  { stride: 8, sidesPx: [10, 16, 24] },
  { stride: 16, sidesPx: [32, 48] },
  { stride: 32, sidesPx: [64, 96] },
  { stride: 64, sidesPx: [128, 192, 256] },
];

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Columns and rows of a level. The network's first convolution rounds up and every pooling after it rounds down, so a
 * level is not the input divided by its stride.
 */
export function priorGrid(
  { width, height }: Size,
  stride: number,
): { readonly columns: number; readonly rows: number } {
  const shrink = (side: number): number => {
    let cells = Math.floor((side + 1) / 2);
    for (let done = 2; done < stride; done *= 2) cells = Math.floor(cells / 2);
    return cells;
  };
  return { columns: shrink(width), rows: shrink(height) };
}

/** Priors of all levels together: 1,076 for an input of 160 × 120. */
export function priorCount(size: Size): number {
  return PRIOR_LEVELS.reduce((sum, { stride, sidesPx }) => {
    const { columns, rows } = priorGrid(size, stride);
    return sum + columns * rows * sidesPx.length;
  }, 0);
}
