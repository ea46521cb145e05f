import { Path } from "../actors/path.ts";
import { queueAt, queueOf } from "../actors/queue.ts";
import { stream, walkedAt, walkersAt, type Walker } from "../actors/walkers.ts";
import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { DAYS, daylight, someLens } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Surface } from "../engine/surface.ts";
import { textureOfSvg, type Texture } from "../engine/texture.ts";
import type { Fixture, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { facade, house } from "../shapes/buildings.ts";
import { belt, beltPost, bench, lampPost } from "../shapes/furniture.ts";
import { grass, slabs } from "../shapes/grounds.ts";
import type { WardrobeName } from "../shapes/person.ts";
import { level } from "../shapes/planes.ts";
import { GREENS, tree } from "../shapes/plants.ts";
import { FONT_FAMILY, hasChineseFont } from "../text/fonts.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly slabs: readonly [Colour, Colour];
  readonly size: readonly [number, number];
  readonly walls: readonly Colour[];
  readonly wardrobe: WardrobeName;
  readonly kiosk: Colour;
  /** Where the window is, and which way its queue runs from it. */
  readonly window: V3;
  readonly queueWay: readonly [number, number];
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "station-front": {
    pose: { eye: [0.5, -10.5, 6.6], target: [0, 6, 0.2], fieldDeg: 66 },
    slabs: [hex("#a8a298"), hex("#8f7f72")],
    size: [0.9, 0.9],
    walls: ["#b4ab9d", "#8d9499"].map(hex),
    wardrobe: "city",
    kiosk: hex("#b13a2e"),
    window: [7.4, 10, 0],
    queueWay: [-0.35, -1],
  },
  "market-corner": {
    pose: { eye: [-9, -8, 5.6], target: [1.6, 6.2, 0.3], fieldDeg: 70 },
    slabs: [hex("#b8aa94"), hex("#a2937f")],
    size: [0.6, 0.3],
    walls: ["#c9a98a", "#d9cdb8", "#9b7a66"].map(hex),
    wardrobe: "winter",
    kiosk: hex("#2e6b8f"),
    window: [6.2, 9, 0],
    queueWay: [-1, -0.25],
  },
  "park-terrace": {
    pose: { eye: [9.5, -7.2, 7.6], target: [-0.8, 6, 0], fieldDeg: 64 },
    slabs: [hex("#7f8d8a"), hex("#c2bfae")],
    size: [1.2, 0.6],
    walls: ["#4f6a73", "#e0d8c4"].map(hex),
    wardrobe: "bright",
    kiosk: hex("#3d8b54"),
    window: [-7, 9.5, 0],
    queueWay: [0.55, -1],
  },
};

/** The counting line and its script: who crosses it within the first two minutes. */
export const SCRIPT = { towards: 37, away: 12, withinS: 120 } as const;
const LINE_Y = 2.5;

/** A square: people across it over a line, 37 one way and 12 the other in two minutes, and a queue at a window. */
export const square: Place = {
  name: "square",
  summary: "37 people over the line one way and 12 the other within two minutes; a queue that moves on",
  structures: [
    { name: "station-front", split: "train" },
    { name: "market-corner", split: "train" },
    { name: "park-terrace", split: "held-out" },
  ],
  build: buildSquare,
};

async function buildSquare({ seed, structure, day }: PlaceRequest): Promise<World> {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 8);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const hour = day ?? dice.fork("day").pick(DAYS);
  const lampAt: readonly V3[] = [
    [-9, 12, 0],
    [10.5, 14, 0],
  ];
  const lamps = lampAt.map(([x, y]) => ({ at: [x, y - 1, 5.5] as V3, colour: [1.1, 0.95, 0.7] as Colour, reachM: 9 }));
  const outside = daylight(dice.fork("light"), hour, lamps);
  const isDark = outside.weather.isNight;
  const crossing = crossers(dice.fork("crossers"), layout.wardrobe);
  const strollers = around(dice.fork("strollers"), layout.wardrobe);
  const queue = queueOf(dice.fork("queue"), {
    firstId: 700,
    window: layout.window,
    way: layout.queueWay,
    wardrobe: layout.wardrobe,
  });
  const sign = await textureOfSvg(signSvg());
  return {
    pose: layout.pose,
    ...outside,
    lens: someLens(dice.fork("lens"), isDark),
    seed,
    groundZ: 0,
    surfaces: surfacesOf(layout, { noise, dice: dice.fork("houses"), isDark, wet: hour === "rain" ? 1 : 0 }),
    fixtures: fixturesOf(layout, { dice: dice.fork("fixtures"), sign, isDark, lampAt }),
    fixed: [],
    painted: [],
    thingsAt: (tS) => [...walkersAt([...crossing, ...strollers], tS), ...queueAt(queue, tS)],
    factsAt: (tS) => {
      const waiting = queueAt(queue, tS).filter(({ facts }) => facts?.["place"] !== undefined).length;
      return { ...crossed(crossing, tS), queue: waiting, hasChineseFont: hasChineseFont() };
    },
    regions: [
      {
        name: "people line",
        kind: "line",
        points: [
          [-7.5, LINE_Y, 0],
          [7.5, LINE_Y, 0],
        ],
      },
      { name: "queue", kind: "zone", points: queue.zone },
      {
        name: "ground",
        kind: "plane",
        points: level([-6, -2], [6, 10], 0),
      },
    ],
  };
}

/** Those of the script: each crosses the line exactly once, and all have before its end. */
function crossers(dice: Dice, wardrobe: WardrobeName): readonly Walker[] {
  const far: readonly [V3, V3] = [
    [-5.5, 17, 0],
    [4.6, 17, 0],
  ];
  const near: readonly [V3, V3] = [
    [-5, -9, 0],
    [5, -9, 0],
  ];
  const middle: readonly [V3, V3] = [
    [-5.6, LINE_Y, 0],
    [5.6, LINE_Y, 0],
  ];
  const overS = SCRIPT.withinS - 30;
  return [
    ...stream(dice, { firstId: 1, count: SCRIPT.towards, overS, gates: [far, middle, near], wardrobe }),
    ...stream(dice, { firstId: 101, count: SCRIPT.away, overS, gates: [near, middle, far], wardrobe }),
  ];
}

/** People who never come near the line: they cross the far end of the square. */
function around(dice: Dice, wardrobe: WardrobeName): readonly Walker[] {
  const left: readonly [V3, V3] = [
    [-17, 17.5, 0],
    [-17, 21, 0],
  ];
  const right: readonly [V3, V3] = [
    [17, 17.5, 0],
    [17, 21, 0],
  ];
  return [
    ...stream(dice, { firstId: 300, count: 70, overS: 600, fromS: -30, gates: [left, right], wardrobe }),
    ...stream(dice, { firstId: 400, count: 70, overS: 600, fromS: -30, gates: [right, left], wardrobe }),
  ];
}

function crossed(walkers: readonly Walker[], tS: number): Readonly<Record<string, number>> {
  let [towards, away] = [0, 0];
  for (const walker of walkers) {
    const walked = walkedAt(walker, tS) ?? (tS > walker.beginsAtS ? walker.path.lengthM : 0);
    const isTowards = walker.path.at(0)[1] > LINE_Y;
    const y = walker.path.at(walked)[1];
    if (isTowards && y < LINE_Y) towards += 1;
    if (!isTowards && y > LINE_Y) away += 1;
  }
  return { towardsOverLine: towards, awayOverLine: away };
}

function signSvg(): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="400" height="80"><rect width="400" height="80" fill="#f4f1e6"/>
<text x="200" y="58" text-anchor="middle" font-family="${FONT_FAMILY}" font-weight="700" font-size="46" fill="#22252a">${hasChineseFont() ? "售票处 请排队" : "TICKETS"}</text></svg>`;
}

function surfacesOf(
  layout: Layout,
  { noise, dice, isDark, wet }: { noise: Noise; dice: Dice; isDark: boolean; wet: number },
): readonly Surface[] {
  const look = (index: number) => ({
    wall: dice.fork("wall", index).pick(layout.walls),
    frame: hex("#dcdad2"),
    field: [2.6 + 0.3 * index, 3.2] as const,
    glass: [0.62, 0.58] as const,
    shopM: index === 1 ? 4 : 0,
    isNight: isDark,
  });
  return [
    {
      corners: level([-60, -20], [60, 23], 0),
      painter: slabs(noise, layout.slabs, layout.size, wet),
      isGround: true,
    },
    {
      corners: level([-60, 23], [60, 120], 0.05),
      painter: grass(noise, hex("#5b7a3d"), hex("#83745a")),
      isGround: true,
    },
    ...[
      [-40, 30, 22, 18],
      [-16, 34, 26, 14],
      [12, 31, 30, 24],
    ].flatMap(([x = 0, y = 0, wide = 0, high = 0], index) =>
      house([x, y, 0], [wide, 12, high], (wall) => facade(noise, look(index), index * 5 + wall)),
    ),
  ];
}

function fixturesOf(
  { kiosk, window, queueWay }: Layout,
  { dice, sign, isDark, lampAt }: { dice: Dice; sign: Texture; isDark: boolean; lampAt: readonly V3[] },
): readonly Fixture[] {
  const builder = new MeshBuilder();
  const [x, y] = window;
  builder.box([x, y + 1.3, 0], [3.4, 2, 1], { colour: kiosk, gloss: 0.2 });
  builder.box([x, y + 1.3, 1], [3.4, 2, 1.2], { colour: hex("#2a3138"), gloss: 0.9 });
  builder.box([x, y + 1.3, 2.2], [3.8, 2.5, 0.5], { colour: kiosk, gloss: 0.2 });
  builder.box([x, y + 0.2, 0.98], [1.6, 0.4, 0.06], { colour: hex("#c9ccce"), gloss: 0.5 });
  builder.decal(
    [
      [x - 1.1, y + 0.03, 2.66],
      [x + 1.1, y + 0.03, 2.66],
      [x + 1.1, y + 0.03, 2.24],
      [x - 1.1, y + 0.03, 2.24],
    ],
    sign,
    isDark ? 0.9 : 0,
  );
  const path = new Path([window, [window[0] + queueWay[0] * 9, window[1] + queueWay[1] * 9, 0]]);
  const size = Math.hypot(...queueWay);
  const [nx, ny] = [-queueWay[1] / size, queueWay[0] / size];
  const posts = [1.2, 3.2, 5.2]
    .map((at) => path.at(at))
    .flatMap((p) => [-0.7, 0.7].map((side): V3 => [p[0] + nx * side, p[1] + ny * side, 0]));
  const belts = [0, 1].flatMap((side) =>
    [0, 1].map((step): Fixture => ({
      mesh: belt(posts[step * 2 + side] ?? window, posts[step * 2 + 2 + side] ?? window, kiosk),
      at: UNMOVED,
      isShadowless: true,
    })),
  );
  const trees = [-13, -7, 0, 12].map((tx, index): Fixture => ({
    mesh: tree(dice.fork("tree", index), dice.between(5.5, 8), dice.pick(GREENS)),
    at: placed({ at: [tx, 24.5 + (index % 2), 0] }),
  }));
  const benches = [-9, -11.5].map((bx, index): Fixture => ({
    mesh: bench(),
    at: placed({ at: [bx, 14 + index, 0], yaw: -0.4 }),
  }));
  return [
    { mesh: builder.build(), at: UNMOVED },
    ...posts.map((at): Fixture => ({ mesh: beltPost(), at: placed({ at }) })),
    ...belts,
    ...trees,
    ...benches,
    ...lampAt.map((at): Fixture => ({ mesh: lampPost(5.4, 0.7, isDark), at: placed({ at, yaw: -Math.PI / 2 }) })),
  ];
}
