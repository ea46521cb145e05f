import { bayParts, bayRow, plateParts, platedCar, type Bay, type PlatedCar } from "../actors/parked.ts";
import { Path } from "../actors/path.ts";
import { runAt, type Run } from "../actors/traffic.ts";
import { stream, walkersAt } from "../actors/walkers.ts";
import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { DAYS, daylight, roomLight, someLens } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, type V3 } from "../engine/geometry.ts";
import type { Lamp } from "../engine/light.ts";
import { MeshBuilder } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Surface } from "../engine/surface.ts";
import type { Fixture, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { facade, house } from "../shapes/buildings.ts";
import type { PaintName } from "../shapes/car.ts";
import { lampPost } from "../shapes/furniture.ts";
import { asphalt, concrete, grass, layers, setColour, stripes, type Stripe } from "../shapes/grounds.ts";
import type { WardrobeName } from "../shapes/person.ts";
import { level, upright } from "../shapes/planes.ts";
import { bush, GREENS, tree } from "../shapes/plants.ts";
import { hasChineseFont } from "../text/fonts.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly bays: readonly Bay[];
  readonly share: number;
  readonly paints: PaintName;
  readonly wardrobe: WardrobeName;
  readonly isRoom: boolean;
  readonly floor: Colour;
  /** The way of the car that comes at 4 s; its bay last. */
  readonly arrival: readonly V3[];
  readonly stopM: number;
}

const NORTH = 0;
const SOUTH = Math.PI;
const BAY = { wideM: 2.6, deepM: 5.3 };

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "open-rows": {
    pose: { eye: [0, -9, 7], target: [0.5, 8, 0], fieldDeg: 72 },
    bays: [
      ...bayRow([-10.4, 0.5], { ...BAY, count: 8, yaw: NORTH, firstId: 10_001 }),
      ...bayRow([-13, 13], { ...BAY, count: 10, yaw: SOUTH, firstId: 10_021 }),
    ],
    share: 0.62,
    paints: "city",
    wardrobe: "city",
    isRoom: false,
    floor: hex("#66686a"),
    arrival: [
      [-26, 9, 0],
      [-9, 9.2, 0],
      [-6.4, 10.8, 0],
      [-5.2, 13.2, 0],
      [-5.2, 15.6, 0],
    ],
    stopM: 23.6,
  },
  "gate-lane": {
    pose: { eye: [2.1, -3.2, 2.3], target: [-0.2, 5, 0.6], fieldDeg: 58 },
    bays: bayRow([-13.2, 15], { ...BAY, count: 9, yaw: SOUTH, firstId: 10_001 }),
    share: 0.7,
    paints: "plain",
    wardrobe: "summer",
    isRoom: false,
    floor: hex("#717070"),
    arrival: [
      [-0.4, 40, 0],
      [-0.4, -30, 0],
    ],
    stopM: 36.6,
  },
  basement: {
    pose: { eye: [-6.4, -5.2, 2.8], target: [0.2, 7, -0.6], fieldDeg: 84 },
    bays: [
      ...bayRow([-7.8, -0.2], { ...BAY, count: 2, yaw: SOUTH, firstId: 10_001 }),
      ...bayRow([-10.4, 11], { ...BAY, count: 8, yaw: SOUTH, firstId: 10_021 }),
    ],
    share: 0.55,
    paints: "loud",
    wardrobe: "bright",
    isRoom: true,
    floor: hex("#5d8a78"),
    arrival: [
      [24, 8, 0],
      [6, 8, 0],
      [3.9, 9.2, 0],
      [3.9, 11.5, 0],
      [3.9, 13.6, 0],
    ],
    stopM: 23.5,
  },
};

/** A car park: bays free and taken, plates, and a car that comes at 4 s. */
export const carPark: Place = {
  name: "car-park",
  summary: "bays free and occupied, plates with their text, a car that arrives",
  structures: [
    { name: "open-rows", split: "train" },
    { name: "gate-lane", split: "train" },
    { name: "basement", split: "held-out" },
  ],
  build: buildCarPark,
};

async function buildCarPark({ seed, structure, day }: PlaceRequest): Promise<World> {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 2);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const hour = day ?? dice.fork("day").pick(DAYS);
  const lamps = lampsOf(layout);
  const outside = layout.isRoom
    ? roomLight(dice.fork("light"), lamps, 0.55)
    : daylight(dice.fork("light"), hour, lamps);
  const isDark = outside.weather.isNight;
  const cars = await parkedCars(dice.fork("cars"), layout);
  const arriving = await arrivingCar(dice.fork("arriving"), layout);
  const people = stream(dice.fork("people"), {
    firstId: 500,
    count: 40,
    overS: 900,
    fromS: -20,
    wardrobe: layout.wardrobe,
    gates: [
      [
        [-16, 7.4, 0],
        [-16, 8.6, 0],
      ],
      [
        [16, 7.4, 0],
        [16, 8.6, 0],
      ],
    ],
  });
  const now = (tS: number): readonly PlatedCar[] => [...cars, ...arriving(tS)];
  return {
    pose: {
      ...layout.pose,
      eye: spread(dice.fork("eye"), layout.pose.eye),
      target: spread(dice.fork("target"), layout.pose.target),
    },
    ...outside,
    lens: someLens(dice.fork("lens"), isDark),
    seed,
    groundZ: 0,
    surfaces: layout.isRoom
      ? basement(layout, noise)
      : yard(layout, { noise, dice: dice.fork("yard"), wet: hour === "rain" ? 1 : 0, isDark }),
    fixtures: layout.isRoom ? columns() : yardFixtures(dice.fork("fixtures"), structure, isDark),
    fixed: cars.map(({ thing }) => thing),
    painted: [],
    thingsAt: (tS) => [...arriving(tS).map(({ thing }) => thing), ...walkersAt(people, tS)],
    partsAt: (tS) => [
      ...plateParts(now(tS), layout.pose.eye),
      ...bayParts(
        layout.bays,
        now(tS).map(({ thing }) => thing),
      ),
    ],
    factsAt: (tS) => {
      const parts = bayParts(
        layout.bays,
        now(tS).map(({ thing }) => thing),
      );
      const occupied = parts.filter(({ state }) => state === "occupied").length;
      return { bays: parts.length, occupied, hasChineseFont: hasChineseFont() };
    },
    regions: layout.bays.map(({ id, corners }) => ({
      name: `bay ${id - 10_000}`,
      kind: "zone" as const,
      points: corners,
    })),
  };
}

function lampsOf(layout: Layout): readonly Lamp[] {
  return layout.isRoom
    ? [-8, 0, 8].flatMap((x) =>
        [2, 10].map((y) => ({ at: [x, y, 2.9] as V3, colour: [0.62, 0.66, 0.66] as Colour, reachM: 5 })),
      )
    : [-9, 9].map((x) => ({ at: [x, 10, 6.5] as V3, colour: [1.2, 1.1, 0.9] as Colour, reachM: 9 }));
}

async function parkedCars(dice: Dice, { bays, share, paints }: Layout): Promise<readonly PlatedCar[]> {
  // The bay that the arriving car takes stays free.
  const taken = bays.filter(({ id }) => id !== 10_024 && id !== 10_026 && dice.chance(share));
  return await Promise.all(
    taken.map(async ({ at, yaw, id }, index) => {
      const own = dice.fork("car", index);
      const isTurned = own.chance(0.4);
      return await platedCar(own, {
        id: id - 9_900,
        at: [at[0] + own.between(-0.15, 0.15), at[1] + own.between(-0.25, 0.25), 0],
        yaw: yaw + (isTurned ? Math.PI : 0) + own.between(-0.04, 0.04),
        colour: own.pick(["blue", "blue", "green"]),
        paints,
      });
    }),
  );
}

async function arrivingCar(dice: Dice, layout: Layout): Promise<(tS: number) => readonly PlatedCar[]> {
  const path = new Path(layout.arrival);
  const car = await platedCar(dice, {
    id: 50,
    at: [0, 0, 0],
    yaw: 0,
    colour: dice.pick(["blue", "green"]),
    paints: layout.paints,
    body: "sedan",
  });
  const forS = layout.arrival.length > 2 ? 10_000 : 6;
  const run: Run = {
    id: 50,
    model: { kind: car.thing.kind, mesh: car.thing.mesh, lengthM: 4.7 },
    path,
    entersAtS: 4,
    speedMps: 4.2,
    stop: { atM: layout.stopM, forS },
  };
  return (tS) => {
    const where = runAt(run, tS);
    if (where === undefined) return [];
    const at = placed({ at: path.at(where.atM), yaw: path.yawAt(where.atM) });
    return [{ ...car, thing: { ...car.thing, at, state: where.speedMps < 0.05 ? "parked" : "moving" } }];
  };
}

function bayMarks(bays: readonly Bay[]): readonly Stripe[] {
  return bays.flatMap(({ corners: [a, b, c, d] }): readonly Stripe[] => {
    if (a === undefined || b === undefined || c === undefined || d === undefined) return [];
    return [line(a, d), line(b, c), line(d, c), line(a, b)];
  });
}

function yard(
  layout: Layout,
  { noise, dice, wet, isDark }: { noise: Noise; dice: Dice; wet: number; isDark: boolean },
): readonly Surface[] {
  const ground = layers(asphalt(noise, layout.floor, wet), stripes(noise, bayMarks(layout.bays)));
  const look = {
    wall: dice.pick(["#b9b1a3", "#8f6f5c", "#aab0b2"].map(hex)),
    frame: hex("#d9d9d4"),
    field: [2.8, 3.1] as const,
    glass: [0.62, 0.55] as const,
    shopM: 0,
    isNight: isDark,
  };
  return [
    {
      corners: level([-60, -30], [60, 21], 0),
      painter: ground,
      isGround: true,
    },
    {
      corners: level([-60, 21], [60, 90], 0.02),
      painter: grass(noise, hex("#5d7040"), hex("#7a6a50")),
      isGround: true,
    },
    ...house([-34, 30, 0], [30, 12, 19], (wall) => facade(noise, look, wall)),
    ...house([6, 34, 0], [34, 12, 26], (wall) => facade(noise, { ...look, field: [3.2, 3.1] }, 9 + wall)),
  ];
}

function yardFixtures(dice: Dice, structure: string, isDark: boolean): readonly Fixture[] {
  const green = dice.pick(GREENS);
  const hedge = Array.from({ length: 17 }, (_, index): Fixture => ({
    mesh: bush(dice.fork("bush", index), [1.1, 0.6, 0.65], green),
    at: placed({ at: [-18 + index * 2.1, 21.6, 0] }),
  }));
  const trees = [-14, -5, 4, 13].map((x, index): Fixture => ({
    mesh: tree(dice.fork("tree", index), dice.between(5, 7), green),
    at: placed({ at: [x, 24.5, 0] }),
  }));
  const lamps = [-9, 9].map((x): Fixture => ({
    mesh: lampPost(6.5, 0.9, isDark),
    at: placed({ at: [x, 20.8, 0], yaw: -1.57 }),
  }));
  return [...hedge, ...trees, ...lamps, ...(structure === "gate-lane" ? barrier() : [])];
}

/** The box, the raised arm and the island beside a gate's lane. */
function barrier(): readonly Fixture[] {
  const builder = new MeshBuilder();
  builder.box([1.75, 4.6, 0], [0.8, 3.4, 0.16], { colour: hex("#c9b53a") });
  builder.box([1.75, 5.2, 0.16], [0.36, 0.42, 1.0], { colour: hex("#d8681e"), gloss: 0.3 });
  builder.limb([1.55, 5.1, 1.0], [1.2, 5.1, 3.9], [0.05, 0.04], { colour: hex("#f0f0ea") });
  for (const z of [1.5, 2.3, 3.1])
    builder.limb([1.48 - (z - 1.5) * 0.12, 5.1, z], [1.44 - (z - 1.5) * 0.12, 5.1, z + 0.35], [0.056, 0.055], {
      colour: hex("#c8281e"),
    });
  builder.box([-2.6, 4.6, 0], [0.5, 3.4, 0.16], { colour: hex("#c9b53a") });
  builder.box([-4.4, 5, 0], [1.9, 2.2, 2.5], { colour: hex("#dfe2e2"), gloss: 0.1 });
  builder.box([-4.4, 5, 2.5], [2.3, 2.6, 0.12], { colour: hex("#8a2f27") });
  builder.flat(
    [
      [-3.44, 4.2, 1.05],
      [-3.44, 5.8, 1.05],
      [-3.44, 5.8, 2.1],
      [-3.44, 4.2, 2.1],
    ],
    { colour: hex("#1e2a33"), gloss: 1 },
  );
  builder.flat(
    [
      [-5.2, 3.89, 1.05],
      [-3.6, 3.89, 1.05],
      [-3.6, 3.89, 2.1],
      [-5.2, 3.89, 2.1],
    ],
    { colour: hex("#1e2a33"), gloss: 1 },
  );
  return [{ mesh: builder.build(), at: placed({ at: [0, 0, 0] }) }];
}

function basement({ floor, bays }: Layout, noise: Noise): readonly Surface[] {
  const paint: Surface["painter"] = (spot) => {
    const worn = noise.fractal(spot.x * 0.7, spot.y * 0.7, 4, spot.footprintM * 0.7);
    setColour(spot, floor, 0.72 + worn * 0.5);
    spot.gloss = 0.55;
  };
  const wall = concrete(noise, hex("#c4c6c2"));
  const banded: Surface["painter"] = (spot) => {
    wall(spot);
    if (spot.v < 0.9)
      setColour(spot, spot.v > 0.78 ? hex("#e0c23a") : hex("#4f7466"), 0.8 + 0.2 * noise.at(spot.u * 2, spot.v * 4));
  };
  const pipes: Surface["painter"] = (spot) => {
    wall(spot);
    setColour(spot, [spot.red, spot.green, spot.blue], 0.62);
    const beam = ((spot.v % 7) + 7) % 7 < 0.5;
    const lamp = ((spot.u % 8) + 8) % 8 > 3.3 && ((spot.u % 8) + 8) % 8 < 4.7 && (spot.v + 2) % 4 < 0.16;
    if (beam) setColour(spot, [spot.red, spot.green, spot.blue], 0.7);
    if (lamp) {
      setColour(spot, [1, 1, 0.96]);
      spot.glow = 1.6;
    }
  };
  return [
    {
      corners: level([-30, -10], [30, 16.4], 0),
      painter: layers(paint, stripes(noise, bayMarks(bays))),
      isGround: true,
    },
    {
      corners: upright([-30, 16.4], [30, 16.4], [0, 3.1]),
      painter: banded,
    },
    {
      corners: upright([-11, -10], [-11, 16.4], [0, 3.1]),
      painter: banded,
    },
    {
      corners: level([-30, 16.4], [30, -10], 3.1),
      painter: pipes,
    },
  ];
}

function columns(): readonly Fixture[] {
  return [-5.2, 2.6, 10.4].flatMap((x) =>
    [5.4, 10.6].map((y): Fixture => {
      const builder = new MeshBuilder();
      builder.box([0, 0, 0], [0.6, 0.6, 3.1], { colour: hex("#c9cbc6") });
      for (const [z, colour] of [
        [0.1, "#e0c23a"],
        [0.5, "#e0c23a"],
        [0.9, "#e0c23a"],
        [0.3, "#26282a"],
        [0.7, "#26282a"],
      ] as const) {
        builder.box([0, 0, z], [0.61, 0.61, 0.2], { colour: hex(colour) });
      }
      return { mesh: builder.build(), at: placed({ at: [x, y, 0] }) };
    }),
  );
}

function line(p: V3, q: V3): Stripe {
  return { from: [p[0], p[1]], to: [q[0], q[1]], widthM: 0.12, colour: hex("#e4e4de") };
}

/** A camera is never hung up at exactly the same spot. */
function spread(dice: Dice, [x, y, z]: V3): V3 {
  return [x + dice.between(-0.35, 0.35), y + dice.between(-0.4, 0.4), z];
}
