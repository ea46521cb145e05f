import { dimmed, hex } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import type { V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";
import { GREENS } from "./plants.ts";

export const DEBRIS = ["bottle", "branch", "foam", "weeds", "bag"] as const;
export type DebrisName = (typeof DEBRIS)[number];

/** Something that floats, its waterline at z = 0. */
export function debrisMesh(dice: Dice, name: DebrisName): Mesh {
  const builder = new MeshBuilder();
  switch (name) {
    case "bottle": {
      const colour = hex(dice.pick(["#b8dbe0", "#3f9a57", "#e8e8e8"]));
      builder.limb([-0.13, 0, 0.03], [0.1, 0, 0.035], [0.045, 0.042], { colour, gloss: 0.9 });
      builder.limb([0.1, 0, 0.035], [0.19, 0, 0.04], [0.03, 0.016], { colour, gloss: 0.9 });
      builder.limb([0.19, 0, 0.04], [0.22, 0, 0.04], [0.018, 0.018], { colour: hex("#d8382d") });
      break;
    }
    case "branch": {
      const bark = { colour: dimmed(hex("#5b4632"), dice.between(0.7, 1.2)) };
      const long = dice.between(0.8, 1.7);
      builder.limb([-long / 2, 0, 0.02], [long / 2, 0.12, 0.05], [0.06, 0.03], bark);
      for (const share of [-0.2, 0.1, 0.3])
        builder.limb(
          [long * share, 0.05, 0.04],
          [long * (share + 0.18), dice.between(-0.4, 0.4), dice.between(0.05, 0.28)],
          [0.03, 0.012],
          bark,
        );
      break;
    }
    case "foam":
      builder.box([0, 0, -0.05], [dice.between(0.35, 0.6), dice.between(0.25, 0.4), 0.2], { colour: hex("#efefe8") });
      break;
    case "bag": {
      const look = { colour: hex(dice.pick(["#f0f0ee", "#c8322c", "#2b2b2f", "#3d78c2"])), gloss: 0.35 };
      builder.ball([0, 0, 0.03], [0.2, 0.15, 0.1], look, { sides: 9, rows: 6 });
      builder.ball([0.16, 0.03, 0.08], [0.07, 0.05, 0.07], look, { sides: 7, rows: 5 });
      break;
    }
    case "weeds": {
      const green = dice.pick(GREENS);
      for (let leaf = 0; leaf < 46; leaf += 1) {
        const [x, y] = [dice.bell() * 0.42, dice.bell() * 0.3];
        const size = dice.between(0.05, 0.13);
        const tilt = (): number => dice.between(-0.03, 0.07);
        const corner = (dx: number, dy: number): V3 => [x + dx * size, y + dy * size, 0.035 + tilt()];
        builder.sheet([corner(-1, -0.4), corner(0.2, -1), corner(1, 0.3), corner(-0.2, 1)], {
          colour: dimmed(green, dice.between(0.6, 1.3)),
        });
      }
      break;
    }
  }
  return builder.build();
}
