import { dimmed, hex, type Colour } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import { between, type V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";
import type { Texture } from "../engine/texture.ts";
import { addWheel } from "./wheel.ts";

/** Half of a car's side, from its nose (y > 0) to its tail. */
interface BodyShape {
  readonly lengthM: number;
  readonly widthM: number;
  /** Where the body's upper edge is along the car: share of the length from nose to tail, height. */
  readonly deck: readonly (readonly [share: number, z: number, wide: number])[];
  /** Cabin: foot of the windscreen, its head, head of the rear window, its foot; shares of the length. */
  readonly cabin: readonly [number, number, number, number];
  readonly roofZ: number;
  readonly beltZ: number;
  readonly wheelM: number;
  readonly axles: readonly [number, number];
  /** Shares along the cabin where pillars stand. */
  readonly pillars: readonly number[];
}

export const BODIES = {
  sedan: {
    lengthM: 4.7,
    widthM: 1.82,
    deck: [
      [0, 0.52, 0.7],
      [0.015, 0.66, 0.88],
      [0.06, 0.74, 0.97],
      [0.2, 0.88, 1],
      [0.29, 0.95, 1],
      [0.8, 0.98, 1],
      [0.88, 1.0, 0.98],
      [0.97, 0.94, 0.93],
      [1, 0.7, 0.84],
    ],
    cabin: [0.27, 0.42, 0.72, 0.87],
    roofZ: 1.45,
    beltZ: 0.95,
    wheelM: 0.33,
    axles: [0.185, 0.775],
    pillars: [0.5, 0.94],
  },
  suv: {
    lengthM: 4.65,
    widthM: 1.9,
    deck: [
      [0, 0.6, 0.72],
      [0.015, 0.82, 0.9],
      [0.05, 0.92, 0.97],
      [0.2, 1.05, 1],
      [0.27, 1.1, 1],
      [0.9, 1.12, 1],
      [0.97, 1.1, 0.97],
      [0.99, 0.9, 0.93],
      [1, 0.6, 0.86],
    ],
    cabin: [0.25, 0.38, 0.9, 0.985],
    roofZ: 1.72,
    beltZ: 1.09,
    wheelM: 0.37,
    axles: [0.18, 0.79],
    pillars: [0.4, 0.74],
  },
  hatch: {
    lengthM: 4.0,
    widthM: 1.74,
    deck: [
      [0, 0.5, 0.72],
      [0.015, 0.66, 0.9],
      [0.06, 0.76, 0.97],
      [0.18, 0.9, 1],
      [0.26, 0.96, 1],
      [0.92, 1.0, 0.99],
      [0.98, 0.96, 0.95],
      [1, 0.66, 0.88],
    ],
    cabin: [0.24, 0.4, 0.86, 0.985],
    roofZ: 1.52,
    beltZ: 0.97,
    wheelM: 0.31,
    axles: [0.18, 0.81],
    pillars: [0.5, 0.84],
  },
  van: {
    lengthM: 4.6,
    widthM: 1.72,
    deck: [
      [0, 0.62, 0.84],
      [0.015, 0.82, 0.94],
      [0.06, 0.95, 1],
      [0.12, 1.04, 1],
      [0.97, 1.06, 1],
      [0.99, 1.0, 0.97],
      [1, 0.6, 0.92],
    ],
    cabin: [0.09, 0.22, 0.965, 0.992],
    roofZ: 1.92,
    beltZ: 1.05,
    wheelM: 0.31,
    axles: [0.17, 0.76],
    pillars: [0.33, 0.63],
  },
} as const satisfies Record<string, BodyShape>;

export type BodyName = keyof typeof BODIES;

/** Paint families: the last one is held out. */
export const PAINTS = {
  city: ["#e9eaea", "#e9eaea", "#101215", "#8d9196", "#3a3f45", "#7a1d1f", "#1d3457", "#c9c4b8"],
  plain: ["#f4f4f2", "#1b1d20", "#a3a6a8", "#5a5f63", "#28415e"],
  loud: ["#d4b21c", "#1f7a4d", "#c2571a", "#5d3a86", "#3e8fb0", "#7d5a3c"],
} as const;
export type PaintName = keyof typeof PAINTS;

export interface CarLook {
  readonly body: BodyName;
  readonly paint: Colour;
  /** On both ends, where there is one. */
  readonly plate?: Texture;
  readonly lights: "off" | "on" | "braking";
}

export function someCar(dice: Dice, paints: PaintName): CarLook {
  return {
    body: dice.pick(["sedan", "sedan", "suv", "suv", "hatch", "van"] as const),
    paint: hex(dice.pick(PAINTS[paints])),
    lights: "off",
  };
}

const GLASS: Colour = hex("#161c22");
const TRIM: Colour = hex("#17181a");

/** A car on its own z = 0, its nose along y, its middle at the origin. */
export function carMesh(look: CarLook): Mesh {
  const shape: BodyShape = BODIES[look.body];
  const builder = new MeshBuilder();
  addBody(builder, shape, look.paint);
  addCabin(builder, shape, look.paint);
  addTrim(builder, shape, look);
  for (const share of shape.axles) {
    for (const side of [-1, 1]) {
      const at: V3 = [side * (shape.widthM / 2 - 0.1), along(shape, share), shape.wheelM];
      addWheel(builder, at, { radius: shape.wheelM, width: 0.21, side });
    }
  }
  return builder.build();
}

function along({ lengthM }: BodyShape, share: number): number {
  return lengthM / 2 - share * lengthM;
}

function addBody(builder: MeshBuilder, shape: BodyShape, paint: Colour): void {
  const look = { colour: paint, gloss: 0.75 };
  const half = shape.widthM / 2;
  const rows = shape.deck.length;
  const profile = (z: number, wide: number): readonly (readonly [number, number])[] => {
    const w = half * wide;
    return [
      [-w * 0.9, 0.2],
      [-w * 0.985, 0.3],
      [-w, 0.52],
      [-w * 0.985, z - 0.1],
      [-w * 0.93, z - 0.02],
      [-w * 0.8, z],
      [0, z + 0.025],
      [w * 0.8, z],
      [w * 0.93, z - 0.02],
      [w * 0.985, z - 0.1],
      [w, 0.52],
      [w * 0.985, 0.3],
      [w * 0.9, 0.2],
    ];
  };
  const points = shape.deck.flatMap(([share, z, wide]) =>
    profile(z, wide).map(([x, height]): V3 => [x, along(shape, share), height]),
  );
  builder.skin({ rows, columns: 13, points }, look);
  for (const end of [0, rows - 1]) {
    const [share, z, wide] = shape.deck[end] ?? [0, 0, 0];
    const corners = profile(z, wide).map(([x, height]): V3 => [x, along(shape, share), height]);
    builder.flat(end === 0 ? corners : corners.toReversed(), { colour: dimmed(paint, 0.9), gloss: 0.5 });
  }
  const [front, rear] = [along(shape, 0.02), along(shape, 0.98)];
  const w = half * 0.88;
  const floor: V3[] = [
    [-w, rear, 0.2],
    [-w, front, 0.2],
    [w, front, 0.2],
    [w, rear, 0.2],
  ];
  builder.flat(floor, { colour: TRIM });
}

interface Cabin {
  /** Corners at the belt and at the roof, on the right: front first. */
  readonly belt: readonly [V3, V3];
  readonly roof: readonly [V3, V3];
}

function cabinOf(shape: BodyShape): Cabin {
  const [foot, head, back, tail] = shape.cabin;
  const half = shape.widthM / 2;
  return {
    belt: [
      [half * 0.93, along(shape, foot), shape.beltZ - 0.02],
      [half * 0.93, along(shape, tail), shape.beltZ - 0.02],
    ],
    roof: [
      [half * 0.76, along(shape, head), shape.roofZ - 0.04],
      [half * 0.76, along(shape, back), shape.roofZ - 0.04],
    ],
  };
}

const mirrored = ([x, y, z]: V3): V3 => [-x, y, z];

function addCabin(builder: MeshBuilder, shape: BodyShape, paint: Colour): void {
  const { belt, roof } = cabinOf(shape);
  const look = { colour: paint, gloss: 0.7 };
  const [bf, bb] = belt;
  const [rf, rb] = roof;
  const outline: readonly V3[] = [bf, bb, rb, rf];
  builder.flat(outline.toReversed(), look);
  builder.flat(outline.map(mirrored), look);
  builder.flat([mirrored(bf), bf, rf, mirrored(rf)].toReversed(), look);
  builder.flat([mirrored(bb), bb, rb, mirrored(rb)], look);
  // The roof is a bent sheet from rail to rail.
  const columns = 7;
  const rows = 5;
  const points = Array.from({ length: rows * columns }, (_, index): V3 => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const [u, v] = [column / (columns - 1), row / (rows - 1)];
    const x = rf[0] * (1 - 2 * u);
    const bow = 0.055 * (1 - (1 - 2 * u) ** 2) + 0.03 * (1 - (1 - 2 * v) ** 2);
    return [x, rf[1] + (rb[1] - rf[1]) * v, shape.roofZ - 0.04 + bow];
  });
  builder.skin(
    {
      rows,
      columns,
      points: [...points, ...points.map(([x, y, z]): V3 => [x * 0.98, y, z - 0.04])].slice(0, rows * columns),
    },
    look,
  );
  addGlass(builder, shape, { belt, roof });
}

function addGlass(builder: MeshBuilder, shape: BodyShape, { belt: [bf, bb], roof: [rf, rb] }: Cabin): void {
  const glass = { colour: GLASS, gloss: 1 };
  const out = 0.012;
  // Front and rear windows, a little out of the metal.
  for (const [low, high, way] of [
    [bf, rf, 1],
    [bb, rb, -1],
  ] as const) {
    const inset = (p: V3, share: number, up: number): V3 => [p[0] * share, p[1] + way * out * 1.6, p[2] + up];
    const [a, b] = [inset(between(low, high, 0.1), 0.95, 0), inset(between(low, high, 0.93), 0.93, out)];
    const corners: readonly V3[] = [mirrored(a), a, b, mirrored(b)];
    builder.flat(way > 0 ? corners.toReversed() : corners, glass);
  }
  const stops = [0.03, ...shape.pillars, 0.985];
  for (let index = 0; index + 1 < stops.length; index += 1) {
    const [from, to] = [(stops[index] ?? 0) + 0.018, (stops[index + 1] ?? 0) - 0.018];
    const at = (share: number, up: number): V3 => {
      const p = between(between(bf, bb, share), between(rf, rb, share), up);
      return [p[0] + out, p[1], p[2]];
    };
    const corners: readonly V3[] = [at(from, 0.1), at(to, 0.1), at(to, 0.9), at(from, 0.9)];
    builder.flat(corners.toReversed(), glass);
    builder.flat(corners.map(mirrored), glass);
  }
}

function addTrim(builder: MeshBuilder, shape: BodyShape, { paint, plate, lights }: CarLook): void {
  const half = shape.widthM / 2;
  const [nose, tail] = [along(shape, 0) + 0.012, along(shape, 1) - 0.012];
  const deckZ = shape.deck[1]?.[1] ?? 0.7;
  const face = (x1: number, x2: number, z1: number, z2: number): readonly V3[] => [
    [x1, nose, z1],
    [x2, nose, z1],
    [x2, nose, z2],
    [x1, nose, z2],
  ];
  const back = (x1: number, x2: number, z1: number, z2: number): readonly V3[] => [
    [x1, tail, z1],
    [x2, tail, z1],
    [x2, tail, z2],
    [x1, tail, z2],
  ];
  const w = half * 0.68;
  builder.flat(face(-w * 0.62, w * 0.62, deckZ - 0.24, deckZ - 0.13).toReversed(), { colour: TRIM, gloss: 0.3 });
  builder.flat(face(-w * 0.9, w * 0.9, 0.24, 0.34).toReversed(), { colour: TRIM });
  builder.flat(back(-w * 1.05, w * 1.05, 0.24, 0.36), { colour: TRIM });
  const head = lights === "off" ? { colour: hex("#d8dde0"), gloss: 0.9 } : { colour: hex("#fff6dd"), glow: 2.2 };
  const red =
    lights === "off"
      ? { colour: hex("#8c1216"), gloss: 0.7 }
      : { colour: hex("#ff2222"), glow: lights === "braking" ? 2 : 0.9 };
  const tailZ = (shape.deck.at(-1)?.[1] ?? 0.7) + 0.05;
  for (const side of [-1, 1]) {
    builder.ball([side * half * 0.69, along(shape, 0.02), deckZ - 0.09], [0.2, 0.12, 0.07], head, {
      sides: 8,
      rows: 5,
    });
    builder.ball([side * half * 0.76, along(shape, 0.986), tailZ], [0.17, 0.09, 0.075], red, { sides: 8, rows: 5 });
    const mirrorY = along(shape, shape.cabin[0] + 0.07);
    builder.ball(
      [side * (half + 0.07), mirrorY, shape.beltZ + 0.06],
      [0.1, 0.06, 0.07],
      { colour: dimmed(paint, 0.9), gloss: 0.6 },
      { sides: 7, rows: 5 },
    );
    // Door seams and sill.
    for (const share of [0.33, 0.54, 0.74]) {
      const x = side * (half + 0.004);
      const y = along(shape, share);
      const seam: readonly V3[] = [
        [x, y - 0.008, 0.34],
        [x, y + 0.008, 0.34],
        [x, y + 0.008, shape.beltZ - 0.1],
        [x, y - 0.008, shape.beltZ - 0.1],
      ];
      builder.flat(side > 0 ? seam : seam.toReversed(), { colour: dimmed(paint, 0.35) });
    }
  }
  if (plate !== undefined) addPlates(builder, plate, { nose, tail, tailZ });
}

function addPlates(
  builder: MeshBuilder,
  plate: Texture,
  { nose, tail, tailZ }: { nose: number; tail: number; tailZ: number },
): void {
  builder.decal(
    [
      [0.22, nose + 0.012, 0.5],
      [-0.22, nose + 0.012, 0.5],
      [-0.22, nose + 0.012, 0.36],
      [0.22, nose + 0.012, 0.36],
    ],
    plate,
  );
  const z = tailZ - 0.02;
  builder.decal(
    [
      [-0.22, tail - 0.012, z],
      [0.22, tail - 0.012, z],
      [0.22, tail - 0.012, z - 0.14],
      [-0.22, tail - 0.012, z - 0.14],
    ],
    plate,
  );
}
