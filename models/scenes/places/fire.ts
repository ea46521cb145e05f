import { stream, walkersAt } from "../actors/walkers.ts";
import { fireAt, type FireSeat } from "../effects/fire.ts";
import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { DAYS, daylight, someLens, type Day } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Surface } from "../engine/surface.ts";
import type { Fixture, Thing, ThingTruth, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { rubbishBag } from "../shapes/bins.ts";
import { facade, house } from "../shapes/buildings.ts";
import { carMesh, someCar } from "../shapes/car.ts";
import { asphalt, concrete, grass, slabs } from "../shapes/grounds.ts";
import type { WardrobeName } from "../shapes/person.ts";
import { level, upright } from "../shapes/planes.ts";
import { GREENS, tree } from "../shapes/plants.ts";
import { ebikeMesh } from "../shapes/two-wheeler.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly kind: "shed" | "yard" | "field";
  readonly seat: V3;
  readonly sizeM: number;
  readonly wardrobe: WardrobeName;
  readonly days: readonly Day[];
  readonly smoke: readonly Colour[];
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "ebike-shed": {
    pose: { eye: [-4.4, -5.2, 3.6], target: [0.3, 2.6, 0.8], fieldDeg: 62 },
    kind: "shed",
    seat: [0.9, 2.5, 0.3],
    sizeM: 1.25,
    wardrobe: "city",
    days: DAYS,
    smoke: ["#2c2b2b", "#57544f"].map(hex),
  },
  "bin-yard": {
    pose: { eye: [3.8, -6.4, 4.2], target: [-0.4, 3, 0.7], fieldDeg: 58 },
    kind: "yard",
    seat: [-0.6, 3, 0],
    sizeM: 1.5,
    wardrobe: "summer",
    days: DAYS,
    smoke: ["#8b8a87", "#3b3a39"].map(hex),
  },
  "field-edge": {
    pose: { eye: [0, -16, 7.5], target: [1, 16, 1.6], fieldDeg: 58 },
    kind: "field",
    seat: [2.5, 15, 0],
    sizeM: 3.2,
    wardrobe: "bright",
    days: ["noon", "morning", "overcast", "evening"],
    smoke: ["#b9b6ae", "#8f8b84"].map(hex),
  },
};

/** When smoke shows first, and when flames do. */
export const FIRE = { smokesAtS: 4, burnsAtS: 10 } as const;

/** Smoke from 4 s, flames from 10 s: in a shed for e-bikes, beside bins, at a field's edge. */
export const fire: Place = {
  name: "fire",
  summary: "smoke from 4 s on, flames from 10 s on; before, the same place quiet",
  structures: [
    { name: "ebike-shed", split: "train" },
    { name: "bin-yard", split: "train" },
    { name: "field-edge", split: "held-out" },
  ],
  build: (request) => Promise.resolve(buildFire(request)),
};

const SMOKE_ID = 40;
const FLAME_ID = 41;

function buildFire({ seed, structure, day }: PlaceRequest): World {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 12);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const hour = day ?? dice.fork("day").pick(layout.days);
  const outside = daylight(dice.fork("light"), hour, [{ at: [0, 1, 3.4], colour: [0.9, 0.85, 0.7], reachM: 5 }]);
  const seat: FireSeat = {
    at: layout.seat,
    ...FIRE,
    growS: dice.fork("grow").between(5, 9),
    sizeM: layout.sizeM * dice.fork("size").between(0.85, 1.2),
    smoke: dice.fork("smoke").pick(layout.smoke),
    wind: [dice.fork("wind").between(-0.45, 0.45), dice.fork("wind", 1).between(-0.1, 0.35)],
    seed: dice.fork("seat").between(0, 50),
    smokeId: SMOKE_ID,
    flameId: FLAME_ID,
  };
  const people = stream(dice.fork("people"), {
    firstId: 500,
    count: 40,
    overS: 900,
    fromS: -20,
    wardrobe: layout.wardrobe,
    gates: [
      [
        [-10, -1.8, 0],
        [-10, -0.6, 0],
      ],
      [
        [10, -1.8, 0],
        [10, -0.6, 0],
      ],
    ],
  });
  const things = parkedThings(dice.fork("things"), layout);
  return {
    pose: layout.pose,
    ...outside,
    lens: someLens(dice.fork("lens"), outside.weather.isNight),
    seed,
    groundZ: 0,
    surfaces: surfacesOf(layout, { noise, wet: hour === "rain" ? 1 : 0, isDark: outside.weather.isNight }),
    fixtures: fixturesOf(dice.fork("fixtures"), layout),
    fixed: things,
    painted: [],
    thingsAt: (tS) => walkersAt(people, tS),
    puffsAt: (tS) => fireAt(seat, tS),
    puffTruthAt: (tS) => truthOf(tS),
    factsAt: (tS) => ({ hasSmoke: tS >= FIRE.smokesAtS + 0.5, hasFlame: tS >= FIRE.burnsAtS + 1 }),
    regions: [],
  };
}

function truthOf(tS: number): readonly ThingTruth[] {
  const smoke: ThingTruth = { id: SMOKE_ID, kind: "smoke" };
  const flame: ThingTruth = { id: FLAME_ID, kind: "flame" };
  return [...(tS >= FIRE.smokesAtS ? [smoke] : []), ...(tS >= FIRE.burnsAtS ? [flame] : [])];
}

function parkedThings(dice: Dice, { kind }: Layout): readonly Thing[] {
  if (kind === "field") return [];
  if (kind === "yard") {
    const look = someCar(dice, "plain");
    return [
      {
        id: 1,
        kind: look.body === "van" ? "van" : "car",
        state: "parked",
        mesh: carMesh(look),
        at: placed({ at: [3.4, 3.6, 0], yaw: 0.5 }),
      },
    ];
  }
  return [-2.4, -1.5, -0.7, 0.1, 0.9, 1.8, 2.6].map((x, index): Thing => {
    const own = dice.fork("bike", index);
    const paint = hex(own.pick(["#d8dade", "#1f5f9e", "#b1262b", "#2b2d31", "#d7b328", "#6fa08a"]));
    const at: V3 = [x + own.between(-0.08, 0.08), 2.6 + own.between(-0.15, 0.15), 0];
    return {
      id: 1 + index,
      kind: "ebike",
      state: "parked",
      mesh: ebikeMesh({ paint, hasBox: own.chance(0.2) }),
      at: placed({ at, yaw: own.between(-0.12, 0.12) + Math.PI, roll: 0.1 }),
    };
  });
}

function surfacesOf(
  { kind }: Layout,
  { noise, wet, isDark }: { noise: Noise; wet: number; isDark: boolean },
): readonly Surface[] {
  const green = grass(noise, hex("#66793f"), hex("#8b7650"));
  if (kind === "field") {
    const stubble = grass(noise, hex("#a98f4e"), hex("#7a6238"));
    return [
      {
        corners: level([-120, -20], [120, 40], 0),
        painter: stubble,
        isGround: true,
      },
      {
        corners: level([-160, 40], [160, 240], 0),
        painter: green,
        isGround: true,
      },
    ];
  }
  const floor =
    kind === "shed"
      ? slabs(noise, [hex("#9b958b"), hex("#8a847a")], [0.5, 0.5], wet)
      : asphalt(noise, hex("#616263"), wet);
  const look = {
    wall: kind === "shed" ? hex("#c9b79a") : hex("#8a5a48"),
    frame: hex("#dedcd4"),
    field: [2.8, 3.1] as const,
    glass: [0.58, 0.5] as const,
    shopM: 0,
    isNight: isDark,
  };
  return [
    {
      corners: level([-50, -20], [50, 5], 0),
      painter: floor,
      isGround: true,
    },
    {
      corners: level([-50, 5], [50, 80], 0),
      painter: green,
      isGround: true,
    },
    ...(kind === "shed"
      ? ([
          {
            corners: upright([-4.2, 4.2], [4.2, 4.2], [0, 2.4]),
            painter: concrete(noise, hex("#b9bdb8")),
          },
        ] satisfies Surface[])
      : []),
    ...house([-26, kind === "shed" ? 11 : 5.2, 0], [52, 10, 17], (wall) => facade(noise, look, wall)),
  ];
}

function fixturesOf(dice: Dice, { kind, seat }: Layout): readonly Fixture[] {
  const builder = new MeshBuilder();
  if (kind === "shed") {
    const steel = { colour: hex("#8d9498"), gloss: 0.4 };
    for (const x of [-4, 0, 4]) for (const y of [1.1, 4.1]) builder.box([x, y, 0], [0.1, 0.1, 2.4], steel);
    builder.sheet(
      [
        [-4.3, 0.7, 2.35],
        [4.3, 0.7, 2.35],
        [4.3, 4.4, 2.7],
        [-4.3, 4.4, 2.7],
      ],
      { colour: hex("#35648f"), gloss: 0.4 },
    );
    for (const x of [-2, 0.4, 2.4]) builder.box([x, 4.08, 1], [0.3, 0.12, 0.4], { colour: hex("#e9ecec"), gloss: 0.3 });
  } else if (kind === "yard") {
    for (let bag = 0; bag < 6; bag += 1)
      rubbishBag(
        builder,
        dice,
        [seat[0] + dice.between(-0.8, 0.8), seat[1] + dice.between(-0.3, 0.5), 0],
        dice.between(0.22, 0.34),
      );
    builder.box([seat[0] - 1.5, seat[1] + 0.4, 0], [0.8, 0.7, 1.1], { colour: hex("#2f6e4a"), gloss: 0.2 });
    builder.box([seat[0] + 0.9, seat[1] + 0.5, 0], [0.6, 0.4, 0.5], { colour: hex("#a9825a") });
  } else {
    for (let stack = 0; stack < 5; stack += 1)
      builder.ball(
        [-7 + stack * 4.6, 15 + dice.between(-2, 3), 0.35],
        [1.3, 1.1, 0.8],
        { colour: hex("#b89a55") },
        { sides: 11, rows: 7 },
      );
  }
  const far =
    kind === "field"
      ? Array.from({ length: 15 }, (_, index): V3 => [
          -48 + index * 7 + dice.between(-2, 2),
          44 + dice.between(0, 12),
          0,
        ])
      : ([
          [-9, 7.6, 0],
          [7.5, 8.2, 0],
          [11, 6.8, 0],
        ] as const);
  const trees = far.map((at, index): Fixture => ({
    mesh: tree(dice.fork("tree", index), dice.between(5, 8.5), dice.pick(GREENS)),
    at: placed({ at }),
  }));
  return [{ mesh: builder.build(), at: UNMOVED }, ...(kind === "yard" ? [] : trees)];
}
