import { dimmed, hex, type Colour } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import { add, times, unit, type V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";

const BARK = hex("#4a3d31");

/** A tree of `heightM`: trunk, boughs, and a crown of leaves. */
export function tree(dice: Dice, heightM: number, green: Colour): Mesh {
  const builder = new MeshBuilder();
  const trunk = heightM * dice.between(0.32, 0.42);
  const bark = { colour: dimmed(BARK, dice.between(0.8, 1.3)) };
  builder.tube(
    [
      { at: [0, 0, 0], across: heightM * 0.03, deep: heightM * 0.03 },
      { at: [0, 0, trunk * 0.5], across: heightM * 0.02, deep: heightM * 0.02 },
      { at: [heightM * 0.01, 0, trunk * 1.3], across: heightM * 0.012, deep: heightM * 0.012 },
    ],
    [1, 0, 0],
    bark,
    8,
  );
  const crown = heightM - trunk;
  const clumps = Array.from({ length: 11 }, (_, index): { at: V3; radius: number } => {
    const angle = index * 2.4 + dice.between(-0.4, 0.4);
    const out = crown * (index === 0 ? 0 : dice.between(0.18, 0.4));
    const up = trunk + crown * dice.between(0.2, 0.78);
    return { at: [Math.cos(angle) * out, Math.sin(angle) * out, up], radius: crown * dice.between(0.18, 0.27) };
  });
  for (const { at, radius } of clumps) {
    builder.limb([0, 0, trunk * 0.95], at, [heightM * 0.009, heightM * 0.004], bark);
    leaves(builder, dice, { at, radii: [radius, radius, radius * 0.8], green, count: 95 });
  }
  return builder.build();
}

/** A bush, or a piece of hedge, with its foot at the origin. */
export function bush(dice: Dice, radii: V3, green: Colour): Mesh {
  const builder = new MeshBuilder();
  leaves(builder, dice, { at: [0, 0, radii[2] * 0.8], radii, green, count: 190 });
  return builder.build();
}

function leaves(
  builder: MeshBuilder,
  dice: Dice,
  { at, radii, green, count }: { readonly at: V3; readonly radii: V3; readonly green: Colour; readonly count: number },
): void {
  const inner: V3 = [radii[0] * 0.8, radii[1] * 0.8, radii[2] * 0.8];
  builder.ball(at, inner, { colour: dimmed(green, 0.42) }, { sides: 8, rows: 6 });
  const size = Math.min(...radii) * 0.34;
  for (let leaf = 0; leaf < count; leaf += 1) {
    const way = unit([dice.bell(), dice.bell(), dice.bell()]);
    const spot: V3 = add(at, [way[0] * radii[0], way[1] * radii[1], way[2] * radii[2]]);
    const own = dice.between(0.6, 1.25) * (0.75 + 0.35 * way[2]);
    const tone: Colour = [
      green[0] * own * dice.between(0.85, 1.2),
      green[1] * own,
      green[2] * own * dice.between(0.8, 1.1),
    ];
    const u = unit([dice.bell(), dice.bell(), dice.bell() * 0.5]);
    const v = unit([-u[1] + dice.bell() * 0.4, u[0], dice.bell() * 0.6]);
    const points = [
      add(spot, times(u, size)),
      add(spot, times(v, size * 0.7)),
      add(spot, times(u, -size)),
      add(spot, times(v, -size * 0.7)),
    ];
    builder.sheet(points, { colour: tone });
  }
}

export const GREENS = ["#4c6b2f", "#5d7a34", "#3d5c31", "#6d7f3a"].map(hex);
