import { dimmed, hex, type Colour } from "../engine/colour.ts";
import type { V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";

const STEEL = hex("#7d8388");

/** A street lamp that leans over the road along x. */
export function lampPost(heightM: number, armM: number, isLit: boolean): Mesh {
  const builder = new MeshBuilder();
  const steel = { colour: dimmed(STEEL, 0.7), gloss: 0.3 };
  builder.tube(
    [
      { at: [0, 0, 0], across: 0.1, deep: 0.1 },
      { at: [0, 0, 1], across: 0.08, deep: 0.08 },
      { at: [0, 0, heightM], across: 0.05, deep: 0.05 },
    ],
    [1, 0, 0],
    steel,
    8,
  );
  builder.limb([0, 0, heightM - 0.05], [armM, 0, heightM + 0.25], [0.05, 0.035], steel);
  const head = isLit ? { colour: [1, 0.9, 0.7] as Colour, glow: 2.5 } : { colour: hex("#c8ccce"), gloss: 0.5 };
  builder.box([armM, 0, heightM + 0.18], [0.7, 0.24, 0.08], steel);
  builder.box([armM, 0, heightM + 0.14], [0.56, 0.18, 0.05], head);
  return builder.build();
}

export function bollard(colour: Colour): Mesh {
  const builder = new MeshBuilder();
  builder.limb([0, 0, 0], [0, 0, 0.8], [0.07, 0.07], { colour, gloss: 0.2 });
  builder.limb([0, 0, 0.6], [0, 0, 0.68], [0.074, 0.074], { colour: hex("#e8d64a") });
  return builder.build();
}

/** A railing from one point to another, with posts. */
export function railing(from: V3, to: V3, heightM: number, colour: Colour): Mesh {
  const builder = new MeshBuilder();
  const look = { colour, gloss: 0.3 };
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const posts = Math.max(2, Math.round(Math.hypot(dx, dy) / 1.6) + 1);
  const at = (share: number, z: number): V3 => [
    from[0] + dx * share,
    from[1] + dy * share,
    from[2] + (to[2] - from[2]) * share + z,
  ];
  for (let post = 0; post < posts; post += 1) {
    const share = post / (posts - 1);
    builder.limb(at(share, 0), at(share, heightM), [0.035, 0.035], look);
    if (post === 0) continue;
    const before = (post - 1) / (posts - 1);
    for (const z of [heightM, heightM * 0.66, heightM * 0.33])
      builder.limb(at(before, z), at(share, z), [0.022, 0.022], look);
  }
  return builder.build();
}

/** A bench along x. */
export function bench(): Mesh {
  const builder = new MeshBuilder();
  const wood = { colour: hex("#8a6242") };
  const iron = { colour: hex("#2b2d2f") };
  for (const y of [-0.18, 0, 0.18]) builder.box([0, y, 0.42], [1.7, 0.14, 0.05], wood);
  for (const z of [0.62, 0.8]) builder.box([0, 0.3, z], [1.7, 0.05, 0.13], wood);
  for (const x of [-0.7, 0.7]) {
    builder.box([x, 0, 0], [0.07, 0.45, 0.42], iron);
    builder.box([x, 0.3, 0.42], [0.07, 0.06, 0.5], iron);
  }
  return builder.build();
}

/** A post with a belt on both sides, as queues stand between. */
export function beltPost(): Mesh {
  const builder = new MeshBuilder();
  const steel = { colour: hex("#3a3d41"), gloss: 0.7 };
  builder.disc([0, 0, 0.03], [0, 0, 1], 0.17, steel);
  builder.limb([0, 0, 0], [0, 0, 0.95], [0.035, 0.035], steel);
  return builder.build();
}

/** The belt between two posts. */
export function belt(from: V3, to: V3, colour: Colour): Mesh {
  const builder = new MeshBuilder();
  const middle: V3 = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, from[2] - 0.03];
  for (const [a, b] of [
    [from, middle],
    [middle, to],
  ] as const) {
    builder.sheet([up(a, 0.87), up(b, 0.87), up(b, 0.93), up(a, 0.93)], { colour });
  }
  return builder.build();
}

export function trafficCone(): Mesh {
  const builder = new MeshBuilder();
  const orange = { colour: hex("#e2521b") };
  builder.box([0, 0, 0], [0.38, 0.38, 0.04], { colour: hex("#26262a") });
  builder.tube(
    [
      { at: [0, 0, 0.04], across: 0.15, deep: 0.15 },
      { at: [0, 0, 0.72], across: 0.03, deep: 0.03 },
      { at: [0, 0, 0.73], across: 0.005, deep: 0.005 },
    ],
    [1, 0, 0],
    orange,
    10,
  );
  builder.tube(
    [
      { at: [0, 0, 0.3], across: 0.118, deep: 0.118 },
      { at: [0, 0, 0.45], across: 0.09, deep: 0.09 },
    ],
    [1, 0, 0],
    { colour: hex("#f2f2ee") },
    10,
  );
  return builder.build();
}

function up(p: V3, z: number): V3 {
  return [p[0], p[1], p[2] + z];
}
