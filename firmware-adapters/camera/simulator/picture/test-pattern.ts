import { encodeJpeg, type JpegExtras } from "./encode-jpeg.ts";

export interface PatternOptions extends JpegExtras {
  /** Multiples of 8, at least 64. */
  readonly width: number;
  readonly height: number;
  /** Which picture of the film; each of 65,536 in a row is another. */
  readonly frame: number;
  /** As with the lens covered: nothing to see, and a little noise. */
  readonly isDark?: boolean;
}

/** White, yellow, cyan, green, magenta, red, blue, black as Y, Cb, Cr. */
const BARS = [
  [235, 128, 128],
  [210, 16, 146],
  [170, 166, 16],
  [145, 54, 34],
  [106, 202, 222],
  [81, 90, 240],
  [41, 240, 110],
  [16, 128, 128],
] as const;
const COUNTER_BITS = 16;

/** Colour bars, a square that wanders over them, and the frame's number in black and white along the lower edge. */
export function testPattern({ width, height, frame, isDark = false, ...extras }: PatternOptions): Buffer {
  const columns = Math.floor(width / 8);
  const rows = Math.floor(height / 8);
  const colours = new Uint8Array(columns * rows * 3);
  const square = { column: frame % columns, row: Math.floor(frame / 3) % rows };
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const at = (row * columns + column) * 3;
      colours.set(isDark ? noise(row, column, frame) : colourOf(row, column), at);
    }
  }
  return encodeJpeg({ columns, rows, colours }, extras);

  function colourOf(row: number, column: number): readonly number[] {
    const bit = Math.floor((column * COUNTER_BITS) / columns);
    if (row === rows - 1) return ((frame >> bit) & 1) === 1 ? [255, 128, 128] : [0, 128, 128];
    const isSquare = Math.abs(row - square.row) < 2 && Math.abs(column - square.column) < 2;
    if (isSquare) return [255, 128, 255];
    return BARS[Math.floor((column * BARS.length) / columns)] ?? BARS[0];
  }
}

function noise(row: number, column: number, frame: number): readonly number[] {
  return [2 + (((row * 31 + column * 17 + frame * 7) >>> 2) & 3), 128, 128];
}
