import { rayOf, type Camera } from "./camera.ts";
import type { Canvas } from "./canvas.ts";
import { blend, packed, type Colour } from "./colour.ts";
import { smooth, unit } from "./geometry.ts";
import type { Noise } from "./noise.ts";

/** What is above the horizon. */
export interface Sky {
  readonly zenith: Colour;
  readonly horizon: Colour;
  readonly cloud: Colour;
  /** How much of it clouds cover, 0 to 1. */
  readonly cover: number;
}

/** Draws the sky wherever nothing stands. */
export function drawSky(canvas: Canvas, camera: Camera, sky: Sky, noise: Noise): void {
  for (let row = 0; row < canvas.height; row += 1) {
    for (let column = 0; column < canvas.width; column += 1) {
      const at = row * canvas.width + column;
      if ((canvas.near[at] ?? 0) > 0) continue;
      const way = unit(rayOf(camera, column + 0.5, row + 0.5));
      const height = Math.max(0, way[2]);
      const air = blend(sky.horizon, sky.zenith, smooth(0, 0.6, height));
      const plane = 1 / (height + 0.12);
      const cloudiness = noise.fractal(way[0] * plane * 1.6 + 40, way[1] * plane * 1.6 + 40, 5);
      const share = smooth(1.02 - sky.cover, 1.28 - sky.cover, cloudiness + 0.25) * smooth(0, 0.12, height);
      const [red, green, blue] = blend(air, sky.cloud, share);
      canvas.colour[at] = packed(red, green, blue);
    }
  }
}
