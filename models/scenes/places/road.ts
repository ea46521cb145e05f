import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { daylight, someLens, type Day } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Painter, Surface } from "../engine/surface.ts";
import type { Fixture, Thing, ThingTruth, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { facade, house } from "../shapes/buildings.ts";
import { trafficCone } from "../shapes/furniture.ts";
import { asphalt, concrete, grass, layers, setColour, slabs, stripes } from "../shapes/grounds.ts";
import { manholeMesh, type ManholeState } from "../shapes/manhole.ts";
import { level, upright } from "../shapes/planes.ts";
import { GREENS, tree } from "../shapes/plants.ts";
import { crackPainter, makeCrack, makePothole, potholePainter } from "../shapes/road-damage.ts";

interface Layout {
  readonly pose: CameraPose;
  /** Where damage lies. */
  readonly patch: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly surface: "asphalt" | "concrete";
  readonly tone: Colour;
  readonly line: Colour;
  readonly cover: Colour;
  readonly hasPuddles: boolean;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "patrol-ahead": {
    pose: { eye: [0.1, -3.5, 1.6], target: [0, 7, -0.15], fieldDeg: 66 },
    patch: [-2.6, 0.8, 2.6, 9],
    surface: "asphalt",
    tone: hex("#626262"),
    line: hex("#dcdcd6"),
    cover: hex("#4a4744"),
    hasPuddles: false,
  },
  "pole-down": {
    pose: { eye: [-2.8, -2.8, 4.6], target: [0.2, 2.6, 0], fieldDeg: 60 },
    patch: [-2.2, -0.2, 2.6, 5],
    surface: "asphalt",
    tone: hex("#575859"),
    line: hex("#d8b02a"),
    cover: hex("#57504a"),
    hasPuddles: true,
  },
  "concrete-lane": {
    pose: { eye: [3.2, -2.4, 3.8], target: [-0.3, 2.8, 0], fieldDeg: 64 },
    patch: [-2.4, -0.2, 2.2, 5],
    surface: "concrete",
    tone: hex("#a09b91"),
    line: hex("#ffffff"),
    cover: hex("#6d6258"),
    hasPuddles: false,
  },
};

/** A road's surface: potholes, cracks, and a manhole whose cover is in place, moved or missing (by seed). */
export const road: Place = {
  name: "road",
  summary: "potholes, cracks, a manhole with its cover ok, moved or missing",
  structures: [
    { name: "patrol-ahead", split: "train" },
    { name: "pole-down", split: "train" },
    { name: "concrete-lane", split: "held-out" },
  ],
  build: (request) => Promise.resolve(buildRoad(request)),
};

export const MANHOLE_STATES: readonly ManholeState[] = ["ok", "moved", "missing"];

function buildRoad({ seed, structure, day }: PlaceRequest): World {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 11);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const days: readonly Day[] = ["noon", "morning", "overcast", "evening", "rain"];
  const hour = day ?? dice.fork("day").pick(days);
  const outside = daylight(dice.fork("light"), hour);
  const state = MANHOLE_STATES[((seed % 3) + 3) % 3] ?? "ok";
  const [x1, y1, x2, y2] = layout.patch;
  const spot = (name: string, index: number): V3 => {
    const own = dice.fork(name, index);
    return [own.between(x1 + 0.4, x2 - 0.4), own.between(y1 + 0.3, y2 - 0.3), 0];
  };
  const hole: V3 = [dice.fork("hole").between(-0.9, 1), dice.fork("hole").between(y1 + 1.1, y1 + 2.4), 0];
  const potholes = Array.from({ length: dice.fork("many").whole(1, 3) }, (_, index) =>
    makePothole(dice.fork("pothole", index), { id: 10 + index, at: away(spot("pothole-at", index), hole) }),
  );
  const cracks = Array.from({ length: dice.fork("many", 1).whole(2, 4) }, (_, index) =>
    makeCrack(dice.fork("crack", index), { id: 30 + index, at: spot("crack-at", index) }),
  );
  const manhole = manholeMesh(dice.fork("manhole"), { state, colour: layout.cover });
  const things: readonly Thing[] = [
    {
      id: 1,
      kind: "manhole",
      state,
      mesh: manhole,
      at: placed({ at: [hole[0], hole[1], 0.004], yaw: dice.between(0, 3) }),
      isShadowless: true,
    },
  ];
  const truths: readonly ThingTruth[] = [
    ...potholes.map(({ id }): ThingTruth => ({ id, kind: "pothole" })),
    ...cracks.map(({ id }): ThingTruth => ({ id, kind: "crack" })),
  ];
  const wet = hour === "rain" ? 1 : 0;
  const damage = layers(crackPainter(cracks, noise), potholePainter(potholes, noise, layout.hasPuddles || wet > 0));
  return {
    pose: layout.pose,
    ...outside,
    lens: { ...someLens(dice.fork("lens"), outside.weather.isNight), blur: dice.pick([0, 0, 1]) },
    seed,
    groundZ: 0,
    surfaces: surfacesOf(layout, { noise, damage, wet, dice: dice.fork("around") }),
    fixtures: fixturesOf(dice.fork("fixtures"), state, hole),
    fixed: things,
    painted: truths,
    thingsAt: () => [],
    factsAt: () => ({ manhole: state, potholes: potholes.length, cracks: cracks.length }),
    regions: [
      {
        name: "road",
        kind: "plane",
        points: level([x1, y1], [x2, y2], 0),
      },
      {
        name: "manhole",
        kind: "zone",
        points: [
          [hole[0] - 0.5, hole[1] - 0.5, 0],
          [hole[0] + 0.5, hole[1] - 0.5, 0],
          [hole[0] + 0.5, hole[1] + 0.5, 0],
          [hole[0] - 0.5, hole[1] + 0.5, 0],
        ],
      },
    ],
  };
}

/** A place at least a metre and a half from the manhole. */
function away(at: V3, hole: V3): V3 {
  const [dx, dy] = [at[0] - hole[0], at[1] - hole[1]];
  const distance = Math.hypot(dx, dy);
  if (distance > 1.5) return at;
  const factor = 1.5 / Math.max(0.05, distance);
  return [hole[0] + dx * factor, hole[1] + dy * factor + (distance < 0.05 ? 1.5 : 0), 0];
}

function surfacesOf(
  layout: Layout,
  { noise, damage, wet, dice }: { noise: Noise; damage: Painter; wet: number; dice: Dice },
): readonly Surface[] {
  const base = layout.surface === "asphalt" ? asphalt(noise, layout.tone, wet) : concreteRoad(noise, layout.tone);
  const marks = stripes(noise, [
    { from: [-3.1, -20], to: [-3.1, 120], widthM: 0.14, colour: layout.line },
    { from: [3.1, -20], to: [3.1, 120], widthM: 0.14, colour: layout.line, dash: [3, 4] },
  ]);
  const kerb: Painter = (spot) => setColour(spot, hex("#b3b0a6"), 0.85 + 0.2 * noise.cell(Math.floor(spot.y), 5));
  const look = {
    wall: dice.pick(["#b8ab98", "#8e969b"].map(hex)),
    frame: hex("#dcdcd6"),
    field: [2.9, 3.2] as const,
    glass: [0.6, 0.55] as const,
    shopM: 3.8,
    isNight: false,
  };
  return [
    {
      corners: level([-9, -20], [4.4, 150], 0),
      painter: layers(base, marks, damage),
      isGround: true,
    },
    {
      corners: level([4.4, -20], [4.6, 150], 0.16),
      painter: kerb,
      isGround: true,
    },
    {
      corners: upright([4.4, 150], [4.4, -20], [0, 0.16]),
      painter: kerb,
    },
    {
      corners: level([4.6, -20], [9, 150], 0.15),
      painter: slabs(noise, [hex("#9d968c"), hex("#8d8073")], [0.5, 0.25], wet),
      isGround: true,
    },
    {
      corners: level([-60, -20], [-9, 150], 0.05),
      painter: grass(noise, hex("#5f7c42"), hex("#80705a")),
      isGround: true,
    },
    ...[-12, 10, 34, 60].flatMap((y, index) =>
      house([10, y, 0], [12, 20, 12 + 4 * index], (wall) => facade(noise, look, index * 4 + wall)),
    ),
  ];
}

/** Slabs of concrete with tarred joints. */
function concreteRoad(noise: Noise, tone: Colour): Painter {
  const plain = concrete(noise, tone);
  return (spot) => {
    plain(spot);
    const joint = Math.min(
      Math.abs(((((spot.x + 1.9) % 3.8) + 3.8) % 3.8) - 1.9),
      Math.abs(((((spot.y + 2) % 4.6) + 4.6) % 4.6) - 2.3),
    );
    if (joint < 0.012 + spot.footprintM * 0.4) setColour(spot, [spot.red, spot.green, spot.blue], 0.4);
  };
}

function fixturesOf(dice: Dice, state: ManholeState, hole: V3): readonly Fixture[] {
  const trees = [4, 13, 23, 34].flatMap((y, index): readonly Fixture[] => [
    {
      mesh: tree(dice.fork("tree", index), dice.between(5, 7), dice.pick(GREENS)),
      at: placed({ at: [6.2, y + 4, 0.15] }),
    },
    {
      mesh: tree(dice.fork("tree", index + 10), dice.between(5, 8), dice.pick(GREENS)),
      at: placed({ at: [-11.5, y + 2, 0.05] }),
    },
  ]);
  const post = new MeshBuilder();
  post.limb([5, 9, 0.15], [5, 9, 2.6], [0.04, 0.04], { colour: hex("#868b8f"), gloss: 0.4 });
  post.disc([5, 8.95, 2.4], [0, -1, 0], 0.32, { colour: hex("#c62a26") });
  post.disc([5, 8.94, 2.4], [0, -1, 0], 0.25, { colour: hex("#f0f0ea") });
  const cones: readonly Fixture[] =
    state === "missing" && dice.chance(0.3)
      ? [{ mesh: trafficCone(), at: placed({ at: [hole[0] + 0.75, hole[1] - 0.2, 0] }) }]
      : [];
  return [...trees, { mesh: post.build(), at: UNMOVED }, ...cones];
}
