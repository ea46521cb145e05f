import { stream, walkersAt } from "../actors/walkers.ts";
import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { DAYS, daylight, someLens } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Painter, Surface } from "../engine/surface.ts";
import { textureOfSvg, type Texture } from "../engine/texture.ts";
import type { Fixture, Thing, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { litterMesh, LITTER, wheelieBin, type BinState } from "../shapes/bins.ts";
import { asphalt, concrete, grass, layOver, setColour, slabs } from "../shapes/grounds.ts";
import type { WardrobeName } from "../shapes/person.ts";
import { level, upright } from "../shapes/planes.ts";
import { bush, GREENS, tree } from "../shapes/plants.ts";
import { FONT_FAMILY, hasChineseFont } from "../text/fonts.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly count: number;
  readonly ground: "slabs" | "asphalt";
  readonly wall: "brick" | "plaster" | "slats";
  readonly wallColour: Colour;
  readonly hasRoof: boolean;
  readonly wardrobe: WardrobeName;
  readonly gapM: number;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "shelter-four": {
    pose: { eye: [-1.9, -4.4, 2.7], target: [0.1, 1.2, 0.55], fieldDeg: 56 },
    count: 4,
    ground: "slabs",
    wall: "slats",
    wallColour: hex("#7c5a3c"),
    hasRoof: true,
    wardrobe: "city",
    gapM: 0.86,
  },
  "yard-wall": {
    pose: { eye: [2.2, -4.8, 3.2], target: [-0.1, 1.2, 0.4], fieldDeg: 54 },
    count: 4,
    ground: "asphalt",
    wall: "brick",
    wallColour: hex("#9a4f3a"),
    hasRoof: false,
    wardrobe: "summer",
    gapM: 0.95,
  },
  "street-row": {
    pose: { eye: [0.4, -5.6, 4.4], target: [0, 1.0, 0.2], fieldDeg: 58 },
    count: 6,
    ground: "slabs",
    wall: "plaster",
    wallColour: hex("#d9cfa8"),
    hasRoof: false,
    wardrobe: "bright",
    gapM: 0.8,
  },
};

/** The four kinds of waste and their colours. @see GB/T 19095-2019 */
const KINDS = [
  { name: "可回收物", latin: "RECYCLE", colour: hex("#1f5fb0") },
  { name: "厨余垃圾", latin: "FOOD", colour: hex("#2f8f46") },
  { name: "有害垃圾", latin: "HAZARD", colour: hex("#c4292b") },
  { name: "其他垃圾", latin: "OTHER", colour: hex("#4d5257") },
] as const;

/** A collection point: bins normal and overfull, and what lies beside them. */
export const bins: Place = {
  name: "bins",
  summary: "normal and overfull bins, litter beside them, people passing",
  structures: [
    { name: "shelter-four", split: "train" },
    { name: "yard-wall", split: "train" },
    { name: "street-row", split: "held-out" },
  ],
  build: buildBins,
};

async function buildBins({ seed, structure, day }: PlaceRequest): Promise<World> {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 9);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const hour = day ?? dice.fork("day").pick(DAYS);
  const outside = daylight(dice.fork("light"), hour, [{ at: [0, 0.4, 2.9], colour: [1, 0.95, 0.8], reachM: 4 }]);
  const labels = await Promise.all(KINDS.map(async ({ name, latin }) => await textureOfSvg(labelSvg(name, latin))));
  const row = binRow(dice.fork("bins"), layout, labels);
  const litter = litterOf(dice.fork("litter"), layout, row);
  const people = stream(dice.fork("people"), {
    firstId: 500,
    count: 60,
    overS: 900,
    fromS: -20,
    wardrobe: layout.wardrobe,
    gates: [
      [
        [-9, -1.5, 0],
        [-9, -0.6, 0],
      ],
      [
        [9, -1.5, 0],
        [9, -0.6, 0],
      ],
    ],
  });
  const overfull = row.filter(({ state }) => state === "overfull").length;
  return {
    pose: layout.pose,
    ...outside,
    lens: someLens(dice.fork("lens"), outside.weather.isNight),
    seed,
    groundZ: 0,
    surfaces: surfacesOf(layout, noise, hour === "rain" ? 1 : 0),
    fixtures: fixturesOf(layout, dice.fork("green")),
    fixed: [...row, ...litter],
    painted: [],
    thingsAt: (tS) => walkersAt(people, tS),
    factsAt: () => ({ bins: row.length, overfull, litter: litter.length, hasChineseFont: hasChineseFont() }),
    regions: [
      {
        name: "collection point",
        kind: "zone",
        points: level([-3.4, -0.5], [3.4, 1.7], 0),
      },
    ],
  };
}

function binRow(dice: Dice, { count, gapM }: Layout, labels: readonly Texture[]): readonly Thing[] {
  return Array.from({ length: count }, (_, index): Thing => {
    const own = dice.fork("bin", index);
    const kind = KINDS[index % KINDS.length] ?? KINDS[0];
    // One in three is overfull; the first two are one of each, so that every picture shows both.
    const state: BinState = index === 0 ? "normal" : index === 1 || own.chance(0.3) ? "overfull" : "normal";
    const label = labels[index % KINDS.length] ?? labels[0];
    const at: V3 = [(index - (count - 1) / 2) * gapM + own.between(-0.04, 0.04), 1.1 + own.between(-0.06, 0.06), 0];
    if (label === undefined) throw new Error("no labels");
    const facts = { waste: kind.latin.toLowerCase() };
    return {
      id: 1 + index,
      kind: "bin",
      state,
      facts,
      mesh: wheelieBin(own, { colour: kind.colour, state, label }),
      at: placed({ at, yaw: own.between(-0.1, 0.1) }),
    };
  });
}

function litterOf(dice: Dice, { count, gapM }: Layout, row: readonly Thing[]): readonly Thing[] {
  const half = (count * gapM) / 2 + 0.3;
  const many = dice.whole(2, 4) + row.filter(({ state }) => state === "overfull").length;
  return Array.from({ length: many }, (_, index): Thing => {
    const own = dice.fork("piece", index);
    const name = own.pick(LITTER);
    const at: V3 = [own.between(-half, half), own.between(-0.1, 0.55), 0];
    return {
      id: 50 + index,
      kind: "litter",
      state: name,
      mesh: litterMesh(own, name),
      at: placed({ at, yaw: own.between(0, 6) }),
    };
  });
}

function labelSvg(name: string, latin: string): string {
  const words = hasChineseFont() ? name : latin;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="170" height="170"><rect width="170" height="170" fill="#f3f4f2"/>
<path d="M85 18 L112 62 L58 62 Z M40 70 L66 108 L24 112 Z M130 70 L146 112 L104 108 Z" fill="none" stroke="#22262a" stroke-width="9" stroke-linejoin="round"/>
<text x="85" y="154" text-anchor="middle" font-family="${FONT_FAMILY}" font-weight="700" font-size="${hasChineseFont() ? 36 : 27}" fill="#1b1e20">${words}</text></svg>`;
}

function surfacesOf({ ground, wall, wallColour }: Layout, noise: Noise, wet: number): readonly Surface[] {
  const floor =
    ground === "slabs"
      ? slabs(noise, [hex("#a19a90"), hex("#8c857c")], [0.4, 0.4], wet)
      : asphalt(noise, hex("#636363"), wet);
  const stained: Painter = (spot) => {
    floor(spot);
    const near = Math.exp(-((spot.y - 1) ** 2) * 1.2 - (spot.x / 3.4) ** 2);
    layOver(spot, hex("#3a342b"), near * 0.5 * noise.fractal(spot.x * 1.4, spot.y * 1.4, 4));
  };
  const plaster = concrete(noise, wallColour);
  const painter: Painter = (spot) => {
    if (wall === "plaster") plaster(spot);
    else if (wall === "slats") {
      const slat = (spot.v / 0.14) % 1;
      setColour(
        spot,
        wallColour,
        (slat < 0.12 ? 0.35 : 0.85 + 0.2 * noise.cell(Math.floor(spot.v / 0.14), Math.floor(spot.u / 1.8))) +
          0.25 * (noise.fractal(spot.u * 2, spot.v * 30, 2) - 0.5),
      );
    } else {
      const line = Math.floor(spot.v / 0.075);
      const inU = (spot.u + (line & 1) * 0.12) / 0.24;
      const isJoint = spot.v / 0.075 - line < 0.14 || inU % 1 < 0.05;
      setColour(
        spot,
        isJoint ? hex("#a9a297") : wallColour,
        isJoint ? 0.8 : 0.75 + 0.45 * noise.cell(Math.floor(inU) + line * 31, line),
      );
    }
    layOver(spot, hex("#2f2a22"), 0.35 * Math.max(0, 1 - spot.v / 0.7) * noise.fractal(spot.u, spot.v, 3));
  };
  const high = wall === "slats" ? 2.2 : wall === "brick" ? 2.6 : 3.6;
  return [
    {
      corners: level([-40, -20], [40, 1.75], 0),
      painter: stained,
      isGround: true,
    },
    {
      corners: level([-40, 1.75], [40, 60], 0),
      painter: grass(noise, hex("#5d7a40"), hex("#84745c")),
      isGround: true,
    },
    {
      corners: upright([-4.6, 1.75], [4.6, 1.75], [0, high]),
      painter,
    },
  ];
}

function fixturesOf({ hasRoof, wall }: Layout, dice: Dice): readonly Fixture[] {
  const builder = new MeshBuilder();
  const steel = { colour: hex("#5b6166"), gloss: 0.4 };
  if (hasRoof) {
    for (const x of [-2.6, 2.6]) for (const y of [0.1, 1.68]) builder.box([x, y, 0], [0.09, 0.09, 2.35], steel);
    builder.sheet(
      [
        [-2.9, -0.3, 2.32],
        [2.9, -0.3, 2.32],
        [2.9, 1.9, 2.62],
        [-2.9, 1.9, 2.62],
      ],
      { colour: hex("#3d6b56"), gloss: 0.3 },
    );
    builder.box([0, -0.3, 2.26], [5.8, 0.06, 0.12], { colour: hex("#2c5142") });
  } else {
    builder.box([0, 1.68, wall === "brick" ? 2.6 : 3.6], [9.3, 0.3, 0.08], { colour: hex("#b8b4aa") });
  }
  const behind = [-7, -5.6, 5.4, 7].map((x, index): Fixture => ({
    mesh: bush(dice.fork("bush", index), [0.9, 0.7, 0.7], dice.pick(GREENS)),
    at: placed({ at: [x, 2.6, 0] }),
  }));
  const trees = [-6, 1.5, 6.4].map((x, index): Fixture => ({
    mesh: tree(dice.fork("tree", index), 5.2, dice.pick(GREENS)),
    at: placed({ at: [x, 5 + index, 0] }),
  }));
  return [{ mesh: builder.build(), at: UNMOVED }, ...behind, ...trees];
}
