import type { Colour } from "./colour.ts";
import type { V3 } from "./geometry.ts";

/** A lamp that shines all around. */
export interface Lamp {
  readonly at: V3;
  readonly colour: Colour;
  /** How far it reaches; beyond, it gives a quarter and less. Metres. */
  readonly reachM: number;
}

/** Everything that lights a scene. Colours are linear and may exceed 1. */
export interface Light {
  /** Towards the sun, length 1. */
  readonly sunWay: V3;
  readonly sun: Colour;
  readonly sky: Colour;
  /** What the ground throws back. */
  readonly ground: Colour;
  readonly lamps: readonly Lamp[];
  /** How much of a shadow's middle is dark, 0 to 1. */
  readonly shadow: number;
  readonly haze: Colour;
  /** Where haze has swallowed two thirds; metres. */
  readonly hazeM: number;
}

/** Light on a point, written into `out`. */
export function lit(light: Light, at: V3, normal: V3, out: Float64Array): void {
  const { sun, sunWay, sky, ground, lamps } = light;
  const facing = normal[0] * sunWay[0] + normal[1] * sunWay[1] + normal[2] * sunWay[2];
  const direct = facing > 0 ? facing : 0;
  const upward = 0.5 + 0.5 * normal[2];
  // What little comes from the side keeps walls of one body apart under a grey sky.
  const side = 1 + 0.12 * normal[0] - 0.1 * normal[1];
  let red = (sky[0] * upward + ground[0] * (1 - upward)) * side + sun[0] * direct;
  let green = (sky[1] * upward + ground[1] * (1 - upward)) * side + sun[1] * direct;
  let blue = (sky[2] * upward + ground[2] * (1 - upward)) * side + sun[2] * direct;
  for (const lamp of lamps) {
    const [x, y, z] = [lamp.at[0] - at[0], lamp.at[1] - at[1], lamp.at[2] - at[2]];
    const squared = x * x + y * y + z * z;
    const distance = Math.sqrt(squared) + 1e-6;
    const angle = (x * normal[0] + y * normal[1] + z * normal[2]) / distance;
    const share = Math.max(0, 0.25 + 0.75 * angle) / (1 + (3 * squared) / (lamp.reachM * lamp.reachM));
    red += lamp.colour[0] * share;
    green += lamp.colour[1] * share;
    blue += lamp.colour[2] * share;
  }
  out[0] = red;
  out[1] = green;
  out[2] = blue;
}

/** How much of a thing at this distance the haze hides, 0 to 1. */
export function hazeShare({ hazeM }: Light, distanceM: number): number {
  return 1 - Math.exp(-distanceM / hazeM);
}
