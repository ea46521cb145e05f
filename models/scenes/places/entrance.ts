import { faceParts } from "../actors/faces.ts";
import { stream, walkersAt, type Walker } from "../actors/walkers.ts";
import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { DAYS, daylight, roomLight, someLens } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Painter, Surface } from "../engine/surface.ts";
import { textureOfSvg, type Texture } from "../engine/texture.ts";
import type { Fixture, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { facade, house } from "../shapes/buildings.ts";
import { concrete, setColour, slabs, tiles } from "../shapes/grounds.ts";
import type { WardrobeName } from "../shapes/person.ts";
import { level, upright } from "../shapes/planes.ts";
import { GREENS, bush, tree } from "../shapes/plants.ts";
import { FONT_FAMILY, hasChineseFont } from "../text/fonts.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly isIndoors: boolean;
  readonly wall: Colour;
  readonly floor: Colour;
  readonly sign: readonly [ground: string, ink: string];
  readonly wardrobe: WardrobeName;
  readonly masks: readonly Colour[];
  readonly shareMasked: number;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "hall-doors": {
    pose: { eye: [0.5, -3.4, 2.45], target: [-0.05, 1.8, 1.28], fieldDeg: 52 },
    isIndoors: true,
    wall: hex("#d8d4ca"),
    floor: hex("#b9b4a8"),
    sign: ["#1d5fa8", "#ffffff"],
    wardrobe: "city",
    masks: ["#bfe0ee", "#bfe0ee", "#f2f3f1", "#1c1d20"].map(hex),
    shareMasked: 0.6,
  },
  "school-gate": {
    pose: { eye: [-1.6, -3.6, 2.7], target: [0.2, 2.0, 1.15], fieldDeg: 54 },
    isIndoors: false,
    wall: hex("#b5694a"),
    floor: hex("#a09a90"),
    sign: ["#a6231d", "#f6e27a"],
    wardrobe: "summer",
    masks: ["#9fd0e6", "#f2f3f1", "#f2f3f1", "#e9b9c6"].map(hex),
    shareMasked: 0.5,
  },
  "clinic-side": {
    pose: { eye: [2.2, -2.6, 2.2], target: [-0.5, 2.4, 1.35], fieldDeg: 60 },
    isIndoors: true,
    wall: hex("#9fc2b4"),
    floor: hex("#6f8f9c"),
    sign: ["#ffffff", "#c02a2a"],
    wardrobe: "bright",
    masks: ["#5aa382", "#2b3f6b", "#f7f7f4"].map(hex),
    shareMasked: 0.65,
  },
};

/** An entrance at head height: people come in, with masks, without, and with masks at the chin. */
export const entrance: Place = {
  name: "entrance",
  summary: "people walking in; faces masked, unmasked, and with the mask at the chin",
  structures: [
    { name: "hall-doors", split: "train" },
    { name: "school-gate", split: "train" },
    { name: "clinic-side", split: "held-out" },
  ],
  build: buildEntrance,
};

async function buildEntrance({ seed, structure, day }: PlaceRequest): Promise<World> {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 7);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const lamps = [-2, 2].flatMap((x) =>
    [-1, 2.5].map((y) => ({ at: [x, y, 3] as V3, colour: [0.42, 0.42, 0.4] as Colour, reachM: 4.5 })),
  );
  const outside = layout.isIndoors
    ? roomLight(dice.fork("light"), lamps)
    : daylight(dice.fork("light"), day ?? dice.fork("day").pick(DAYS), lamps);
  const walkers = masked(dice.fork("walkers"), layout);
  const sign = await textureOfSvg(signSvg(layout.sign));
  const facesAt = (tS: number) => faceParts(walkers, tS, layout.pose.eye);
  return {
    pose: layout.pose,
    ...outside,
    lens: someLens(dice.fork("lens"), outside.weather.isNight),
    seed,
    groundZ: 0,
    surfaces: layout.isIndoors
      ? hall(layout, noise)
      : gateYard(layout, { noise, dice: dice.fork("yard"), isDark: outside.weather.isNight }),
    fixtures: [gate(layout, sign), ...(layout.isIndoors ? [] : greenery(dice.fork("green")))],
    fixed: [],
    painted: [],
    thingsAt: (tS) => walkersAt(walkers, tS),
    partsAt: facesAt,
    factsAt: (tS) => {
      const states = walkersAt(walkers, tS).map(
        ({ id }) => walkers.find((walker) => walker.id === id)?.person.head.mask,
      );
      return {
        masked: states.filter((mask) => mask === "worn").length,
        unmasked: states.filter((mask) => mask !== "worn").length,
        hasChineseFont: hasChineseFont(),
      };
    },
    regions: [
      {
        name: "doorway",
        kind: "line",
        points: [
          [-1.5, 1.1, 0],
          [1.5, 1.1, 0],
        ],
      },
    ],
  };
}

function masked(dice: Dice, { wardrobe, masks, shareMasked }: Layout): readonly Walker[] {
  const walkers = stream(dice, {
    firstId: 1,
    count: 260,
    overS: 900,
    fromS: -10,
    wardrobe,
    gates: [
      [
        [-1.3, 12, 0],
        [1.3, 12, 0],
      ],
      [
        [-1.1, 3.4, 0],
        [1.1, 3.4, 0],
      ],
      [
        [-1.2, -0.4, 0],
        [1.2, -0.4, 0],
      ],
      [
        [-2.4, -6, 0],
        [2.4, -6, 0],
      ],
    ],
  });
  return walkers.map((walker, index) => {
    const own = dice.fork("mask", index);
    const mask = own.chance(shareMasked) ? ("worn" as const) : own.chance(0.3) ? ("chin" as const) : ("none" as const);
    const head = { ...walker.person.head, mask, maskColour: own.pick(masks) };
    return { ...walker, speedMps: walker.speedMps * 0.75, person: { ...walker.person, head } };
  });
}

function signSvg([ground, ink]: readonly [string, string]): string {
  const words = hasChineseFont() ? "请佩戴口罩 有序进入" : "PLEASE WEAR A MASK";
  return `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="110"><rect width="640" height="110" fill="${ground}"/>
<text x="320" y="76" text-anchor="middle" font-family="${FONT_FAMILY}" font-weight="700" font-size="58" fill="${ink}">${words}</text></svg>`;
}

/** The frame people walk through, glass beside it, and its sign. */
function gate({ isIndoors, wall }: Layout, sign: Texture): Fixture {
  const builder = new MeshBuilder();
  const frame = { colour: isIndoors ? hex("#6e7478") : wall, gloss: isIndoors ? 0.5 : 0 };
  for (const side of [-1, 1])
    builder.box([side * 1.75, 5, 0], [isIndoors ? 0.16 : 0.7, isIndoors ? 0.2 : 0.7, isIndoors ? 2.5 : 3.1], frame);
  builder.box([0, 5, isIndoors ? 2.4 : 2.85], [4.4, isIndoors ? 0.24 : 0.8, isIndoors ? 0.62 : 0.75], frame);
  const z = isIndoors ? 2.95 : 3.5;
  const y = isIndoors ? 4.86 : 4.58;
  builder.decal(
    [
      [-1.55, y, z],
      [1.55, y, z],
      [1.55, y, z - 0.5],
      [-1.55, y, z - 0.5],
    ],
    sign,
    isIndoors ? 0.8 : 0,
  );
  // A stand with disinfectant, and a barrier that leads people in.
  builder.box([1.95, 1.6, 0], [0.3, 0.3, 0.05], { colour: hex("#55595c") });
  builder.limb([1.95, 1.6, 0], [1.95, 1.6, 1.05], [0.03, 0.03], { colour: hex("#c9cdd0"), gloss: 0.7 });
  builder.box([1.95, 1.6, 1.05], [0.16, 0.14, 0.3], { colour: hex("#f3f4f4"), gloss: 0.3 });
  for (const side of [-1, 1]) {
    builder.limb([side * 1.65, 1.0, 0.92], [side * 1.65, 4.6, 0.92], [0.024, 0.024], {
      colour: hex("#c9cdd0"),
      gloss: 0.8,
    });
    for (const at of [1, 2.8, 4.6])
      builder.limb([side * 1.65, at, 0], [side * 1.65, at, 0.92], [0.026, 0.026], {
        colour: hex("#c9cdd0"),
        gloss: 0.8,
      });
  }
  return { mesh: builder.build(), at: UNMOVED };
}

function hall({ wall, floor }: Layout, noise: Noise): readonly Surface[] {
  const plain = concrete(noise, wall);
  const glass: Painter = (spot) => {
    const inU = (spot.u / 1.5) % 1;
    setColour(spot, [0.5, 0.6, 0.66], 0.75 + 0.3 * noise.fractal(spot.u * 0.8, spot.v * 0.7, 3) + 0.1 * spot.v);
    spot.glow = 0.8;
    if (inU < 0.05 || inU > 0.95 || spot.v < 0.12 || Math.abs(spot.v - 2.2) < 0.05) {
      setColour(spot, [0.3, 0.31, 0.32]);
      spot.glow = 0;
    }
  };
  const floorPaint = tiles(noise, floor, hex("#6f6b63"), 0.6);
  return [
    {
      corners: level([-7, -8], [7, 14], 0),
      painter: floorPaint,
      isGround: true,
    },
    {
      corners: upright([-7, 5.1], [-1.8, 5.1], [0, 3.2]),
      painter: glass,
    },
    {
      corners: upright([1.8, 5.1], [7, 5.1], [0, 3.2]),
      painter: glass,
    },
    {
      corners: upright([-7, 14], [7, 14], [0, 3.4]),
      painter: glass,
    },
    {
      corners: upright([-4.4, -8], [-4.4, 5.1], [0, 3.2]),
      painter: plain,
    },
    {
      corners: upright([4.4, 5.1], [4.4, -8], [0, 3.2]),
      painter: plain,
    },
    {
      corners: level([-7, 14], [7, -8], 3.2),
      painter: (spot) => setColour(spot, hex("#dcdcd8"), Math.abs(((spot.u + 0.3) % 0.6) - 0.3) > 0.29 ? 0.7 : 1),
    },
  ];
}

function gateYard(
  { wall, floor }: Layout,
  { noise, dice, isDark }: { noise: Noise; dice: Dice; isDark: boolean },
): readonly Surface[] {
  const brick: Painter = (spot) => {
    const row = Math.floor(spot.v / 0.07);
    const inU = (spot.u + (row & 1) * 0.12) / 0.24;
    const own = noise.cell(Math.floor(inU) + row * 31, row);
    const isJoint = spot.v / 0.07 - row < 0.14 || inU % 1 < 0.05;
    setColour(spot, wall, isJoint && spot.footprintM < 0.03 ? 0.7 : 0.8 + 0.4 * own);
  };
  const look = {
    wall: dice.pick(["#c9bfae", "#9db0ba"].map(hex)),
    frame: hex("#f0f0ea"),
    field: [2.9, 3.3] as const,
    glass: [0.7, 0.55] as const,
    shopM: 0,
    isNight: isDark,
  };
  return [
    {
      corners: level([-30, -10], [30, 60], 0),
      painter: slabs(noise, [floor, hex("#8c8680")], [0.6, 0.3]),
      isGround: true,
    },
    {
      corners: upright([-30, 5], [-2.1, 5], [0, 2.1]),
      painter: brick,
    },
    {
      corners: upright([2.1, 5], [30, 5], [0, 2.1]),
      painter: brick,
    },
    ...house([-22, 24, 0], [44, 10, 16], (side) => facade(noise, look, side)),
  ];
}

function greenery(dice: Dice): readonly Fixture[] {
  return [
    ...[-7, -4.4, 4.6, 7.4].map((x, index): Fixture => ({
      mesh: tree(dice.fork("tree", index), 5.5, GREENS[index % GREENS.length] ?? hex("#4c6b2f")),
      at: placed({ at: [x, 8 + (index % 2), 0] }),
    })),
    ...[-6, -4, 4, 6].map((x, index): Fixture => ({
      mesh: bush(dice.fork("bush", index), [0.9, 0.5, 0.5], hex("#4c6b2f")),
      at: placed({ at: [x, 4.5, 0] }),
    })),
  ];
}
