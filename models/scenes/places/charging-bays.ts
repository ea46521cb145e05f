import { bayRow, plateParts, platedCar, type Bay, type PlatedCar } from "../actors/parked.ts";
import { stream, walkersAt } from "../actors/walkers.ts";
import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { DAYS, daylight, someLens } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { moved, placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Surface } from "../engine/surface.ts";
import { textureOfSvg, type Texture } from "../engine/texture.ts";
import type { Fixture, Part, Thing, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { facade, house } from "../shapes/buildings.ts";
import type { PaintName } from "../shapes/car.ts";
import { asphalt, concrete, layers, layOver, setColour, stripes } from "../shapes/grounds.ts";
import type { WardrobeName } from "../shapes/person.ts";
import { level, upright } from "../shapes/planes.ts";
import { bush, GREENS, tree } from "../shapes/plants.ts";
import { FONT_FAMILY, hasChineseFont } from "../text/fonts.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly roof: "canopy" | "none" | "sail";
  readonly ground: Colour;
  readonly bayColour: Colour;
  readonly post: Colour;
  readonly paints: PaintName;
  readonly wardrobe: WardrobeName;
  readonly count: number;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "canopy-row": {
    pose: { eye: [-7.5, -5.6, 4.6], target: [0.4, 5.2, 0.6], fieldDeg: 70 },
    roof: "canopy",
    ground: hex("#6a6c6d"),
    bayColour: hex("#2f7d55"),
    post: hex("#e8eaea"),
    paints: "city",
    wardrobe: "city",
    count: 5,
  },
  "wall-row": {
    pose: { eye: [4.6, -7.4, 4.1], target: [-0.6, 5, 0.4], fieldDeg: 64 },
    roof: "none",
    ground: hex("#7b7874"),
    bayColour: hex("#3566a0"),
    post: hex("#26292c"),
    paints: "plain",
    wardrobe: "winter",
    count: 5,
  },
  "plaza-high": {
    pose: { eye: [0.5, -8.2, 7.4], target: [0.2, 4.6, 0], fieldDeg: 62 },
    roof: "sail",
    ground: hex("#8c8378"),
    bayColour: hex("#c9842b"),
    post: hex("#b8342b"),
    paints: "loud",
    wardrobe: "bright",
    count: 6,
  },
};

const WIDE_M = 2.8;
const DEEP_M = 5.4;

interface Parked extends PlatedCar {
  readonly bay: Bay;
  readonly use: "charging" | "idle" | "non-EV";
}

/** Charging bays: cars that charge, that only stand there, and cars without a battery in the way. */
export const chargingBays: Place = {
  name: "charging-bays",
  summary: "cars charging, idle, and without a battery, by plate colour and cable",
  structures: [
    { name: "canopy-row", split: "train" },
    { name: "wall-row", split: "train" },
    { name: "plaza-high", split: "held-out" },
  ],
  build: buildChargingBays,
};

async function buildChargingBays({ seed, structure, day }: PlaceRequest): Promise<World> {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 3);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const hour = day ?? dice.fork("day").pick(DAYS);
  const lamps = [-4, 0, 4].map((x) => ({ at: [x, 5, 3] as V3, colour: [0.9, 0.9, 0.85] as Colour, reachM: 6 }));
  const outside = daylight(dice.fork("light"), hour, lamps);
  const isDark = outside.weather.isNight;
  const bays = bayRow([(-layout.count * WIDE_M) / 2, 2.4], {
    count: layout.count,
    wideM: WIDE_M,
    deepM: DEEP_M,
    yaw: Math.PI,
    firstId: 10_001,
  });
  const cars = await parkedCars(dice.fork("cars"), layout, bays);
  const people = stream(dice.fork("people"), {
    firstId: 500,
    count: 50,
    overS: 900,
    fromS: -20,
    wardrobe: layout.wardrobe,
    gates: [
      [
        [-14, -0.6, 0],
        [-14, 1.4, 0],
      ],
      [
        [14, -0.6, 0],
        [14, 1.4, 0],
      ],
    ],
  });
  const posts = bays.map(({ at }): V3 => [at[0] + WIDE_M / 2 - 0.35, 2.4 + DEEP_M + 0.45, 0]);
  const sign = await textureOfSvg(signSvg());
  const parts: readonly Part[] = [...plateParts(cars, layout.pose.eye), ...bays.map((bay) => bayPart(bay, cars))];
  const used = (use: string): number => cars.filter((car) => car.use === use).length;
  return {
    pose: layout.pose,
    ...outside,
    lens: someLens(dice.fork("lens"), isDark),
    seed,
    groundZ: 0,
    surfaces: surfacesOf(layout, bays, { noise, dice: dice.fork("walls"), wet: hour === "rain" ? 1 : 0, isDark }),
    fixtures: fixturesOf(layout, { cars, posts, sign, isDark, dice: dice.fork("plants") }),
    fixed: cars.map(({ thing }) => thing),
    painted: [],
    thingsAt: (tS) => walkersAt(people, tS),
    partsAt: () => parts,
    factsAt: () => ({
      charging: used("charging"),
      idle: used("idle"),
      nonEV: used("non-EV"),
      free: bays.length - cars.length,
      hasChineseFont: hasChineseFont(),
    }),
    regions: bays.map(({ id, corners }) => ({ name: `bay ${id - 10_000}`, kind: "zone" as const, points: corners })),
  };
}

async function parkedCars(dice: Dice, layout: Layout, bays: readonly Bay[]): Promise<readonly Parked[]> {
  const uses = dice
    .shuffled(["charging", "charging", "idle", "non-EV", "none", "charging"] as const)
    .slice(0, bays.length);
  const cars = bays.map(async (bay, index): Promise<Parked | undefined> => {
    const use = uses[index];
    if (use === undefined || use === "none") return undefined;
    const own = dice.fork("car", index);
    const at: V3 = [bay.at[0] + own.between(-0.15, 0.1), bay.at[1] + own.between(-0.2, 0.2), 0];
    const yaw = bay.yaw + own.between(-0.04, 0.04);
    const colour = use === "non-EV" ? "blue" : "green";
    const car = await platedCar(own, {
      id: 1 + index,
      at,
      yaw,
      colour,
      paints: layout.paints,
      body: own.pick(["sedan", "suv", "hatch"]),
      state: use,
    });
    return { ...car, bay, use };
  });
  return (await Promise.all(cars)).filter((car) => car !== undefined);
}

/** Posts with their cables, the roof, the sign and what grows behind. */
function fixturesOf(
  layout: Layout,
  {
    cars,
    posts,
    sign,
    isDark,
    dice,
  }: { cars: readonly Parked[]; posts: readonly V3[]; sign: Texture; isDark: boolean; dice: Dice },
): readonly Fixture[] {
  return [
    ...posts.map((at, index): Fixture => ({
      mesh: chargerMesh(
        layout.post,
        cars.some(({ bay, use }) => bay.id === 10_001 + index && use === "charging"),
      ),
      at: placed({ at }),
    })),
    ...cars.flatMap((car): readonly Fixture[] =>
      car.use === "charging"
        ? [{ mesh: cable(posts[car.bay.id - 10_001] ?? [0, 0, 0], car.thing), at: UNMOVED, isShadowless: true }]
        : [],
    ),
    ...roofOf(layout, isDark),
    { mesh: signMesh(sign), at: placed({ at: [(layout.count * WIDE_M) / 2 + 0.9, 7.6, 0] }) },
    ...plants(dice, layout),
  ];
}

function bayPart({ id, corners }: Bay, cars: readonly Parked[]): Part {
  const car = cars.find(({ bay }) => bay.id === id);
  return {
    id,
    kind: "bay",
    state: car?.use ?? "free",
    outline: corners,
    facts: car === undefined ? {} : { car: car.thing.id },
  };
}

/** A charging post: screen, holster, light (green when it gives power). */
function chargerMesh(colour: Colour, isCharging: boolean): Mesh {
  const builder = new MeshBuilder();
  builder.box([0, 0, 0], [0.6, 0.45, 0.12], { colour: hex("#8b8d8d") });
  builder.box([0, 0, 0.12], [0.48, 0.32, 1.5], { colour, gloss: 0.4 });
  builder.flat(
    [
      [-0.17, -0.165, 1.15],
      [0.17, -0.165, 1.15],
      [0.17, -0.165, 1.45],
      [-0.17, -0.165, 1.45],
    ],
    { colour: hex("#16324a"), glow: 0.5 },
  );
  builder.flat(
    [
      [-0.22, -0.166, 1.52],
      [0.22, -0.166, 1.52],
      [0.22, -0.166, 1.58],
      [-0.22, -0.166, 1.58],
    ],
    isCharging ? { colour: hex("#2cff7a"), glow: 1.4 } : { colour: hex("#2f78ff"), glow: 0.8 },
  );
  builder.box([0.12, -0.2, 0.72], [0.12, 0.1, 0.2], { colour: hex("#1a1b1d") });
  return builder.build();
}

/** A cable that hangs from its post to the car's nearest corner. */
function cable(post: V3, car: Thing): Mesh {
  const builder = new MeshBuilder();
  const from: V3 = [post[0] + 0.12, post[1] - 0.24, 0.8];
  // The car looks away from the post: its socket is on the side of its tail, nearest to the post.
  const to = moved(car.at, [-0.86, -1.55, 0.82]);
  const points = Array.from({ length: 9 }, (_, index): V3 => {
    const share = index / 8;
    const sag = 0.75 * (1 - (2 * share - 1) ** 2);
    return [
      from[0] + (to[0] - from[0]) * share,
      from[1] + (to[1] - from[1]) * share,
      Math.max(0.05, from[2] + (to[2] - from[2]) * share - sag),
    ];
  });
  for (let index = 1; index < points.length; index += 1) {
    builder.limb(points[index - 1] ?? from, points[index] ?? to, [0.024, 0.024], { colour: hex("#e06a18") });
  }
  builder.limb(to, [to[0] - 0.1, to[1], to[2] + 0.02], [0.05, 0.04], { colour: hex("#1d1f21") });
  return builder.build();
}

function signSvg(): string {
  const words = hasChineseFont() ? ["充电车位", "燃油车勿停"] : ["EV ONLY", "NO PARKING"];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240"><rect width="240" height="240" fill="#1b5fb4"/>
<rect x="8" y="8" width="224" height="224" rx="10" fill="none" stroke="#fff" stroke-width="5"/>
<path d="M128 26 L84 96 L116 96 L104 146 L156 76 L122 76 Z" fill="#ffe14d"/>
<g fill="#fff" font-family="${FONT_FAMILY}" font-weight="700" text-anchor="middle"><text x="120" y="184" font-size="36">${words[0]}</text><text x="120" y="220" font-size="25">${words[1]}</text></g></svg>`;
}

function signMesh(texture: Texture): Mesh {
  const builder = new MeshBuilder();
  builder.limb([0, 0, 0], [0, 0, 2.7], [0.04, 0.04], { colour: hex("#7f8488"), gloss: 0.4 });
  builder.box([0, 0, 1.7], [1, 0.05, 1], { colour: hex("#9aa0a4") });
  builder.decal(
    [
      [-0.48, -0.04, 2.68],
      [0.48, -0.04, 2.68],
      [0.48, -0.04, 1.72],
      [-0.48, -0.04, 1.72],
    ],
    texture,
  );
  return builder.build();
}

function roofOf({ roof, count }: Layout, isDark: boolean): readonly Fixture[] {
  if (roof === "none") return [];
  const builder = new MeshBuilder();
  const wide = count * WIDE_M + 1.2;
  const steel = { colour: hex("#d9dcdd"), gloss: 0.4 };
  const [low, high] = roof === "canopy" ? [3.1, 3.5] : [3.3, 4.2];
  for (const x of [-wide / 2 + 0.5, 0, wide / 2 - 0.5]) {
    builder.box([x, 8.6, 0], [0.22, 0.3, high], steel);
    builder.limb([x, 8.6, low + 0.1], [x, 4.4, high - 0.05], [0.09, 0.05], steel);
  }
  const colour = roof === "canopy" ? hex("#3d4a55") : hex("#e7e0cf");
  builder.sheet(
    [
      [-wide / 2, 9.2, low],
      [wide / 2, 9.2, low],
      [wide / 2, 4.3, high],
      [-wide / 2, 4.3, high],
    ].map(([x = 0, y = 0, z = 0]): V3 => [x, y, z]),
    { colour, gloss: 0.5 },
  );
  builder.box([0, 4.25, high - 0.05], [wide, 0.12, 0.22], {
    colour: roof === "canopy" ? hex("#2b8a57") : hex("#b8342b"),
  });
  if (isDark) builder.box([0, 6, high - 0.32], [wide * 0.8, 0.1, 0.05], { colour: [1, 1, 0.95], glow: 1.8 });
  return [{ mesh: builder.build(), at: UNMOVED }];
}

function plants(dice: Dice, { count }: Layout): readonly Fixture[] {
  const green = dice.pick(GREENS);
  const wide = (count * WIDE_M) / 2;
  return [
    ...Array.from({ length: 12 }, (_, index): Fixture => ({
      mesh: bush(dice.fork("bush", index), [0.9, 0.55, 0.6], green),
      at: placed({ at: [-wide - 3 + index * 2, 10.2, 0] }),
    })),
    ...[-wide - 3, wide + 4.4].map((x, index): Fixture => ({
      mesh: tree(dice.fork("tree", index), 5.6, green),
      at: placed({ at: [x, 11, 0] }),
    })),
  ];
}

function surfacesOf(
  layout: Layout,
  bays: readonly Bay[],
  { noise, dice, wet, isDark }: { noise: Noise; dice: Dice; wet: number; isDark: boolean },
): readonly Surface[] {
  const marks = bays.flatMap(({ corners: [a, b, c, d] }) =>
    a === undefined || b === undefined || c === undefined || d === undefined
      ? []
      : (
          [
            [a, d],
            [b, c],
            [d, c],
          ] as const
        ).map(([p, q]) => ({
          from: [p[0], p[1]] as const,
          to: [q[0], q[1]] as const,
          widthM: 0.12,
          colour: hex("#e8e8e2"),
        })),
  );
  const half = (layout.count * WIDE_M) / 2;
  const painted: Surface["painter"] = (spot) => {
    if (Math.abs(spot.x) > half || spot.y < 2.4 || spot.y > 2.4 + DEEP_M) return;
    const worn = noise.fractal(spot.x * 1.1, spot.y * 1.1, 4, spot.footprintM);
    layOver(spot, layout.bayColour, 0.35 + 0.5 * worn);
  };
  const look = {
    wall: dice.pick(["#c6beb0", "#8d949a"].map(hex)),
    frame: hex("#5a5e62"),
    field: [3, 3.2] as const,
    glass: [0.66, 0.5] as const,
    shopM: 0,
    isNight: isDark,
  };
  const kerb: Surface["painter"] = (spot) =>
    setColour(spot, hex("#b5b2a8"), 0.9 + 0.15 * noise.cell(Math.floor(spot.x), 8));
  return [
    {
      corners: level([-60, -30], [60, 80], 0),
      painter: layers(asphalt(noise, layout.ground, wet), painted, stripes(noise, marks)),
      isGround: true,
    },
    {
      corners: upright([-half - 5, 9.4], [half + 6, 9.4], [0, 0.16]),
      painter: kerb,
    },
    {
      corners: level([-half - 5, 9.4], [half + 6, 12], 0.16),
      painter: concrete(noise, hex("#6d6348")),
      isGround: true,
    },
    ...house([-40, 17, 0], [80, 12, 15], (wall) => facade(noise, look, wall)),
  ];
}
