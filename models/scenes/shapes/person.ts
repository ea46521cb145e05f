import { dimmed, hex, type Colour } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import { add, between, placed, type Matrix, type V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";
import { addHead, type HeadWear } from "./head.ts";

/** What somebody looks like, whatever they do. */
export interface Person {
  readonly heightM: number;
  /** 0.85 slim to 1.2 broad. */
  readonly build: number;
  readonly skin: Colour;
  readonly hair: Colour;
  readonly hasLongHair: boolean;
  readonly top: Colour;
  readonly bottom: Colour;
  readonly shoes: Colour;
  readonly sleeves: "long" | "short" | "none";
  readonly legs: "trousers" | "shorts" | "skirt" | "coat" | "bare";
  readonly bag: "none" | "backpack" | "shoulder";
  readonly bagColour: Colour;
  readonly head: HeadWear;
}

/** Angles of the joints in radians; forward is positive for thighs and arms, bending for knees and elbows. */
export interface Pose {
  readonly thighs: readonly [left: number, right: number];
  readonly knees: readonly [left: number, right: number];
  readonly arms: readonly [left: number, right: number];
  readonly elbows: readonly [left: number, right: number];
  /** How far the arms are held from the body. */
  readonly spread: number;
  readonly lean: number;
  /** How much lower than standing the hips are, in body heights. */
  readonly sink: number;
  readonly headTurn: number;
}

export const STANDING: Pose = {
  thighs: [0.03, -0.03],
  knees: [0.02, 0.04],
  arms: [0.05, -0.02],
  elbows: [0.15, 0.2],
  spread: 0.1,
  lean: 0.02,
  sink: 0,
  headTurn: 0,
};

const SKINS = ["#f0cdb0", "#e6b995", "#d9a47c", "#c98f66", "#a8714b", "#7d4f33"].map(hex);
const HAIRS = ["#14110f", "#1d1713", "#2a1f18", "#3c2a1e", "#777069", "#0d0d10"].map(hex);

/** Colours that belong together: one family a place. */
export interface Wardrobe {
  readonly tops: readonly Colour[];
  readonly bottoms: readonly Colour[];
}

const wardrobe = (tops: readonly string[], bottoms: readonly string[]): Wardrobe => ({
  tops: tops.map(hex),
  bottoms: bottoms.map(hex),
});

/** The first three are for training, the last is held out. */
export const WARDROBES = {
  city: wardrobe(
    ["#1f2733", "#e8e4da", "#8b2f2b", "#35506b", "#5b6b4a", "#bdb7a8", "#2f2f33", "#d9a441"],
    ["#1d2430", "#2f4260", "#3a3a3c", "#7a6a53", "#151517"],
  ),
  summer: wardrobe(
    ["#f3f3ee", "#7fb3d5", "#e78a7f", "#f2d06b", "#9bc995", "#c9a0c9", "#3d6ea5"],
    ["#34507a", "#c8b591", "#e6e2d8", "#4a4f57"],
  ),
  winter: wardrobe(
    ["#22262c", "#5a1f24", "#28374a", "#6a5a45", "#a7a29a", "#38453b"],
    ["#17181b", "#23272f", "#3b3630"],
  ),
  bright: wardrobe(
    ["#ff6a2b", "#00a58a", "#6f3fc0", "#f0f06a", "#e3307c", "#18b4e8"],
    ["#6d6d72", "#efe9dc", "#8a4b2a", "#20512f"],
  ),
} as const;

export type WardrobeName = keyof typeof WARDROBES;

/** Somebody of a place's wardrobe. */
export function somebody(dice: Dice, name: WardrobeName): Person {
  const clothes = WARDROBES[name];
  const isWarm = name === "summer" || name === "bright";
  return {
    heightM: dice.between(1.52, 1.86),
    build: dice.between(0.88, 1.14),
    skin: dice.pick(SKINS.slice(0, 5)),
    hair: dice.pick(HAIRS),
    hasLongHair: dice.chance(0.4),
    top: dimmed(dice.pick(clothes.tops), dice.between(0.8, 1.1)),
    bottom: dimmed(dice.pick(clothes.bottoms), dice.between(0.8, 1.15)),
    shoes: dice.pick(["#1a1a1c", "#e9e9e6", "#5a4232", "#b33a32", "#2b3a55"].map(hex)),
    sleeves: isWarm ? dice.pick(["short", "short", "none", "long"]) : "long",
    legs: isWarm
      ? dice.pick(["trousers", "shorts", "skirt", "trousers"])
      : dice.pick(["trousers", "trousers", "coat", "trousers"]),
    bag: dice.pick(["none", "none", "backpack", "shoulder"]),
    bagColour: dice.pick(["#22252b", "#7c2d2a", "#3f5a3a", "#a58a5b", "#2d4c77"].map(hex)),
    head: { hat: dice.pick(["none", "none", "none", "cap"]), hatColour: dice.pick(clothes.tops), mask: "none" },
  };
}

interface Joints {
  readonly hips: V3;
  readonly chest: V3;
  readonly neck: V3;
  /** Turns the upper body's own coordinates into the person's. */
  readonly upper: Matrix;
}

/** A body in a pose, standing on its own z = 0, looking along y. */
export function personMesh(person: Person, pose: Pose): Mesh {
  const builder = new MeshBuilder();
  const s = person.heightM / 1.75;
  builder.frame = placed({ at: [0, 0, 0], scale: s });
  const hipsZ = 0.93 - pose.sink * 1.75;
  const joints: Joints = {
    hips: [0, 0, hipsZ],
    chest: [0, 0, 0.42],
    neck: [0, 0.005, 0.57],
    upper: placed({ at: [0, 0, hipsZ * s], pitch: -pose.lean, scale: s }),
  };
  addLegs(builder, person, pose, joints);
  builder.frame = joints.upper;
  addTorso(builder, person);
  addArms(builder, person, pose);
  addBag(builder, person);
  const neck = { colour: person.skin };
  builder.limb([0, 0.0, 0.54], [0, 0.012, 0.63], [0.055, 0.052], neck);
  addHead(builder, { at: [0, 0.02, 0.74], turn: pose.headTurn, person });
  return builder.build();
}

function addTorso(builder: MeshBuilder, { build, top, bottom, legs }: Person): void {
  const b = build;
  const ring = (z: number, across: number, deep: number, y = 0) => ({
    at: [0, y, z] as V3,
    across: across * b,
    deep: deep * b,
  });
  const shirt = { colour: top };
  builder.tube(
    [
      ring(-0.06, 0.04, 0.03),
      ring(-0.05, 0.155, 0.108),
      ring(0.04, 0.163, 0.112),
      ring(0.16, 0.143, 0.1),
      ring(0.3, 0.163, 0.112, 0.01),
      ring(0.42, 0.182, 0.115, 0.005),
      ring(0.5, 0.17, 0.096, -0.005),
      ring(0.555, 0.09, 0.07, -0.01),
      ring(0.575, 0.045, 0.045, -0.01),
    ],
    [1, 0, 0],
    shirt,
    10,
  );
  if (legs === "coat") {
    builder.tube(
      [ring(-0.42, 0.21, 0.15), ring(-0.2, 0.19, 0.135), ring(0.06, 0.172, 0.12), ring(0.2, 0.155, 0.11)],
      [1, 0, 0],
      shirt,
      10,
    );
  } else if (legs === "skirt") {
    const cloth = { colour: bottom };
    builder.tube(
      [ring(-0.4, 0.24, 0.19), ring(-0.2, 0.2, 0.15), ring(0.08, 0.16, 0.112), ring(0.1, 0.14, 0.1)],
      [1, 0, 0],
      cloth,
      10,
    );
  } else {
    const belt = { colour: bottom };
    builder.tube(
      [ring(-0.075, 0.06, 0.05), ring(-0.06, 0.162, 0.114), ring(0.02, 0.168, 0.117), ring(0.03, 0.12, 0.1)],
      [1, 0, 0],
      belt,
      10,
    );
  }
}

function addLegs(builder: MeshBuilder, person: Person, pose: Pose, { hips }: Joints): void {
  const { build, legs, skin, bottom, shoes } = person;
  const cloth = { colour: bottom };
  const bare = { colour: skin };
  for (const [index, side] of [-1, 1].entries()) {
    const thigh = pose.thighs[index] ?? 0;
    const knee = pose.knees[index] ?? 0;
    const hip: V3 = add(hips, [side * 0.09 * build, 0, 0]);
    const kneeAt: V3 = add(hip, [side * 0.005, Math.sin(thigh) * 0.43, -Math.cos(thigh) * 0.43]);
    const shin = thigh - knee;
    const ankle: V3 = add(kneeAt, [0, Math.sin(shin) * 0.42, -Math.cos(shin) * 0.42]);
    const isBareThigh = legs === "bare" || legs === "skirt";
    const isBareShin = isBareThigh || legs === "shorts";
    const loose = isBareThigh ? 0.92 : 1.08;
    builder.limb(hip, kneeAt, [0.088 * build * loose, 0.062 * build * loose], isBareThigh ? bare : cloth);
    builder.limb(kneeAt, ankle, [0.058 * build * loose, isBareShin ? 0.04 : 0.056], isBareShin ? bare : cloth);
    if (legs === "bare") {
      const toe: V3 = add(ankle, [0, Math.cos(shin) * 0.14, Math.sin(shin) * 0.14 - 0.03]);
      builder.limb(ankle, toe, [0.04, 0.03], bare);
    } else {
      const tip = add(ankle, [side * 0.015, Math.cos(shin) * 0.15, Math.sin(shin) * 0.15 - 0.045]);
      const heel = add(ankle, [0, -Math.cos(shin) * 0.05, -Math.sin(shin) * 0.05 - 0.04]);
      builder.limb(heel, tip, [0.045, 0.042], { colour: shoes, gloss: 0.1 });
    }
  }
}

function addArms(builder: MeshBuilder, person: Person, pose: Pose): void {
  const { build, sleeves, top, skin, legs } = person;
  const isBare = legs === "bare";
  const cloth = { colour: dimmed(top, 0.94) };
  const bare = { colour: skin };
  for (const [index, side] of [-1, 1].entries()) {
    const swing = pose.arms[index] ?? 0;
    const bend = pose.elbows[index] ?? 0;
    const out = Math.sin(pose.spread) * side;
    const shoulder: V3 = [side * 0.195 * build, -0.005, 0.475];
    const elbow: V3 = add(shoulder, [
      out * 0.28,
      Math.sin(swing) * 0.28,
      -Math.cos(swing) * Math.cos(pose.spread) * 0.28,
    ]);
    const fore = swing + bend;
    const hand: V3 = add(elbow, [out * 0.14, Math.sin(fore) * 0.25, -Math.cos(fore) * 0.25]);
    const isLong = sleeves === "long" && !isBare;
    const isCovered = sleeves !== "none" && !isBare;
    builder.limb(shoulder, elbow, [isCovered ? 0.058 : 0.048, isLong ? 0.046 : 0.039], isCovered ? cloth : bare);
    builder.limb(elbow, hand, [isLong ? 0.044 : 0.037, isLong ? 0.037 : 0.028], isLong ? cloth : bare);
    builder.limb(between(elbow, hand, 1.05), between(elbow, hand, 1.32), [0.032, 0.026], bare);
  }
}

function addBag(builder: MeshBuilder, { bag, bagColour, build, legs }: Person): void {
  if (bag === "none" || legs === "bare") return;
  const look = { colour: bagColour, gloss: 0.1 };
  if (bag === "backpack") {
    builder.ball([0, -0.17 * build, 0.3], [0.15, 0.1, 0.2], look, { sides: 10, rows: 7 });
    for (const side of [-1, 1]) {
      builder.limb([side * 0.11, 0.1 * build, 0.3], [side * 0.12, 0.02, 0.5], [0.02, 0.02], look);
    }
  } else {
    builder.box([0.23 * build, 0, -0.05], [0.1, 0.28, 0.22], look);
    builder.limb([0.2 * build, 0.0, 0.12], [-0.1, 0.02, 0.53], [0.014, 0.014], look);
  }
}
