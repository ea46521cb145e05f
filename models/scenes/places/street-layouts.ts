import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import type { V3 } from "../engine/geometry.ts";
import type { PaintName } from "../shapes/car.ts";
import type { WardrobeName } from "../shapes/person.ts";

/** A street's lanes, viewpoint and colours. */
export interface StreetLayout {
  readonly lanesEachWay: number;
  readonly pavementM: number;
  readonly pose: (dice: Dice) => CameraPose;
  readonly paints: PaintName;
  readonly wardrobe: WardrobeName;
  readonly walls: readonly Colour[];
  readonly slabs: readonly [Colour, Colour];
  readonly shopM: number;
}

const jitter = (dice: Dice, [x, y, z]: V3, by: number): V3 => [
  x + dice.between(-by, by),
  y + dice.between(-by, by),
  z + dice.between(-by, by) * 0.4,
];

export const STREETS: Readonly<Record<string, StreetLayout>> = {
  "avenue-along": {
    lanesEachWay: 2,
    pavementM: 4.5,
    pose: (dice) => ({
      eye: jitter(dice, [9.2, -9, 6.2], 0.8),
      target: jitter(dice, [1.5, 16, 0], 1.2),
      fieldDeg: dice.between(62, 74),
    }),
    paints: "city",
    wardrobe: "city",
    walls: ["#b9a98f", "#9c8878", "#c9c2b4", "#8e9092"].map(hex),
    slabs: [hex("#8f8a82"), hex("#a08878")],
    shopM: 4,
  },
  "lane-across": {
    lanesEachWay: 1,
    pavementM: 3.2,
    pose: (dice) => ({
      eye: jitter(dice, [-9.5, -2, 5.4], 0.6),
      target: jitter(dice, [3, 11, 0], 1),
      fieldDeg: dice.between(66, 78),
    }),
    paints: "plain",
    wardrobe: "summer",
    walls: ["#cbb8a0", "#a86f55", "#d8d0bf"].map(hex),
    slabs: [hex("#9a948a"), hex("#8d8f92")],
    shopM: 3.6,
  },
  "footbridge-over": {
    lanesEachWay: 2,
    pavementM: 5.5,
    pose: (dice) => ({
      eye: jitter(dice, [-1.5, -14, 8.4], 0.6),
      target: jitter(dice, [0, 12, 0], 1.2),
      fieldDeg: dice.between(54, 64),
    }),
    paints: "loud",
    wardrobe: "bright",
    walls: ["#5f7f8c", "#37424d", "#8aa0a5", "#d9d3c2"].map(hex),
    slabs: [hex("#b5aa96"), hex("#7f6a5d")],
    shopM: 0,
  },
};
