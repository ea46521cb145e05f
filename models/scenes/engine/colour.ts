/** Linear light, 0 to 1 a channel. */
export type Colour = readonly [red: number, green: number, blue: number];

/** From "#rrggbb" as people write colours. */
export function hex(text: string): Colour {
  const value = Number.parseInt(text.slice(1), 16);
  return [linear((value >> 16) & 255), linear((value >> 8) & 255), linear(value & 255)];
}

function linear(byte: number): number {
  return (byte / 255) ** 2.2;
}

export function blend(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

export function dimmed(a: Colour, factor: number): Colour {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

const STEPS = 4_096;
/** Linear light of 0 to 4 to a byte on the screen, with a shoulder so that bright things do not clip hard. */
const CURVE = Uint8Array.from({ length: STEPS }, (_, index) => {
  const light = (index / STEPS) * 4;
  const shown = light < 0.6 ? light : 0.6 + 0.4 * (1 - Math.exp(-(light - 0.6) / 0.4));
  return Math.round(255 * shown ** (1 / 2.2));
});

/** What a camera makes of an amount of light, 0 to 255. */
export function shownByte(light: number): number {
  const index = (light * (STEPS / 4)) | 0;
  return CURVE[index < 0 ? 0 : index >= STEPS ? STEPS - 1 : index] ?? 0;
}

/** One pixel in one word, red lowest. */
export function packed(red: number, green: number, blue: number): number {
  return shownByte(red) | (shownByte(green) << 8) | (shownByte(blue) << 16);
}
