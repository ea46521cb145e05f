/** Width and height of a model's input in pixels. */
export interface InputSize {
  readonly width: number;
  readonly height: number;
}

/** Columns and rows of the grid at one stride: a part of a cell at the right or lower edge counts as one. */
export function gridSize(
  { width, height }: InputSize,
  stride: number,
): { readonly columns: number; readonly rows: number } {
  return { columns: Math.ceil(width / stride), rows: Math.ceil(height / stride) };
}

/** Cells of all strides together. */
export function cellCount(size: InputSize, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => {
    const { columns, rows } = gridSize(size, stride);
    return sum + columns * rows;
  }, 0);
}
