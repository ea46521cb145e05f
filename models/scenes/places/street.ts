import { Path } from "../actors/path.ts";
import { fleet, headlights, lane, runAt, scooters, vehiclesAt, type Run } from "../actors/traffic.ts";
import { stream, walkersAt } from "../actors/walkers.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { DAYS, daylight, someLens } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, type V3 } from "../engine/geometry.ts";
import { Noise } from "../engine/noise.ts";
import type { Surface } from "../engine/surface.ts";
import type { Fixture, Thing, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { facade, house, type Facade } from "../shapes/buildings.ts";
import { carMesh, someCar } from "../shapes/car.ts";
import { bollard, lampPost } from "../shapes/furniture.ts";
import { asphalt, layers, setColour, slabs, stripes, type Stripe } from "../shapes/grounds.ts";
import { level, upright } from "../shapes/planes.ts";
import { GREENS, tree } from "../shapes/plants.ts";
import { STREETS, type StreetLayout } from "./street-layouts.ts";

const LANE_M = 3.4;
const PARKING_M = 2.3;
/** Where the gate with the fire lane is along the street. */
const FIRE_LANE: readonly [number, number] = [9, 17];
const LINE_Y = 8;
export const STREET_UNTIL_S = 900;

const YELLOW = hex("#d7a51e");
const WHITE = hex("#d8d8d2");

/** A street: traffic, parked cars, people on the pavements, and a fire lane before a gate where somebody stops. */
export const street: Place = {
  name: "street",
  summary: "moving and parked vehicles, two-wheelers, people, a fire lane that is blocked at 20 s",
  structures: [
    { name: "avenue-along", split: "train" },
    { name: "lane-across", split: "train" },
    { name: "footbridge-over", split: "held-out" },
  ],
  build: (request) => Promise.resolve(buildStreet(request)),
};

function buildStreet({ seed, structure, day }: PlaceRequest): World {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 1);
  const layout = STREETS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const half = layout.lanesEachWay * LANE_M;
  const kerb = half + PARKING_M;
  const lampAt = [2, 22, 42].map((y): V3 => [kerb + 0.7, y, 0]);
  const lamps = lampAt.map(([x, y]) => ({ at: [x - 2, y, 7.2] as V3, colour: [1.1, 0.82, 0.5] as Colour, reachM: 7 }));
  const hour = day ?? dice.fork("day").pick(DAYS);
  const outside = daylight(dice.fork("light"), hour, lamps);
  const isDark = outside.weather.isNight;
  const traffic = trafficOf(dice.fork("traffic"), layout, { half, isLit: isDark || hour === "rain" || hour === "fog" });
  const people = peopleOf(dice.fork("people"), layout, kerb);
  const parked = parkedCars(dice.fork("parked"), layout, half);
  return {
    pose: layout.pose(dice.fork("pose")),
    ...outside,
    lens: someLens(dice.fork("lens"), isDark),
    seed,
    groundZ: 0,
    surfaces: surfacesOf(layout, {
      noise,
      dice: dice.fork("houses"),
      half,
      kerb,
      isDark,
      wet: hour === "rain" ? 1 : 0,
    }),
    fixtures: fixturesOf(dice.fork("fixtures"), { kerb, lampAt, isDark, pavementM: layout.pavementM }),
    fixed: parked,
    painted: [],
    thingsAt: (tS) => [...vehiclesAt(traffic, tS), ...walkersAt(people, tS)],
    ...(isDark ? { puffsAt: (tS: number) => vehiclesAt(traffic, tS).flatMap(headlights) } : {}),
    factsAt: (tS) => ({ ...crossedBy(traffic, tS), parked: parked.length }),
    regions: [
      { name: "fire lane", kind: "zone", points: fireLaneCorners(half) },
      {
        name: "traffic line",
        kind: "line",
        points: [
          [-half - 0.6, LINE_Y, 0],
          [half + 0.1, LINE_Y, 0],
        ],
      },
      {
        name: "road",
        kind: "plane",
        points: level([-half, 2], [half, 20], 0),
      },
    ],
  };
}

function fireLaneCorners(half: number): readonly V3[] {
  const [from, to] = FIRE_LANE;
  return [
    [half + 0.1, from, 0],
    [half + PARKING_M, from, 0],
    [half + PARKING_M, to, 0],
    [half + 0.1, to, 0],
  ];
}

/** How many vehicles of the lanes have come over the line since the beginning, by their middle. */
function crossedBy(runs: readonly Run[], tS: number): Readonly<Record<string, number>> {
  let [away, towards] = [0, 0];
  for (const run of runs) {
    const from = runAt(run, 0);
    const yAt = (atM: number | undefined, isPast: boolean): number =>
      run.path.at(atM ?? (isPast ? run.path.lengthM : 0))[1];
    const before = yAt(from?.atM, run.entersAtS < 0) > LINE_Y;
    const after = yAt(runAt(run, tS)?.atM, run.entersAtS < tS) > LINE_Y;
    if (before === after) continue;
    if (after) away += 1;
    else towards += 1;
  }
  return { awayOverLine: away, towardsOverLine: towards };
}

function trafficOf(
  dice: Dice,
  layout: StreetLayout,
  { half, isLit }: { half: number; isLit: boolean },
): readonly Run[] {
  const models = fleet(dice.fork("fleet"), layout.paints, { isLit });
  const bikes = scooters(dice.fork("scooters"), layout.wardrobe);
  const [near, far] = [-32, 95];
  const lanes = Array.from({ length: layout.lanesEachWay * 2 }, (_, index) => {
    const isAway = index >= layout.lanesEachWay;
    const x = (index - layout.lanesEachWay + 0.5) * LANE_M;
    const path = new Path(
      isAway
        ? [
            [x, near, 0],
            [x, far, 0],
          ]
        : [
            [x, far, 0],
            [x, near, 0],
          ],
    );
    const own = dice.fork("lane", index);
    return lane(own, {
      path,
      models,
      speedMps: own.between(8, 12.5),
      gapS: [1.8, 6.5],
      untilS: STREET_UNTIL_S,
      firstId: 1_000 + index * 1_000,
    });
  });
  const edge = half - 0.75;
  const bikeLane = lane(dice.fork("bikes"), {
    path: new Path([
      [-edge - 1.1, far, 0],
      [-edge - 1.1, near, 0],
    ]),
    models: bikes,
    speedMps: 5.4,
    gapS: [5, 14],
    untilS: STREET_UNTIL_S,
    firstId: 9_000,
  });
  return [...lanes.flat(), ...bikeLane, fireLaneRun(dice, models, half)];
}

/** Who blocks the fire lane: comes at 12 s, stands there from about 20 s for 150 s. */
function fireLaneRun(dice: Dice, models: Run["model"][] | readonly Run["model"][], half: number): Run {
  const x = half + 1.15;
  const model = dice.pick(models.filter(({ kind }) => kind === "car" || kind === "van"));
  const path = new Path([
    [half - 1.7, -32, 0],
    [half - 1.7, 2, 0],
    [x, 10.5, 0],
    [x, 15, 0],
    [half - 1.7, 24, 0],
    [half - 1.7, 95, 0],
  ]);
  return {
    id: 900,
    model,
    path,
    entersAtS: 12,
    speedMps: 7,
    stop: { atM: 34 + Math.hypot(2.85, 8.5) + 2.5, forS: 150 },
  };
}

function peopleOf(dice: Dice, { pavementM, wardrobe }: StreetLayout, kerb: number) {
  const [left, right]: readonly [number, number] = [-kerb - 0.8, kerb + 1.6];
  const gate = (x: number, y: number): readonly [V3, V3] => [
    [x, y, 0],
    [x + (x < 0 ? -1 : 1) * (pavementM - 2.2), y, 0],
  ];
  const common = { count: 60, overS: STREET_UNTIL_S, wardrobe, fromS: -60 };
  return [
    ...stream(dice.fork("a"), { ...common, firstId: 100, gates: [gate(left, -24), gate(left, 20), gate(left, 60)] }),
    ...stream(dice.fork("b"), { ...common, firstId: 200, gates: [gate(right, 60), gate(right, 20), gate(right, -24)] }),
    ...stream(dice.fork("c"), { ...common, firstId: 300, gates: [gate(right, -24), gate(right, 60)] }),
    ...stream(dice.fork("d"), { ...common, firstId: 400, gates: [gate(left, 60), gate(left, -24)] }),
  ];
}

function parkedCars(dice: Dice, layout: StreetLayout, half: number): readonly Thing[] {
  const spots = [-16, -10, -4, 2.6, 23.5, 29.5, 35.5, 41.5, 47.5, 53.5];
  return spots
    .filter(() => dice.chance(0.72))
    .map((y, index) => {
      const own = dice.fork("parked", index);
      const look = someCar(own, layout.paints);
      const at: V3 = [half + 1.2 + own.between(-0.12, 0.12), y + own.between(-0.3, 0.3), 0];
      const yaw = own.between(-0.03, 0.03);
      return {
        id: 600 + index,
        kind: look.body === "van" ? "van" : "car",
        state: "parked",
        mesh: carMesh(look),
        at: placed({ at, yaw }),
      };
    });
}

interface Ground {
  readonly noise: Noise;
  readonly dice: Dice;
  readonly half: number;
  readonly kerb: number;
  readonly isDark: boolean;
  readonly wet: number;
}

function surfacesOf(layout: StreetLayout, ground: Ground): readonly Surface[] {
  const { noise, half, kerb, wet } = ground;
  const [near, far] = [-40, 160];
  const pavement = slabs(noise, layout.slabs, [0.6, 0.3], wet);
  const road = layers(asphalt(noise, hex("#5b5b5c"), wet), stripes(noise, roadMarks(layout, half)), hatching(half));
  const strip = (x1: number, x2: number, z: number): readonly V3[] => [
    [x1, near, z],
    [x2, near, z],
    [x2, far, z],
    [x1, far, z],
  ];
  const kerbStone: Surface["painter"] = (spot) =>
    setColour(spot, hex("#a7a49c"), 0.85 + 0.2 * noise.cell(Math.floor(spot.y), 4));
  return [
    { corners: strip(-kerb, kerb, 0), painter: road, isGround: true },
    { corners: strip(kerb + 0.15, kerb + layout.pavementM + 0.4, 0.14), painter: pavement, isGround: true },
    { corners: strip(-kerb - layout.pavementM - 0.4, -kerb - 0.15, 0.14), painter: pavement, isGround: true },
    { corners: strip(kerb, kerb + 0.15, 0.15), painter: kerbStone, isGround: true },
    { corners: strip(-kerb - 0.15, -kerb, 0.15), painter: kerbStone, isGround: true },
    {
      corners: upright([kerb, far], [kerb, near], [0, 0.15]),
      painter: kerbStone,
    },
    {
      corners: upright([-kerb, near], [-kerb, far], [0, 0.15]),
      painter: kerbStone,
    },
    ...housesOf(layout, ground),
  ];
}

function roadMarks({ lanesEachWay }: StreetLayout, half: number): readonly Stripe[] {
  const dashed = Array.from({ length: lanesEachWay * 2 + 1 }, (_, index) => (index - lanesEachWay) * LANE_M)
    .filter((x) => Math.abs(x) > 0.1 && Math.abs(x) < half - 0.1)
    .map((x): Stripe => ({ ...whole(x, WHITE), dash: [4, 6] }));
  const bays = [-13, -7, -1, 5.6, 20.5, 26.5, 32.5, 38.5, 44.5].map((y): Stripe => ({
    from: [half, y],
    to: [half + PARKING_M, y],
    widthM: 0.12,
    colour: WHITE,
  }));
  const zebra = Array.from({ length: Math.floor((half * 2) / 0.9) }, (_, index): Stripe => {
    const x = -half + 0.5 + index * 0.9;
    return { from: [x, -3.5], to: [x, -0.5], widthM: 0.45, colour: WHITE };
  });
  return [
    whole(-0.12, YELLOW),
    whole(0.12, YELLOW),
    whole(half, WHITE),
    whole(-half, WHITE),
    ...dashed,
    ...bays,
    ...zebra,
  ];
}

/** The fire lane's yellow hatching with its frame. */
function hatching(half: number): Surface["painter"] {
  const [from, to] = FIRE_LANE;
  return (spot) => {
    const [x, y] = [spot.x - half - 0.1, spot.y - from];
    if (x < 0 || x > PARKING_M - 0.15 || y < 0 || y > to - from) return;
    const edge = Math.min(x, PARKING_M - 0.15 - x, y, to - from - y);
    const isLine = edge < 0.14 || (x + y) % 1.5 < 0.2;
    if (isLine) setColour(spot, YELLOW, 0.9);
  };
}

function housesOf(layout: StreetLayout, { noise, dice, kerb, isDark }: Ground): readonly Surface[] {
  const surfaces: Surface[] = [];
  for (const side of [-1, 1]) {
    let y = -30;
    for (let index = 0; y < 120 && index < 12; index += 1) {
      const own = dice.fork(`house ${side}`, index);
      const [wide, high] = [own.between(12, 24), own.between(9, 26)];
      const look: Facade = {
        wall: own.pick(layout.walls),
        frame: own.pick(["#e6e4de", "#4a4e52", "#7d6a55"].map(hex)),
        field: [own.between(2.2, 3.4), own.between(2.9, 3.3)],
        glass: [own.between(0.45, 0.8), own.between(0.48, 0.66)],
        shopM: layout.shopM,
        isNight: isDark,
      };
      const x = side > 0 ? kerb + layout.pavementM : -kerb - layout.pavementM - 14;
      surfaces.push(...house([x, y, 0], [14, wide, high], (wall) => facade(noise, look, index * 4 + wall + side)));
      y += wide + (own.chance(0.3) ? own.between(2, 6) : 0.05);
    }
  }
  return surfaces;
}

function fixturesOf(
  dice: Dice,
  { kerb, lampAt, isDark, pavementM }: { kerb: number; lampAt: readonly V3[]; isDark: boolean; pavementM: number },
): readonly Fixture[] {
  const green = dice.pick(GREENS);
  const trees = [-kerb - 1.1, kerb + 1.1].flatMap((x) =>
    [-12, -3, 7, 19, 29, 38, 48, 58, 70].map((y, index): Fixture => {
      const own = dice.fork(`tree ${x}`, index);
      const yaw = own.between(0, 6);
      return {
        mesh: tree(own, own.between(4.8, 6.8), green),
        at: placed({ at: [x, y + own.between(-0.6, 0.6), 0.14], yaw }),
      };
    }),
  );
  const visible = pavementM > 4 ? trees.filter((_, index) => index % 9 > 1) : trees.filter((_, index) => index % 9 > 2);
  const lamps = lampAt.map((at): Fixture => ({ mesh: lampPost(7, -1.8, isDark), at: placed({ at }) }));
  const posts = [FIRE_LANE[0], FIRE_LANE[1]].map((y): Fixture => ({
    mesh: bollard(hex("#3c3f42")),
    at: placed({ at: [kerb + 0.5, y, 0.14] }),
  }));
  return [...visible, ...lamps, ...posts];
}

/** A line of paint along the whole road. */
function whole(x: number, colour: Colour): Stripe {
  return { from: [x, -40], to: [x, 150], widthM: 0.15, colour };
}
