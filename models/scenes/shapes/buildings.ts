import { blend, hex, type Colour } from "../engine/colour.ts";
import { add, smooth, type V3 } from "../engine/geometry.ts";
import type { Noise } from "../engine/noise.ts";
import type { Painter, Surface } from "../engine/surface.ts";
import { layOver, setColour } from "./grounds.ts";

export interface Facade {
  readonly wall: Colour;
  readonly frame: Colour;
  /** Width and height of one window's field, metres. */
  readonly field: readonly [number, number];
  /** Share of the field that is glass, each way. */
  readonly glass: readonly [number, number];
  /** Height of shops at the foot; 0 where there are none. */
  readonly shopM: number;
  readonly isNight: boolean;
}

const SIGNS = ["#b3271e", "#e8e3d6", "#1d5c8f", "#2f7d4f", "#d18b1d", "#27292d"].map(hex);
const SKY_IN_GLASS = hex("#9fb4c4");
const DARK_GLASS = hex("#1b232b");
const LAMP_LIGHT = hex("#ffd9a0");

/** A wall with rows of windows and, where wanted, shops at its foot. */
export function facade(noise: Noise, look: Facade, seed: number): Painter {
  const { wall, frame, field, glass, shopM, isNight } = look;
  return (spot) => {
    const { u, v, footprintM } = spot;
    const grain = noise.fractal(u * 0.5 + seed, v * 0.5, 4, footprintM * 0.5) - 0.5;
    const streak = noise.fractal(u * 2.2 + seed, v * 0.1, 2, footprintM) - 0.5;
    setColour(spot, wall, 1 + grain * 0.22 + streak * 0.16);
    if (v < shopM) {
      paintShop(spot, noise, look, seed);
      return;
    }
    const [column, row] = [Math.floor(u / field[0]), Math.floor((v - shopM) / field[1])];
    const [inU, inV] = [u / field[0] - column, (v - shopM) / field[1] - row];
    const [du, dv] = [Math.abs(inU - 0.5) / (glass[0] / 2), Math.abs(inV - 0.52) / (glass[1] / 2)];
    const edge = Math.max(du, dv);
    if (inV < 0.045) layOver(spot, [0.02, 0.02, 0.02], 0.22);
    if (edge > 1.1) return;
    if (edge > 0.9 || Math.abs(inU - 0.5) < 0.025) {
      setColour(spot, frame);
      return;
    }
    const own = noise.cell(column * 5 + seed, row * 3 + 7);
    if (isNight && own > 0.62) {
      setColour(spot, blend(LAMP_LIGHT, [0.6, 0.75, 0.9], own > 0.9 ? 0.7 : 0), 0.75);
      spot.glow = 0.25 + own * 0.6;
      return;
    }
    // Curtains, blinds and the sky in the panes.
    setColour(spot, DARK_GLASS);
    layOver(spot, SKY_IN_GLASS, 0.18 + 0.45 * own * smooth(0.1, 0.9, inV) + 0.1 * Math.sin(u * 3 + own * 9));
    if (own < 0.3 && inV > 0.4 + own) layOver(spot, [0.55, 0.52, 0.46], 0.55);
    spot.gloss = 0.6;
  };
}

function paintShop(spot: Parameters<Painter>[0], noise: Noise, { shopM, isNight }: Facade, seed: number): void {
  const { u, v } = spot;
  const shop = Math.floor(u / 4.2);
  const own = noise.cell(shop * 11 + seed, 3);
  const inU = u / 4.2 - shop;
  const sign = SIGNS[Math.floor(own * SIGNS.length)] ?? [0.5, 0.1, 0.1];
  if (inU < 0.02 || inU > 0.98) {
    setColour(spot, [0.2, 0.19, 0.18]);
  } else if (v > shopM - 0.85 && v < shopM - 0.1) {
    setColour(spot, sign);
    // Blocks of light where letters would be.
    const letter = Math.floor(inU * 16);
    const isLetter = letter > 2 && letter < 13 && v > shopM - 0.68 && v < shopM - 0.28 && (inU * 16) % 1 < 0.72;
    if (isLetter && noise.cell(letter + shop * 17, Math.floor((v - shopM + 1) * 12)) > 0.35)
      setColour(spot, [0.85, 0.82, 0.74]);
    if (isNight) spot.glow = 0.75;
  } else if (v < shopM - 0.9 && v > 0.25) {
    const isDoor = inU > 0.62 && inU < 0.86;
    const goods = noise.cell(Math.floor(u * 3.2), Math.floor(v * 3.5) + shop);
    setColour(
      spot,
      isDoor ? [0.05, 0.055, 0.06] : [0.1 + 0.07 * goods * own, 0.1 + 0.06 * goods, 0.11 + 0.05 * goods * (1 - own)],
    );
    if (Math.abs(inU - 0.62) < 0.012 || Math.abs(inU - 0.86) < 0.012) setColour(spot, [0.4, 0.4, 0.4]);
    spot.gloss = 0.5;
    if (isNight && own > 0.4) spot.glow = 0.55 + 0.3 * goods;
  } else {
    setColour(spot, [0.16, 0.155, 0.15]);
  }
}

/** The four walls and the roof of a house; `at` is its nearest left corner, `paint` makes each wall's looks. */
export function house(at: V3, [wide, deep, high]: V3, paint: (wall: number) => Painter): readonly Surface[] {
  const corner = (x: number, y: number): V3 => add(at, [x, y, 0]);
  const [a, b, c, d] = [corner(0, 0), corner(wide, 0), corner(wide, deep), corner(0, deep)];
  const up = (p: V3): V3 => add(p, [0, 0, high]);
  const sides: readonly (readonly [V3, V3])[] = [
    [a, b],
    [b, c],
    [c, d],
    [d, a],
  ];
  return [
    ...sides.map(([from, to], wall): Surface => ({ corners: [from, to, up(to), up(from)], painter: paint(wall) })),
    { corners: [up(a), up(b), up(c), up(d)], painter: (spot) => setColour(spot, [0.3, 0.29, 0.28]) },
  ];
}
