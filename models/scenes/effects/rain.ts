import { Dice } from "../engine/dice.ts";

/** Draws streaks of rain over a picture, in place. */
export function drawRain(
  { rgb, width, height }: { readonly rgb: Uint8Array; readonly width: number; readonly height: number },
  streaks: number,
  seed: number,
): void {
  const dice = new Dice(seed);
  for (let index = 0; index < streaks; index += 1) {
    const isNear = dice.chance(0.25);
    const long = Math.round(dice.between(6, isNear ? 26 : 12) * (height / 360));
    const slope = 0.08 + dice.between(-0.03, 0.03);
    const light = dice.between(0.05, isNear ? 0.22 : 0.13);
    let x = dice.between(0, width);
    const top = Math.floor(dice.between(-long, height));
    for (let row = Math.max(0, top); row < Math.min(height, top + long); row += 1) {
      x -= slope;
      const column = Math.floor(x);
      if (column < 0 || column >= width) continue;
      const at = (row * width + column) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        rgb[at + channel] = (rgb[at + channel] ?? 0) + (215 - (rgb[at + channel] ?? 0)) * light;
      }
    }
  }
}
