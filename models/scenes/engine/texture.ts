import sharp from "sharp";

/** A picture to put on surfaces: one word a pixel, red lowest, row by row. */
export interface Texture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

/** Draws an SVG document into a texture of its own size, on white. Text needs fonts: see `fonts.ts`. */
export async function textureOfSvg(svg: string): Promise<Texture> {
  const image = sharp(Buffer.from(svg)).flatten({ background: "#ffffff" }).removeAlpha().toColourspace("srgb").raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const pixels = Uint32Array.from(
    { length: info.width * info.height },
    (_, index) => (data[index * 3] ?? 0) | ((data[index * 3 + 1] ?? 0) << 8) | ((data[index * 3 + 2] ?? 0) << 16),
  );
  return { width: info.width, height: info.height, pixels };
}

/** The pixel at `u`, `v` (0 to 1), blended from its four neighbours. */
export function texel({ width, height, pixels }: Texture, u: number, v: number): number {
  const x = Math.min(Math.max(u * width - 0.5, 0), width - 1.001);
  const y = Math.min(Math.max(v * height - 0.5, 0), height - 1.001);
  const [column, row] = [x | 0, y | 0];
  const [fx, fy] = [((x - column) * 256) | 0, ((y - row) * 256) | 0];
  const at = row * width + column;
  const below = row + 1 < height ? at + width : at;
  const top = mixed(pixels[at] ?? 0, pixels[at + 1] ?? 0, fx);
  return mixed(top, mixed(pixels[below] ?? 0, pixels[below + 1] ?? 0, fx), fy);
}

/** Of two pixels, `share` of 256 of the second. */
function mixed(a: number, b: number, share: number): number {
  const rest = 256 - share;
  const odd = (((a & 0xff00ff) * rest + (b & 0xff00ff) * share) >>> 8) & 0xff00ff;
  const green = (((a & 0x00ff00) * rest + (b & 0x00ff00) * share) >>> 8) & 0x00ff00;
  return odd | green;
}
