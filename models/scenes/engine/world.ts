import type { Puff } from "../effects/puffs.ts";
import type { Water } from "../effects/water.ts";
import type { CameraPose } from "./camera.ts";
import type { Matrix, V3 } from "./geometry.ts";
import type { Light } from "./light.ts";
import type { Mesh } from "./mesh.ts";
import type { Lens } from "./resolve.ts";
import type { Sky } from "./sky.ts";
import type { Surface } from "./surface.ts";

/** What the truth calls a thing. */
export const KINDS = [
  "person",
  "face",
  "swimmer",
  "car",
  "van",
  "bus",
  "truck",
  "ebike",
  "bicycle",
  "plate",
  "bay",
  "gauge",
  "debris",
  "bin",
  "litter",
  "door",
  "item",
  "pothole",
  "crack",
  "manhole",
  "smoke",
  "flame",
  "water",
] as const;
export type Kind = (typeof KINDS)[number];

/** What is true of a thing besides where it is. */
export interface ThingTruth {
  /** 1 to 65,535, the same as long as the thing is there. */
  readonly id: number;
  readonly kind: Kind;
  /** For instance "passive", "parked", "open". */
  readonly state?: string;
  /** What is written on it. */
  readonly text?: string;
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
}

/** A thing with a body. */
export interface Thing extends ThingTruth {
  readonly mesh: Mesh;
  readonly at: Matrix;
  /** Throws no shadow: it lies flat, or is under water. */
  readonly isShadowless?: boolean;
}

/** A part of a thing or place without pixels of its own: a face, a plate, a bay. */
export interface Part extends ThingTruth {
  /** In the world; its box is that of these points in the picture. */
  readonly outline: readonly V3[];
  /** Seen only where this thing is. Absent: wherever the picture shows the place. */
  readonly of?: number;
}

/** A place of the scene that rules are drawn on: a zone, a line, a plane's four marks. */
export interface Region {
  readonly name: string;
  readonly kind: "zone" | "line" | "plane";
  readonly points: readonly V3[];
}

export interface Weather {
  /** Streaks a picture, 0 to 1,000. */
  readonly rain: number;
  readonly isNight: boolean;
  readonly name: string;
}

/** Everything that a scene is, before it is looked at. */
export interface World {
  readonly pose: CameraPose;
  readonly light: Light;
  readonly sky: Sky;
  readonly weather: Weather;
  readonly lens: Lens;
  readonly seed: number;
  /** Heights of the ground that takes shadows. */
  readonly groundZ: number;
  readonly surfaces: readonly Surface[];
  /** Stands always and is not named. */
  readonly fixtures: readonly Fixture[];
  /** Named things that never move. */
  readonly fixed: readonly Thing[];
  /** Named things of which only a painter knows: cracks, potholes, wet areas. */
  readonly painted: readonly ThingTruth[];
  readonly water?: Water;
  /** Who is there at a time, seconds from the beginning. */
  thingsAt(tS: number): readonly Thing[];
  puffsAt?(tS: number): readonly Puff[];
  /** Truth of smoke and flame. */
  puffTruthAt?(tS: number): readonly ThingTruth[];
  partsAt?(tS: number): readonly Part[];
  factsAt(tS: number): Readonly<Record<string, number | string | boolean>>;
  readonly regions: readonly Region[];
}

export interface Fixture {
  readonly mesh: Mesh;
  readonly at: Matrix;
  readonly isShadowless?: boolean;
}
