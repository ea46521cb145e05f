import type { Canvas } from "./canvas.ts";
import type { Noise } from "./noise.ts";

/** What lens and sensor make of the light. */
export interface Lens {
  readonly exposure: number;
  /** Above 0 warmer, below colder. */
  readonly warmth: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Deviation of the sensor's noise, in levels of 255. */
  readonly noise: number;
  /** Passes of a soft blur. */
  readonly blur: number;
  /** Length of a smear to the side, in pixels. */
  readonly smearPx: number;
  readonly vignette: number;
  readonly jpegQuality: number;
}

export const CLEAN_LENS: Lens = {
  exposure: 1,
  warmth: 0,
  contrast: 1,
  saturation: 1,
  noise: 0,
  blur: 0,
  smearPx: 0,
  vignette: 0,
  jpegQuality: 90,
};

/** Shrinks a canvas by `factor` (1 or 2): RGB bytes, and whose pixel each is by majority. */
export function shrunk(canvas: Canvas, factor: 1 | 2): { readonly rgb: Uint8Array; readonly ids: Uint16Array } {
  const { width, height, colour, ids } = canvas;
  const [w, h] = [width / factor, height / factor];
  const rgb = new Uint8Array(w * h * 3);
  const owners = new Uint16Array(w * h);
  for (let row = 0, to = 0; row < h; row += 1) {
    for (let column = 0, at = row * factor * width; column < w; column += 1, to += 1, at += factor) {
      if (factor === 1) {
        const pixel = colour[at] ?? 0;
        rgb[to * 3] = pixel & 255;
        rgb[to * 3 + 1] = (pixel >> 8) & 255;
        rgb[to * 3 + 2] = (pixel >> 16) & 255;
        owners[to] = ids[at] ?? 0;
        continue;
      }
      const [a, b, c, d] = [colour[at] ?? 0, colour[at + 1] ?? 0, colour[at + width] ?? 0, colour[at + width + 1] ?? 0];
      const odd = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff);
      rgb[to * 3] = (odd & 0x3ff) >> 2;
      rgb[to * 3 + 1] = (((a >> 8) & 255) + ((b >> 8) & 255) + ((c >> 8) & 255) + ((d >> 8) & 255)) >> 2;
      rgb[to * 3 + 2] = odd >>> 18;
      const [i, j, k, l] = [ids[at] ?? 0, ids[at + 1] ?? 0, ids[at + width] ?? 0, ids[at + width + 1] ?? 0];
      owners[to] = i === j || i === k || i === l ? i : j === k || j === l ? j : k === l ? k : i;
    }
  }
  return { rgb, ids: owners };
}

/** Puts a picture through the lens, in place. `grain` moves the noise from frame to frame. */
export function throughLens(
  picture: { readonly rgb: Uint8Array; readonly width: number; readonly height: number },
  lens: Lens,
  noise: Noise,
  grain: number,
): void {
  const { rgb, width, height } = picture;
  for (let pass = 0; pass < lens.blur; pass += 1) softBlur(rgb, width, height);
  if (lens.smearPx > 1) smear(rgb, width, height, Math.round(lens.smearPx));
  const gains = [lens.exposure * (1 + lens.warmth), lens.exposure, lens.exposure * (1 - lens.warmth)];
  const curves = gains.map((gain) =>
    Float32Array.from({ length: 256 }, (_, level) => (level * gain - 128) * lens.contrast + 128),
  );
  const [reds, greens, blues] = curves;
  const grains = Float32Array.from({ length: 4_096 }, (_, index) => {
    const at = (index * 31 + grain * 977) | 0;
    return (
      (noise.cell(at, at >> 8) + noise.cell(at + 91, (at >> 8) + 57) + noise.cell(at + 13, (at >> 8) + 111) - 1.5) *
      2 *
      lens.noise
    );
  });
  const grey = 1 - lens.saturation;
  let dice = (grain * 2_654_435_761) >>> 0;
  for (let row = 0, at = 0; row < height; row += 1) {
    const dy = (row / height - 0.5) * 2;
    for (let column = 0; column < width; column += 1, at += 3) {
      dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
      const dx = (column / width - 0.5) * 2;
      const dark = 1 - lens.vignette * (dx * dx + dy * dy) * 0.5;
      let red = (reds?.[rgb[at] ?? 0] ?? 0) * dark;
      let green = (greens?.[rgb[at + 1] ?? 0] ?? 0) * dark;
      let blue = (blues?.[rgb[at + 2] ?? 0] ?? 0) * dark;
      if (grey > 0) {
        const luma = 0.3 * red + 0.59 * green + 0.11 * blue;
        red += (luma - red) * grey;
        green += (luma - green) * grey;
        blue += (luma - blue) * grey;
      }
      const shared = grains[dice >>> 20] ?? 0;
      const own = (grains[(dice >>> 8) & 4_095] ?? 0) * 0.45 * lens.saturation;
      rgb[at] = byte(red + shared + own);
      rgb[at + 1] = byte(green + shared);
      rgb[at + 2] = byte(blue + shared - own);
    }
  }
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
}

function softBlur(rgb: Uint8Array, width: number, height: number): void {
  const stride = width * 3;
  const copy = rgb.slice();
  for (let at = 3; at + 3 < rgb.length; at += 1) {
    copy[at] = ((rgb[at - 3] ?? 0) + 2 * (rgb[at] ?? 0) + (rgb[at + 3] ?? 0)) >> 2;
  }
  for (let at = stride; at < stride * (height - 1); at += 1) {
    rgb[at] = ((copy[at - stride] ?? 0) + 2 * (copy[at] ?? 0) + (copy[at + stride] ?? 0)) >> 2;
  }
}

function smear(rgb: Uint8Array, width: number, height: number, length: number): void {
  const line = new Uint8Array(width * 3);
  for (let row = 0; row < height; row += 1) {
    const start = row * width * 3;
    line.set(rgb.subarray(start, start + width * 3));
    for (let at = 0; at < width * 3; at += 1) {
      let sum = 0;
      for (let step = 0; step < length; step += 1) {
        const from = Math.min(Math.max(at + (step - (length >> 1)) * 3, at % 3), width * 3 - 3 + (at % 3));
        sum += line[from] ?? 0;
      }
      rgb[start + at] = sum / length;
    }
  }
}
