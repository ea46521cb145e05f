import { splashAt, swimmer, swimmerAt, type Swimmer } from "../actors/swimmers.ts";
import { waitingThing } from "../actors/waiting.ts";
import type { Water } from "../effects/water.ts";
import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { daylight, roomLight, someLens, type Day } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Painter, Spot, Surface } from "../engine/surface.ts";
import type { Fixture, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { bench } from "../shapes/furniture.ts";
import { concrete, grass, layers, setColour, slabs, tiles } from "../shapes/grounds.ts";
import { level, upright } from "../shapes/planes.ts";
import { GREENS, tree } from "../shapes/plants.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly wideM: number;
  readonly longM: number;
  readonly deepM: number;
  readonly lanes: number;
  readonly isIndoors: boolean;
  readonly tile: Colour;
  readonly joint: Colour;
  readonly deck: readonly [Colour, Colour];
  readonly floats: readonly [Colour, Colour];
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "hall-six-lanes": {
    pose: { eye: [-9.4, -4.5, 6.6], target: [0.6, 9.5, -1], fieldDeg: 68 },
    wideM: 15,
    longM: 25,
    deepM: 1.9,
    lanes: 6,
    isIndoors: true,
    tile: hex("#8fd0e0"),
    joint: hex("#dff0f2"),
    deck: [hex("#c9beaa"), hex("#b5a993")],
    floats: [hex("#d8322a"), hex("#f0f0ec")],
  },
  "open-air-high": {
    pose: { eye: [1.5, -6.5, 8.6], target: [-0.4, 10, -1], fieldDeg: 62 },
    wideM: 17,
    longM: 30,
    deepM: 1.7,
    lanes: 4,
    isIndoors: false,
    tile: hex("#a8dbe6"),
    joint: hex("#ffffff"),
    deck: [hex("#b9b2a6"), hex("#a7a096")],
    floats: [hex("#2660c8"), hex("#f2d33c")],
  },
  "hotel-basin": {
    pose: { eye: [9.5, 3.2, 4.9], target: [-1.4, 7.6, -0.8], fieldDeg: 80 },
    wideM: 11,
    longM: 16,
    deepM: 1.5,
    lanes: 0,
    isIndoors: false,
    tile: hex("#3f8f9b"),
    joint: hex("#2c6f7c"),
    deck: [hex("#8a6f55"), hex("#7b624b")],
    floats: [hex("#ffffff"), hex("#ffffff")],
  },
};

/** When the victim stops swimming, and how long it lies still before it sinks. */
export const VICTIM = { atS: 8, afterS: 6 } as const;

/** A pool: swimmers in every state; one stops at 8 s and sinks from 14 s on. */
export const pool: Place = {
  name: "pool",
  summary: "swimming, treading, passive at the surface, submerged at depth; one swimmer who goes under",
  structures: [
    { name: "hall-six-lanes", split: "train" },
    { name: "open-air-high", split: "train" },
    { name: "hotel-basin", split: "held-out" },
  ],
  build: (request) => Promise.resolve(buildPool(request)),
};

function buildPool({ seed, structure, day }: PlaceRequest): World {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 4);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const days: readonly Day[] = ["noon", "noon", "morning", "overcast", "evening"];
  const ceiling = [-5, 5].flatMap((x) =>
    [4, 14, 24].map((y) => ({ at: [x, y, 6.5] as V3, colour: [0.5, 0.53, 0.55] as Colour, reachM: 9 })),
  );
  const outside = layout.isIndoors
    ? roomLight(dice.fork("light"), ceiling, 1.25)
    : daylight(dice.fork("light"), day ?? dice.fork("day").pick(days), ceiling);
  const swimmers = crew(dice.fork("crew"), layout);
  const guard = waitingThing(dice.fork("guard"), {
    id: 90,
    at: [-layout.wideM / 2 - 1.4, 5.5, 0.02],
    yaw: -1.4,
    wardrobe: "summer",
  });
  const half = layout.wideM / 2;
  return {
    pose: jittered(dice.fork("pose"), layout.pose),
    ...outside,
    lens: someLens(dice.fork("lens"), outside.weather.isNight),
    seed,
    groundZ: 0.02,
    surfaces: basin(layout, noise),
    fixtures: [...lines(layout), ...surroundings(dice.fork("around"), layout)],
    fixed: [],
    painted: [],
    water: waterOf(dice.fork("water"), layout),
    thingsAt: (tS) => [...swimmers.map((one) => swimmerAt(one, tS)), guard(tS)],
    puffsAt: (tS) => swimmers.flatMap((one) => splashAt(one, tS)),
    factsAt: (tS) => {
      const states = swimmers.map((one) => swimmerAt(one, tS).state);
      const count = (state: string): number => states.filter((one) => one === state).length;
      return {
        swimming: count("swimming"),
        treading: count("treading"),
        passive: count("passive"),
        submerged: count("submerged"),
      };
    },
    regions: [
      {
        name: "pool",
        kind: "zone",
        points: level([-half, 0], [half, layout.longM], 0),
      },
    ],
  };
}

function jittered(dice: Dice, { eye, target, fieldDeg }: CameraPose): CameraPose {
  const by = (p: V3): V3 => [
    p[0] + dice.between(-0.4, 0.4),
    p[1] + dice.between(-0.4, 0.4),
    p[2] + dice.between(-0.25, 0.25),
  ];
  return { eye: by(eye), target: by(target), fieldDeg: fieldDeg * dice.between(0.95, 1.04) };
}

function crew(dice: Dice, layout: Layout): readonly Swimmer[] {
  const { wideM, longM, lanes, deepM } = layout;
  const across = (share: number): number => (share - 0.5) * wideM;
  const lapLanes = lanes > 0 ? Array.from({ length: lanes }, (_, index) => (index + 0.5) / lanes) : [0.2, 0.45];
  const quiet = lapLanes.length > 2 ? lapLanes.splice(dice.whole(1, 2), 1)[0] : 0.75;
  const laps = lapLanes.slice(0, 5).map((share, index) => {
    const own = dice.fork("lap", index);
    return swimmer(own, 1 + index, {
      kind: "laps",
      x: across(share),
      fromY: 1.2,
      toY: longM - 1.2,
      speedMps: own.between(0.8, 1.35),
      startM: own.between(2, longM * 1.7),
    });
  });
  const x = across(quiet ?? 0.75);
  const near = Math.min(longM * 0.4, 9);
  return [
    ...laps,
    swimmer(dice.fork("treading"), 20, { kind: "treading", at: [x - 0.3, near * 0.55] }),
    swimmer(dice.fork("treading", 1), 21, { kind: "treading", at: [across(0.9), longM * 0.36] }),
    swimmer(dice.fork("passive"), 22, { kind: "passive", at: [x + 0.4, near * 1.5] }),
    swimmer(dice.fork("submerged"), 23, { kind: "submerged", at: [across(0.62), near * 0.9], depthM: deepM - 0.3 }),
    swimmer(dice.fork("victim"), 24, {
      kind: "victim",
      at: [across(0.34), near * 1.05],
      ...VICTIM,
      depthM: deepM - 0.25,
    }),
  ];
}

function waterOf(dice: Dice, { wideM, longM, isIndoors }: Layout): Water {
  const half = wideM / 2;
  return {
    corners: level([-half, 0], [half, longM], 0),
    loss: [0.36, 0.07, 0.045],
    body: [0.02, 0.3, 0.42],
    slope: dice.between(0.05, 0.11),
    ripples: 1.5,
    drift: [0.1, 0.15],
    caustics: isIndoors ? 0.22 : 0.5,
    mirrorM: 14,
  };
}

function basin(layout: Layout, noise: Noise): readonly Surface[] {
  const { wideM, longM, deepM, lanes, tile, joint, deck, isIndoors } = layout;
  const half = wideM / 2;
  const tiled = tiles(noise, tile, joint, 0.3);
  const laneMarks: Painter = (spot) => {
    if (lanes === 0) return;
    const across = ((spot.x + half) / wideM) * lanes;
    const toMiddle = Math.abs((across % 1) - 0.5) * (wideM / lanes);
    const isCross = Math.abs(spot.y - 2) < 0.12 || Math.abs(spot.y - longM + 2) < 0.12;
    if ((toMiddle < 0.13 && spot.y > 2 && spot.y < longM - 2) || (isCross && toMiddle < 0.5))
      setColour(spot, hex("#14315e"));
  };
  const floor = layers(tiled, laneMarks);
  const deckPainter = slabs(noise, deck, [0.6, 0.6], isIndoors ? 0.35 : 0.1);
  const z = 0.02;
  const flat = (from: readonly [number, number], to: readonly [number, number], painter: Painter): Surface => ({
    corners: level(from, to, z),
    painter,
    isGround: true,
  });
  const wall = (a: V3, b: V3): Surface => ({
    corners: [
      [a[0], a[1], -deepM],
      [b[0], b[1], -deepM],
      [b[0], b[1], z],
      [a[0], a[1], z],
    ],
    painter: tiled,
  });
  const [e, far] = [0.3, isIndoors ? 7 : 40];
  const green = grass(noise, hex("#5f7c3f"), hex("#8a7a58"));
  const lawn = [
    flat([-70, longM + 5], [70, longM + far], green),
    flat([-70, -20], [-half - 8, longM + 5], green),
    flat([half + 8, -20], [70, longM + 5], green),
  ];
  return [
    {
      corners: level([-half, 0], [half, longM], -deepM),
      painter: floor,
    },
    wall([-half, longM, 0], [half, longM, 0]),
    wall([-half, 0, 0], [-half, longM, 0]),
    wall([half, longM, 0], [half, 0, 0]),
    wall([half, 0, 0], [-half, 0, 0]),
    flat([-half - e, -e], [half + e, 0], rim),
    flat([-half - e, longM], [half + e, longM + e], rim),
    flat([-half - e, 0], [-half, longM], rim),
    flat([half, 0], [half + e, longM], rim),
    flat([-half - 8, -12], [half + 8, -e], deckPainter),
    flat([-half - 8, longM + e], [half + 8, longM + 5], deckPainter),
    flat([-half - 8, -e], [-half - e, longM + e], deckPainter),
    flat([half + e, -e], [half + 8, longM + e], deckPainter),
    ...(isIndoors ? hall(layout, noise) : lawn),
  ];
}

/** The rim of pale stone. */
function rim(spot: Spot): void {
  setColour(spot, hex("#e9eef0"), 0.92);
}

function hall({ wideM, longM }: Layout, noise: Noise): readonly Surface[] {
  const x = wideM / 2 + 4;
  const y = longM + 5;
  const plain = concrete(noise, hex("#d3d9da"));
  const windows: Painter = (spot) => {
    plain(spot);
    const [column, inU] = [Math.floor(spot.u / 2.4), (spot.u / 2.4) % 1];
    if (spot.v > 1.4 && spot.v < 4.6 && inU > 0.06 && inU < 0.94) {
      setColour(spot, [0.62, 0.74, 0.82], 0.9 + 0.2 * noise.cell(column, 3) - 0.06 * spot.v);
      spot.glow = 0.95;
      if (Math.abs(spot.v - 3) < 0.05 || Math.abs(inU - 0.5) < 0.02) setColour(spot, [0.35, 0.37, 0.38]);
    } else if (spot.v < 1.1)
      setColour(spot, hex("#5fa7b8"), 0.9 + 0.1 * noise.cell(Math.floor(spot.u * 3), Math.floor(spot.v * 3)));
  };
  return [
    {
      corners: upright([-x, y], [x, y], [0, 7]),
      painter: windows,
    },
    {
      corners: upright([-x, -12], [-x, y], [0, 7]),
      painter: plain,
    },
    {
      corners: upright([x, y], [x, -12], [0, 7]),
      painter: windows,
    },
    {
      corners: level([-x, y], [x, -12], 7),
      painter: concrete(noise, hex("#b9c0c2")),
    },
  ];
}

/** The lines of floats between lanes. */
function lines({ wideM, longM, lanes, floats }: Layout): readonly Fixture[] {
  const builder = new MeshBuilder();
  for (let line = 1; line < lanes; line += 1) {
    const x = (line / lanes - 0.5) * wideM;
    for (let y = 0.2; y < longM - 0.2; y += 0.42) {
      const colour = y < 4 || y > longM - 4 ? floats[0] : Math.floor(y / 1.26) % 2 === 0 ? floats[0] : floats[1];
      builder.tube(
        [
          { at: [x, y, 0.03], across: 0.06, deep: 0.06 },
          { at: [x, y + 0.36, 0.03], across: 0.06, deep: 0.06 },
        ],
        [1, 0, 0],
        { colour, gloss: 0.2 },
        6,
      );
    }
  }
  return [{ mesh: builder.build(), at: UNMOVED, isShadowless: true }];
}

function surroundings(dice: Dice, { wideM, longM, isIndoors, lanes }: Layout): readonly Fixture[] {
  const half = wideM / 2;
  const builder = new MeshBuilder();
  const steel = { colour: hex("#c9d0d4"), gloss: 0.8 };
  for (const y of [2.5, longM - 2.5]) {
    for (const dy of [-0.28, 0.28]) {
      builder.limb([half + 0.35, y + dy, 0], [half + 0.3, y + dy, 0.75], [0.022, 0.022], steel);
      builder.limb([half + 0.3, y + dy, 0.75], [half - 0.12, y + dy, 0.55], [0.022, 0.022], steel);
      builder.limb([half - 0.12, y + dy, 0.55], [half - 0.12, y + dy, -1], [0.022, 0.022], steel);
    }
  }
  for (let lane = 0; lane < lanes; lane += 1) {
    const x = ((lane + 0.5) / lanes - 0.5) * wideM;
    builder.box([x, longM + 0.7, 0], [0.5, 0.5, 0.6], { colour: hex("#dfe3e5") });
    builder.box([x, longM + 0.66, 0.6], [0.55, 0.6, 0.06], { colour: hex("#2a5fb0") });
  }
  const seats = [6, 11, 16].map((y): Fixture => ({
    mesh: bench(),
    at: placed({ at: [-half - 3, y, 0.02], yaw: -Math.PI / 2 }),
  }));
  const trees = isIndoors
    ? []
    : Array.from({ length: 9 }, (_, index): Fixture => ({
        mesh: tree(dice.fork("tree", index), dice.between(5, 8), dice.pick(GREENS)),
        at: placed({ at: [-24 + index * 6, longM + 8 + dice.between(0, 4), 0] }),
      }));
  return [{ mesh: builder.build(), at: UNMOVED, isShadowless: true }, ...seats, ...trees];
}
