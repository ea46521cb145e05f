import { dimmed, hex, type Colour } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import type { V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";
import type { Texture } from "../engine/texture.ts";
import { addWheel } from "./wheel.ts";

export type BinState = "normal" | "overfull";

/** A wheeled bin with its front towards −y; overfull: its lid is up and bags stand out of it. */
export function wheelieBin(
  dice: Dice,
  { colour, state, label }: { readonly colour: Colour; readonly state: BinState; readonly label: Texture },
): Mesh {
  const builder = new MeshBuilder();
  const plastic = { colour, gloss: 0.25 };
  const dark = { colour: dimmed(colour, 0.7), gloss: 0.2 };
  const rings = [
    section(0.06, 0.2, 0.24),
    section(0.5, 0.245, 0.29),
    section(0.98, 0.28, 0.345),
    section(1.0, 0.3, 0.37),
    section(1.06, 0.3, 0.37),
  ];
  builder.skin({ rows: rings.length, columns: 8, points: rings.flat(), isRound: true }, plastic);
  builder.flat(section(1.05, 0.28, 0.34), { colour: hex("#18191a") });
  for (const side of [-1, 1]) addWheel(builder, [side * 0.24, 0.28, 0.1], { radius: 0.1, width: 0.06, side });
  builder.limb([-0.2, 0.42, 1.02], [0.2, 0.42, 1.02], [0.018, 0.018], dark);
  builder.decal(
    [
      [-0.17, -0.325, 0.86],
      [0.17, -0.325, 0.86],
      [0.165, -0.295, 0.52],
      [-0.165, -0.295, 0.52],
    ],
    label,
  );
  if (state === "normal") lid(builder, dark, dice.between(0, 0.05));
  else {
    lid(builder, dark, dice.between(0.9, 1.5));
    heap(builder, dice);
  }
  return builder.build();
}

/** A lid hinged at the back, opened by an angle. */
function lid(builder: MeshBuilder, look: { colour: Colour; gloss: number }, angle: number): void {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const put = (x: number, along: number, up: number): V3 => [x, 0.38 - along * c - up * s, 1.06 + along * s + up * c];
  const [rows, columns] = [5, 5];
  const points = Array.from({ length: rows * columns }, (_, index): V3 => {
    const [v, u] = [Math.floor(index / columns) / (rows - 1), (index % columns) / (columns - 1)];
    const bow = 0.07 * Math.sin(Math.PI * u) * Math.sin(Math.PI * Math.min(1, v + 0.15));
    return put((u - 0.5) * 0.64, v * 0.78, 0.01 + bow);
  });
  builder.skin({ rows, columns, points }, look);
  builder.sheet([put(-0.32, 0, 0), put(0.32, 0, 0), put(0.32, 0.78, 0), put(-0.32, 0.78, 0)], {
    colour: dimmed(look.colour, 0.8),
  });
}

const BAGS = ["#1b1c1f", "#1f2124", "#e8e8e4", "#c9302c", "#2e6fb5", "#e3c33a"].map(hex);

function heap(builder: MeshBuilder, dice: Dice): void {
  for (let bag = 0; bag < 5; bag += 1) {
    const at: V3 = [dice.between(-0.16, 0.16), dice.between(-0.24, 0.14), 1.06 + bag * 0.05];
    rubbishBag(builder, dice, at, dice.between(0.13, 0.2));
  }
  builder.box([dice.between(-0.1, 0.1), dice.between(-0.2, 0), 1.12], [0.3, 0.05, 0.34], { colour: hex("#a9825a") });
}

/** A tied bag with a lumpy skin. */
export function rubbishBag(builder: MeshBuilder, dice: Dice, at: V3, size: number): void {
  const colour = dice.pick(BAGS);
  const [rows, columns] = [8, 11];
  const lumps = Array.from({ length: rows * columns }, () => dice.between(0.82, 1.12));
  const points = lumps.map((lump, index): V3 => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const polar = (row / (rows - 1)) * Math.PI;
    const around = (column / columns) * 2 * Math.PI;
    const wide = size * Math.max(0.03, Math.sin(polar) ** 0.8) * lump;
    return [
      at[0] + Math.cos(around) * wide,
      at[1] + Math.sin(around) * wide,
      at[2] + size * (0.85 + 0.85 * Math.cos(polar)),
    ];
  });
  builder.skin({ rows, columns, points, isRound: true }, { colour, gloss: 0.5 });
  builder.limb(
    [at[0], at[1], at[2] + size * 1.6],
    [at[0] + size * 0.2, at[1], at[2] + size * 2.0],
    [size * 0.12, size * 0.22],
    { colour, gloss: 0.5 },
  );
}

export const LITTER = ["bag", "box", "bottle", "cup", "paper"] as const;

/** Something that lies about on the ground. */
export function litterMesh(dice: Dice, name: (typeof LITTER)[number]): Mesh {
  const builder = new MeshBuilder();
  switch (name) {
    case "bag":
      rubbishBag(builder, dice, [0, 0, 0], dice.between(0.18, 0.28));
      break;
    case "box": {
      const [wide, deep, high] = [dice.between(0.3, 0.55), dice.between(0.25, 0.4), dice.between(0.2, 0.4)];
      const card = { colour: dimmed(hex("#b08a5e"), dice.between(0.8, 1.15)) };
      builder.box([0, 0, 0], [wide, deep, high], card);
      builder.sheet(
        [
          [-wide / 2, -deep / 2, high],
          [wide / 2, -deep / 2, high],
          [wide / 2, -deep * 0.95, high + 0.09],
          [-wide / 2, -deep * 0.95, high + 0.09],
        ],
        card,
      );
      builder.flat(
        [
          [-0.03, -deep / 2 - 0.003, 0],
          [0.03, -deep / 2 - 0.003, 0],
          [0.03, -deep / 2 - 0.003, high],
          [-0.03, -deep / 2 - 0.003, high],
        ],
        { colour: hex("#c9b48f") },
      );
      break;
    }
    case "bottle": {
      const look = { colour: hex(dice.pick(["#bfe0e6", "#3f9a57", "#7a4a20"])), gloss: 0.9 };
      builder.limb([-0.12, 0, 0.04], [0.1, 0, 0.04], [0.04, 0.038], look);
      builder.limb([0.1, 0, 0.04], [0.18, 0, 0.04], [0.03, 0.015], look);
      break;
    }
    case "cup":
      builder.tube(
        [
          { at: [0, 0, 0.05], across: 0.03, deep: 0.03 },
          { at: [0.13, 0, 0.05], across: 0.05, deep: 0.05 },
        ],
        [0, 1, 0],
        { colour: hex("#f2efe6") },
        9,
      );
      break;
    case "paper":
      for (let sheet = 0; sheet < 3; sheet += 1) {
        const [x, y, turn] = [dice.bell() * 0.12, dice.bell() * 0.1, dice.between(0, 3)];
        const [c, s] = [Math.cos(turn) * 0.14, Math.sin(turn) * 0.14];
        const look = { colour: hex(dice.pick(["#f0eee6", "#e8d9b0", "#d8402f"])) };
        builder.sheet(
          [
            [x - c, y - s, 0.012],
            [x + s, y - c, 0.03],
            [x + c, y + s, 0.012],
            [x - s, y + c, 0.04],
          ],
          look,
        );
      }
      break;
  }
  return builder.build();
}

/** The outline of a bin at a height: a rectangle with its corners cut. */
function section(z: number, wide: number, deep: number): readonly V3[] {
  return [
    [-wide * 0.92, -deep, z],
    [wide * 0.92, -deep, z],
    [wide, -deep * 0.9, z],
    [wide, deep * 0.9, z],
    [wide * 0.92, deep, z],
    [-wide * 0.92, deep, z],
    [-wide, deep * 0.9, z],
    [-wide, -deep * 0.9, z],
  ];
}
