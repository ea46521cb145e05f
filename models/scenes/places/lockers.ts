import { stream, walkersAt } from "../actors/walkers.ts";
import type { CameraPose } from "../engine/camera.ts";
import { dimmed, hex, type Colour } from "../engine/colour.ts";
import { roomLight, someLens } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { placed, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Surface } from "../engine/surface.ts";
import { textureOfSvg } from "../engine/texture.ts";
import type { Fixture, Thing, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { waitingPose } from "../shapes/gait.ts";
import { concrete, setColour, tiles } from "../shapes/grounds.ts";
import { somebody, personMesh, type WardrobeName } from "../shapes/person.ts";
import { level, upright } from "../shapes/planes.ts";
import { FONT_FAMILY } from "../text/fonts.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly columns: number;
  readonly rows: number;
  readonly doorM: readonly [number, number];
  readonly body: Colour;
  readonly doors: readonly Colour[];
  readonly wall: Colour;
  readonly floor: Colour;
  readonly wardrobe: WardrobeName;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "grey-wall": {
    pose: { eye: [-1.7, -2.9, 2.25], target: [0.1, 1, 0.98], fieldDeg: 60 },
    columns: 6,
    rows: 5,
    doorM: [0.46, 0.36],
    body: hex("#dfe2e3"),
    doors: ["#aeb6bb", "#aeb6bb", "#e08a2c"].map(hex),
    wall: hex("#d4cfc4"),
    floor: hex("#b7b1a6"),
    wardrobe: "city",
  },
  "orange-front": {
    pose: { eye: [1.3, -3.1, 2.45], target: [-0.1, 1, 0.95], fieldDeg: 58 },
    columns: 5,
    rows: 4,
    doorM: [0.52, 0.45],
    body: hex("#f0f0ec"),
    doors: ["#e2702a", "#f2f2ee"].map(hex),
    wall: hex("#9fb2b8"),
    floor: hex("#74787b"),
    wardrobe: "summer",
  },
  "green-tall": {
    pose: { eye: [2.4, -2.3, 2.5], target: [-0.15, 1, 0.95], fieldDeg: 68 },
    columns: 8,
    rows: 3,
    doorM: [0.34, 0.62],
    body: hex("#28302c"),
    doors: ["#3f8d68", "#2f6f52", "#c9d45a"].map(hex),
    wall: hex("#b98f78"),
    floor: hex("#4b4340"),
    wardrobe: "bright",
  },
};

type DoorState = "closed" | "open" | "item left";

/** A wall of compartments: doors closed, open and empty, open with something left; one opens at 5 s and shuts at 15 s. */
export const lockers: Place = {
  name: "lockers",
  summary: "doors closed, open, and open with an item left; somebody opens one at 5 s and shuts it at 15 s",
  structures: [
    { name: "grey-wall", split: "train" },
    { name: "orange-front", split: "train" },
    { name: "green-tall", split: "held-out" },
  ],
  build: buildLockers,
};

const FOOT_M = 0.12;
const FRONT_Y = 1;

interface Door {
  readonly id: number;
  readonly column: number;
  readonly row: number;
  readonly colour: Colour;
  readonly angle: number;
  readonly item: "none" | "box" | "bag";
  readonly label: Awaited<ReturnType<typeof textureOfSvg>>;
}

async function buildLockers({ seed, structure }: PlaceRequest): Promise<World> {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 10);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const doors = await doorsOf(dice.fork("doors"), layout);
  const used = doors.find(
    ({ id }) => id === 1 + Math.floor(layout.rows / 2) * layout.columns + Math.floor(layout.columns / 2),
  );
  const still = doors.filter((door) => door !== used);
  const people = stream(dice.fork("people"), {
    firstId: 500,
    count: 40,
    overS: 900,
    fromS: -10,
    wardrobe: layout.wardrobe,
    gates: [
      [
        [-5, -0.9, 0],
        [-5, -0.3, 0],
      ],
      [
        [5, -0.9, 0],
        [5, -0.3, 0],
      ],
    ],
  });
  const customer = customerOf(dice.fork("customer"), layout, used);
  const lamps = [-1.5, 1.5].map((x) => ({ at: [x, -0.6, 2.7] as V3, colour: [0.5, 0.5, 0.48] as Colour, reachM: 3.4 }));
  const movingDoor = (tS: number): readonly Thing[] =>
    used === undefined ? [] : [doorThing(layout, { ...used, angle: openingAt(tS), item: tS > 9 ? "none" : "box" })];
  return {
    pose: layout.pose,
    ...roomLight(dice.fork("light"), lamps, 0.95),
    lens: someLens(dice.fork("lens")),
    seed,
    groundZ: 0,
    surfaces: room(layout, noise),
    fixtures: [{ mesh: carcass(layout, doors), at: UNMOVED } satisfies Fixture],
    fixed: [...still.map((door) => doorThing(layout, door)), ...still.flatMap((door) => itemThing(layout, door))],
    painted: [],
    thingsAt: (tS) => [...movingDoor(tS), ...customer(tS), ...walkersAt(people, tS)],
    factsAt: (tS) => {
      const states = [...still.map(stateOf), ...movingDoor(tS).map(({ state }) => state)];
      const count = (state: string): number => states.filter((one) => one === state).length;
      return { closed: count("closed"), open: count("open"), itemLeft: count("item left") };
    },
    regions: doors.map(({ id, row, column }) => ({
      name: `door ${id}`,
      kind: "zone" as const,
      points: frameOf(layout, column, row),
    })),
  };
}

function openingAt(tS: number): number {
  if (tS < 5 || tS > 15) return 0;
  return 1.75 * Math.min(1, (tS - 5) / 0.9, (15 - tS) / 0.9);
}

function stateOf({ angle, item }: Pick<Door, "angle" | "item">): DoorState {
  if (angle < 0.06) return "closed";
  return item === "none" ? "open" : "item left";
}

async function doorsOf(dice: Dice, { columns, rows, doors }: Layout): Promise<readonly Door[]> {
  const all = Array.from({ length: columns * rows }, (_, index) => index);
  const opened = dice.shuffled(all).slice(0, 5);
  return await Promise.all(
    all.map(async (index): Promise<Door> => {
      const own = dice.fork("door", index);
      const isOpen = opened.includes(index);
      const item = isOpen && opened.indexOf(index) % 2 === 0 ? own.pick(["box", "bag"] as const) : "none";
      const row = Math.floor(index / columns);
      const label = await textureOfSvg(
        `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="40"><rect width="64" height="40" fill="#f5f5f0"/><text x="32" y="31" text-anchor="middle" font-family="${FONT_FAMILY}" font-weight="700" font-size="29" fill="#23262a">${String(index + 1).padStart(2, "0")}</text></svg>`,
      );
      const colour = doors[row % doors.length] ?? hex("#aaaaaa");
      return {
        id: 1 + index,
        column: index % columns,
        row,
        colour,
        angle: isOpen ? own.between(0.9, 1.9) : 0,
        item,
        label,
      };
    }),
  );
}

/** A compartment's opening on the wall's front: lower left, lower right, upper right, upper left. */
function frameOf(
  { columns, rows, doorM: [wide, high] }: Layout,
  column: number,
  row: number,
): readonly [V3, V3, V3, V3] {
  const x = (column - columns / 2) * wide;
  const z = FOOT_M + (rows - 1 - row) * high;
  return [
    [x, FRONT_Y, z],
    [x + wide, FRONT_Y, z],
    [x + wide, FRONT_Y, z + high],
    [x, FRONT_Y, z + high],
  ];
}

/** The door on its hinges at the left, opened by its angle. */
function doorThing(layout: Layout, door: Door): Thing {
  const [wide, high] = layout.doorM;
  const [corner] = frameOf(layout, door.column, door.row);
  const builder = new MeshBuilder();
  const [w, h] = [wide - 0.02, high - 0.02];
  builder.box([w / 2, 0, 0], [w, 0.02, h], { colour: door.colour, gloss: 0.35 });
  builder.box([w / 2, 0.012, 0.02], [w - 0.04, 0.006, h - 0.04], { colour: dimmed(layout.body, 0.85) });
  builder.box([w - 0.05, -0.016, h / 2 - 0.05], [0.02, 0.02, 0.1], { colour: hex("#2b2e31"), gloss: 0.4 });
  builder.decal(
    [
      [0.04, -0.0115, h - 0.04],
      [0.15, -0.0115, h - 0.04],
      [0.15, -0.0115, h - 0.11],
      [0.04, -0.0115, h - 0.11],
    ],
    door.label,
  );
  const at = placed({ at: [corner[0] + 0.01, FRONT_Y - 0.012, corner[2] + 0.01], yaw: -door.angle });
  return {
    id: door.id,
    kind: "door",
    state: stateOf(door),
    text: String(door.id).padStart(2, "0"),
    mesh: builder.build(),
    at,
  };
}

function itemThing(layout: Layout, { id, column, row, item }: Door): readonly Thing[] {
  if (item === "none") return [];
  const [wide, high] = layout.doorM;
  const [corner] = frameOf(layout, column, row);
  const builder = new MeshBuilder();
  if (item === "box") {
    builder.box([0, 0, 0], [wide * 0.62, 0.26, high * 0.56], { colour: hex("#b58c5c") });
    builder.box([0, 0, 0.001], [0.05, 0.264, high * 0.562], { colour: hex("#d9c7a0") });
  } else {
    builder.ball(
      [0, 0, high * 0.24],
      [wide * 0.3, 0.14, high * 0.26],
      { colour: hex("#4a6fa5"), gloss: 0.1 },
      { sides: 10, rows: 7 },
    );
    builder.limb([-0.06, -0.02, high * 0.45], [0.06, -0.02, high * 0.45], [0.014, 0.014], { colour: hex("#22303f") });
  }
  return [
    {
      id: 300 + id,
      kind: "item",
      state: item,
      mesh: builder.build(),
      at: placed({ at: [corner[0] + wide / 2, FRONT_Y + 0.2, corner[2] + 0.015], yaw: 0.12 }),
      isShadowless: true,
    },
  ];
}

/** The cabinet: insides of open compartments, frames between doors, plinth, and the screen beside it. */
function carcass(layout: Layout, doors: readonly Door[]): Mesh {
  const builder = new MeshBuilder();
  const [wide, high] = layout.doorM;
  const [x, top] = [(layout.columns * wide) / 2, FOOT_M + layout.rows * high];
  const look = { colour: layout.body, gloss: 0.3 };
  const deep = 0.55;
  builder.box([0, FRONT_Y + deep / 2 + 0.03, 0], [x * 2, deep, FOOT_M], { colour: hex("#33373a") });
  builder.box([0, FRONT_Y + deep / 2, top], [x * 2 + 0.06, deep + 0.06, 0.12], look);
  for (const side of [-1, 1]) builder.box([side * (x + 0.015), FRONT_Y + deep / 2, 0], [0.03, deep, top], look);
  builder.box([0, FRONT_Y + deep, FOOT_M], [x * 2, 0.02, top - FOOT_M], { colour: dimmed(layout.body, 0.4) });
  for (let column = 0; column <= layout.columns; column += 1)
    builder.box([(column - layout.columns / 2) * wide, FRONT_Y + deep / 2, FOOT_M], [0.018, deep, top - FOOT_M], {
      colour: dimmed(layout.body, 0.72),
    });
  for (let row = 0; row <= layout.rows; row += 1)
    builder.box([0, FRONT_Y + deep / 2, FOOT_M + row * high - 0.008], [x * 2, deep, 0.016], {
      colour: dimmed(layout.body, 0.72),
    });
  for (const { column, row, angle } of doors) {
    if (angle === 0) continue;
    const [a, b, c, d] = frameOf(layout, column, row);
    const inner = (p: V3): V3 => [p[0], FRONT_Y + deep - 0.02, p[2]];
    builder.flat([inner(a), inner(b), inner(c), inner(d)], { colour: dimmed(layout.body, 0.3) });
  }
  const sx = x + 0.32;
  builder.box([sx, FRONT_Y + deep / 2, 0], [0.56, deep, top + 0.12], look);
  builder.flat(
    [
      [sx - 0.2, FRONT_Y - 0.005, 1.15],
      [sx + 0.2, FRONT_Y - 0.005, 1.15],
      [sx + 0.2, FRONT_Y - 0.005, 1.5],
      [sx - 0.2, FRONT_Y - 0.005, 1.5],
    ],
    { colour: hex("#1d5fae"), glow: 0.9 },
  );
  builder.flat(
    [
      [sx - 0.15, FRONT_Y - 0.007, 1.2],
      [sx + 0.15, FRONT_Y - 0.007, 1.2],
      [sx + 0.15, FRONT_Y - 0.007, 1.27],
      [sx - 0.15, FRONT_Y - 0.007, 1.27],
    ],
    { colour: hex("#f2f6fa"), glow: 1 },
  );
  builder.box([sx, FRONT_Y - 0.02, 0.98], [0.26, 0.06, 0.09], { colour: hex("#2a2d30") });
  return builder.build();
}

function customerOf(dice: Dice, layout: Layout, door: Door | undefined): (tS: number) => readonly Thing[] {
  const person = somebody(dice, layout.wardrobe);
  if (door === undefined) return () => [];
  const [corner] = frameOf(layout, door.column, door.row);
  return (tS) => {
    if (tS < 3 || tS > 18) return [];
    const isReaching = tS > 5 && tS < 15;
    const idle = waitingPose(tS, 5.5);
    const pose = isReaching
      ? { ...idle, arms: [0.3, 1.25 + 0.15 * Math.sin(tS * 2)] as const, elbows: [0.3, 0.25] as const }
      : idle;
    const at: V3 = [corner[0] + layout.doorM[0] + 0.28, FRONT_Y - 0.72, 0];
    return [
      { id: 400, kind: "person", state: "standing", mesh: personMesh(person, pose), at: placed({ at, yaw: 0.35 }) },
    ];
  };
}

function room({ wall, floor }: Layout, noise: Noise): readonly Surface[] {
  const plain = concrete(noise, wall);
  const skirted: Surface["painter"] = (spot) => {
    plain(spot);
    if (spot.v < 0.12) setColour(spot, [0.12, 0.12, 0.12]);
  };
  return [
    {
      corners: level([-8, -6], [8, 1.6], 0),
      painter: tiles(noise, floor, hex("#6d675d"), 0.6),
      isGround: true,
    },
    {
      corners: upright([-8, 1.6], [8, 1.6], [0, 3.4]),
      painter: skirted,
    },
    {
      corners: upright([-4.4, -6], [-4.4, 1.6], [0, 3.4]),
      painter: skirted,
    },
    {
      corners: upright([4.6, 1.6], [4.6, -6], [0, 3.4]),
      painter: skirted,
    },
  ];
}
