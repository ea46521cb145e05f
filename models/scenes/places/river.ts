import { waitingThing } from "../actors/waiting.ts";
import { walkersAt, stream } from "../actors/walkers.ts";
import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { daylight, someLens, type Day } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Painter, Surface } from "../engine/surface.ts";
import type { Texture } from "../engine/texture.ts";
import type { Fixture, Part, Thing, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { facade, house } from "../shapes/buildings.ts";
import { DEBRIS, debrisMesh } from "../shapes/debris.ts";
import { railing } from "../shapes/furniture.ts";
import { concrete, grass, layOver, setColour, slabs } from "../shapes/grounds.ts";
import type { WardrobeName } from "../shapes/person.ts";
import { level } from "../shapes/planes.ts";
import { bush, GREENS, tree } from "../shapes/plants.ts";
import { gaugeBoard } from "../text/gauge-board.ts";

interface Layout {
  readonly pose: CameraPose;
  /** Foot of the gauge's board, and half its width: boards are larger where cameras are far. */
  readonly gauge: V3;
  readonly gaugeHalfM: number;
  readonly inks: readonly [string, string];
  readonly body: Colour;
  readonly wall: "concrete" | "stone";
  readonly wardrobe: WardrobeName;
  readonly hasRail: boolean;
  readonly drift: number;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "gauge-close": {
    pose: { eye: [-1.9, -0.6, 4.4], target: [1.7, 6.2, 0.75], fieldDeg: 42 },
    gauge: [1.4, 5.95, -0.4],
    gaugeHalfM: 0.16,
    inks: ["#1a4fa0", "#b3201c"],
    body: [0.2, 0.2, 0.13],
    wall: "concrete",
    wardrobe: "city",
    hasRail: true,
    drift: 0.55,
  },
  "bank-wide": {
    pose: { eye: [-11, -4.5, 6.2], target: [3, 7.5, 0.4], fieldDeg: 66 },
    gauge: [-0.6, 5.95, -0.4],
    gaugeHalfM: 0.25,
    inks: ["#15161a", "#b3201c"],
    body: [0.13, 0.19, 0.15],
    wall: "stone",
    wardrobe: "summer",
    hasRail: false,
    drift: 0.4,
  },
  "bridge-down": {
    pose: { eye: [7.4, -6.2, 7.6], target: [0.4, 5.2, -0.2], fieldDeg: 56 },
    gauge: [2.2, 5.95, -0.4],
    gaugeHalfM: 0.22,
    inks: ["#0c6a45", "#15161a"],
    body: [0.24, 0.17, 0.1],
    wall: "concrete",
    wardrobe: "bright",
    hasRail: true,
    drift: 0.9,
  },
};

const GAUGE_M = 3;
/** The path on the near bank lies this high. */
const BANK_Z = 2.5;

/** A river's bank with a staff gauge on a pier, things that float by, and somebody at the edge. */
export const river: Place = {
  name: "river",
  summary: "staff gauge with digits and waterline, floating debris, people at the water's edge",
  structures: [
    { name: "gauge-close", split: "train" },
    { name: "bank-wide", split: "train" },
    { name: "bridge-down", split: "held-out" },
  ],
  build: buildRiver,
};

async function buildRiver({ seed, structure, day }: PlaceRequest): Promise<World> {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 5);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const days: readonly Day[] = ["noon", "morning", "overcast", "overcast", "evening", "rain", "fog"];
  const hour = day ?? dice.fork("day").pick(days);
  const outside = daylight(dice.fork("light"), hour);
  const board = await gaugeBoard(GAUGE_M, layout.inks);
  const readingM = Math.round(dice.fork("level").between(0.5, 1.5) * 100) / 100;
  const waterZ = layout.gauge[2] + readingM;
  const floating = debris(dice.fork("debris"), layout, waterZ);
  const people = peopleOf(dice.fork("people"), layout);
  return {
    pose: layout.pose,
    ...outside,
    lens: someLens(dice.fork("lens"), outside.weather.isNight),
    seed,
    groundZ: BANK_Z,
    surfaces: banks(layout, { noise, dice: dice.fork("far"), waterZ }),
    fixtures: [pier(layout, board), ...greenery(dice.fork("green"), layout)],
    fixed: [],
    painted: [{ id: 9, kind: "water" }],
    water: {
      corners: level([-80, 0.4], [80, 34], waterZ),
      loss: [3.2, 2.6, 3],
      body: layout.body,
      slope: dice.fork("waves").between(0.05, 0.14) + (hour === "rain" ? 0.06 : 0),
      ripples: 1.1,
      drift: [layout.drift, 0.05],
      caustics: 0,
      mirrorM: 30,
      id: 9,
    },
    thingsAt: (tS) => [...floating(tS), ...people(tS)],
    partsAt: () => [gaugePart(layout, readingM)],
    factsAt: (tS) => ({ levelM: readingM, debris: floating(tS).length }),
    regions: regionsOf(layout),
  };
}

function gaugeCorners({ gauge: [x, y, z], gaugeHalfM }: Layout, fromM: number, toM: number): readonly [V3, V3, V3, V3] {
  const front = y - 0.02;
  return [
    [x - gaugeHalfM, front, z + toM],
    [x + gaugeHalfM, front, z + toM],
    [x + gaugeHalfM, front, z + fromM],
    [x - gaugeHalfM, front, z + fromM],
  ];
}

/** The part of the board above the water, with what it reads. */
function gaugePart(layout: Layout, readingM: number): Part {
  return {
    id: 8,
    kind: "gauge",
    text: readingM.toFixed(2),
    facts: { readingM },
    outline: gaugeCorners(layout, readingM, GAUGE_M),
  };
}

function regionsOf(layout: Layout): World["regions"] {
  return [
    {
      name: "edge",
      kind: "zone",
      points: level([-14, -2.4], [14, -0.5], BANK_Z),
    },
    {
      name: "water",
      kind: "zone",
      points: [
        [-6, 2, 0.4],
        [9, 2, 0.4],
        [14, 20, 0.4],
        [-12, 20, 0.4],
      ],
    },
    { name: "gauge", kind: "plane", points: gaugeCorners(layout, 0, GAUGE_M) },
  ];
}

function debris(dice: Dice, { drift }: Layout, waterZ: number): (tS: number) => readonly Thing[] {
  const items = Array.from({ length: dice.whole(5, 9) }, (_, index) => {
    const own = dice.fork("item", index);
    const name = own.pick(DEBRIS);
    return {
      id: 30 + index,
      name,
      mesh: debrisMesh(own, name),
      y: own.between(2, 13),
      x: own.between(-14, 14),
      turn: own.between(0, 6),
      speed: drift * own.between(0.8, 1.1),
      scale: own.between(1, 1.9),
    };
  });
  return (tS) =>
    items.map(({ id, name, mesh, x, y, turn, speed, scale }) => {
      const along = ((((x + speed * tS + 16) % 32) + 32) % 32) - 16;
      const at: V3 = [along, y + 0.3 * Math.sin(tS * 0.2 + turn), waterZ + 0.015 * Math.sin(tS * 1.7 + turn)];
      return {
        id,
        kind: "debris",
        state: name,
        mesh,
        at: placed({ at, yaw: turn + 0.15 * Math.sin(tS * 0.13 + turn), scale }),
        isShadowless: true,
      };
    });
}

function peopleOf(dice: Dice, { wardrobe }: Layout): (tS: number) => readonly Thing[] {
  const walkers = stream(dice, {
    firstId: 100,
    count: 50,
    overS: 900,
    fromS: -25,
    wardrobe,
    gates: [
      [
        [-18, -4.4, BANK_Z],
        [-18, -3, BANK_Z],
      ],
      [
        [18, -4.4, BANK_Z],
        [18, -3, BANK_Z],
      ],
    ],
  });
  const standing = waitingThing(dice.fork("edge"), {
    id: 90,
    at: [dice.between(2.4, 5.5), 3.1, 0.95],
    yaw: 0.2,
    wardrobe,
  });
  const second = waitingThing(dice.fork("edge", 1), {
    id: 91,
    at: [dice.between(-6, -4), -1.1, BANK_Z],
    yaw: -0.4,
    wardrobe,
  });
  return (tS) => [...walkersAt(walkers, tS), standing(tS), second(tS)];
}

/** A pier of concrete in the water with the board on its front, and a landing step that reaches out to it. */
function pier(layout: Layout, board: Texture): Fixture {
  const builder = new MeshBuilder();
  const {
    gauge: [x, y],
  } = layout;
  const stone = { colour: hex("#8f8d86") };
  builder.box([x, y - 0.005, -0.42], [layout.gaugeHalfM * 2 + 0.06, 0.02, GAUGE_M + 0.04], { colour: hex("#4a4d50") });
  builder.decal(gaugeCorners(layout, 0, GAUGE_M), board);
  // A landing low over the water, for whoever reads the gauge by eye.
  builder.box([4.2, 2.3, 0.78], [5, 2.6, 0.17], { colour: hex("#9a958a") });
  for (const px of [2.2, 6.2]) for (const py of [1.4, 3.2]) builder.box([px, py, -2.4], [0.25, 0.25, 3.2], stone);
  return { mesh: builder.build(), at: UNMOVED };
}

function banks(
  layout: Layout,
  { noise, dice, waterZ }: { noise: Noise; dice: Dice; waterZ: number },
): readonly Surface[] {
  const wallTone = layout.wall === "concrete" ? hex("#95938c") : hex("#857f74");
  const plain = concrete(noise, wallTone);
  const wet: Painter = (spot) => {
    if (layout.wall === "stone") {
      slabs(noise, [wallTone, hex("#96907f")], [0.55, 0.35])({ ...spot, x: spot.u, y: spot.v });
      const stone = { ...spot, x: spot.u, y: spot.v };
      slabs(noise, [wallTone, hex("#96907f")], [0.55, 0.35])(stone);
      setColour(spot, [stone.red, stone.green, stone.blue]);
    } else plain(spot);
    // Weed and damp up to where the water stood.
    const above = spot.z - waterZ - 0.25 - 0.2 * noise.fractal(spot.x * 0.9, 3, 3);
    layOver(spot, hex("#3f4630"), above < 0 ? 0.62 : Math.max(0, 0.3 - above * 0.4));
  };
  const path = slabs(noise, [hex("#a39c90"), hex("#948b80")], [0.6, 0.3]);
  const look = {
    wall: dice.pick(["#b8b1a5", "#a58f7e", "#c6c8c8"].map(hex)),
    frame: hex("#dcdcd6"),
    field: [3, 3.1] as const,
    glass: [0.6, 0.55] as const,
    shopM: 0,
    isNight: false,
  };
  const [px, py] = [layout.gauge[0] - 0.65, layout.gauge[1]];
  return [
    ...house([px, py, -2.4], [1.3, 1, 5.1], () => wet),
    ...house([px - 0.2, py - 0.18, 2.7], [1.7, 1.4, 0.3], () => plain),
    {
      corners: level([-80, -9], [80, -0.8], BANK_Z),
      painter: path,
      isGround: true,
    },
    {
      corners: [
        [-80, -0.8, BANK_Z],
        [80, -0.8, BANK_Z],
        [80, 1.4, -1.6],
        [-80, 1.4, -1.6],
      ],
      painter: wet,
    },
    {
      corners: level([-80, 1.4], [80, 34], -1.6),
      painter: (spot) => setColour(spot, hex("#4b4636")),
    },
    {
      corners: [
        [-80, 30, -1],
        [80, 30, -1],
        [80, 35, 2.6],
        [-80, 35, 2.6],
      ],
      painter: wet,
    },
    {
      corners: [
        [-80, 35, 2.6],
        [80, 35, 2.6],
        [80, 140, 3.4],
        [-80, 140, 3.4],
      ],
      painter: grass(noise, hex("#66793f"), hex("#86775a")),
    },
    ...house([-46, 60, 3], [26, 14, 24], (wall) => facade(noise, look, wall)),
    ...house([-8, 66, 3], [22, 14, 34], (wall) => facade(noise, { ...look, wall: hex("#8f979d") }, 7 + wall)),
    ...house([24, 58, 3], [30, 14, 20], (wall) => facade(noise, look, 13 + wall)),
  ];
}

function greenery(dice: Dice, { hasRail }: Layout): readonly Fixture[] {
  const trees = Array.from({ length: 16 }, (_, index): Fixture => {
    const own = dice.fork("tree", index);
    return {
      mesh: tree(own, own.between(5, 9), own.pick(GREENS)),
      at: placed({ at: [-42 + index * 5.6 + own.between(-1, 1), 39 + own.between(-1.5, 4), 2.6] }),
      isShadowless: true,
    };
  });
  const reeds = Array.from({ length: 12 }, (_, index): Fixture => {
    const own = dice.fork("reed", index);
    return {
      mesh: bush(own, [1.5, 0.8, 0.8], own.pick(GREENS)),
      at: placed({ at: [-34 + index * 6.2, 33.6, 1.4] }),
      isShadowless: true,
    };
  });
  const rail = hasRail
    ? [{ mesh: railing([-26, -0.95, BANK_Z], [26, -0.95, BANK_Z], 1.1, hex("#d5d8d8")), at: UNMOVED }]
    : [];
  return [...trees, ...reeds, ...rail];
}
