import type { CameraPose } from "../engine/camera.ts";
import { hex, type Colour } from "../engine/colour.ts";
import { roomLight, someLens } from "../engine/daylight.ts";
import { Dice } from "../engine/dice.ts";
import { clamp, placed, smooth, UNMOVED, type V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";
import { Noise } from "../engine/noise.ts";
import type { Painter, Surface } from "../engine/surface.ts";
import type { Fixture, Thing, World } from "../engine/world.ts";
import type { Place, PlaceRequest } from "../place.ts";
import { waitingPose, walkingPose } from "../shapes/gait.ts";
import { concrete, setColour, tiles } from "../shapes/grounds.ts";
import { personMesh, somebody, type WardrobeName } from "../shapes/person.ts";
import { level, upright } from "../shapes/planes.ts";
import { bicycleMesh, ebikeMesh } from "../shapes/two-wheeler.ts";

interface Layout {
  readonly pose: CameraPose;
  readonly wall: Colour;
  readonly isWood: boolean;
  readonly floor: Colour;
  readonly joint: Colour;
  readonly door: Colour;
  readonly wardrobe: WardrobeName;
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  "steel-corner": {
    pose: { eye: [-1.05, 1.08, 2.42], target: [0.28, -0.5, 0.62], fieldDeg: 100 },
    wall: hex("#b9bcbd"),
    isWood: false,
    floor: hex("#b7ab98"),
    joint: hex("#6d6559"),
    door: hex("#aab0b3"),
    wardrobe: "city",
  },
  "steel-door": {
    pose: { eye: [1.0, 1.1, 2.44], target: [-0.35, -0.5, 0.55], fieldDeg: 104 },
    wall: hex("#a3a7a4"),
    isWood: false,
    floor: hex("#4d5357"),
    joint: hex("#2c3033"),
    door: hex("#8f9699"),
    wardrobe: "winter",
  },
  "wood-back": {
    pose: { eye: [0.05, 1.12, 2.46], target: [0, -0.75, 0.5], fieldDeg: 106 },
    wall: hex("#9b6a3c"),
    isWood: true,
    floor: hex("#7c2b2b"),
    joint: hex("#c9a45c"),
    door: hex("#b08d4a"),
    wardrobe: "bright",
  },
};

/** The doors stand open from 3 s to 12 s; who comes in comes between. */
const DOORS = { openAtS: 3, closeAtS: 12, takesS: 1.4 } as const;

/** A lift's cabin: somebody waits in it, and at 4 s somebody brings an e-bike, a bicycle or nothing. */
export const lift: Place = {
  name: "lift",
  summary: "a cabin with people; an e-bike is pushed in at 5 s (or a bicycle, or nothing: by seed)",
  structures: [
    { name: "steel-corner", split: "train" },
    { name: "steel-door", split: "train" },
    { name: "wood-back", split: "held-out" },
  ],
  build: (request) => Promise.resolve(buildLift(request)),
};

const [HALF_X, HALF_Y, HIGH] = [1.15, 1.2, 2.55];
const DOOR_HALF = 0.72;

function buildLift({ seed, structure }: PlaceRequest): World {
  const dice = new Dice(seed);
  const noise = new Noise(seed + 6);
  const layout = LAYOUTS[structure];
  if (layout === undefined) throw new Error(`no layout ${structure}`);
  const lamps = [{ at: [0, 0, 2.5] as V3, colour: [0.75, 0.74, 0.7] as Colour, reachM: 2.4 }];
  const guest = dice.fork("guest").pick(["ebike", "ebike", "bicycle", "none"] as const);
  const comers = people(dice.fork("people"), layout, guest);
  return {
    pose: layout.pose,
    ...roomLight(dice.fork("light"), lamps, 0.8),
    lens: someLens(dice.fork("lens")),
    seed,
    groundZ: 0,
    surfaces: cabin(layout, noise),
    fixtures: [{ mesh: panel(layout), at: UNMOVED, isShadowless: true } satisfies Fixture],
    fixed: [],
    painted: [],
    thingsAt: (tS) => [...doors(layout, doorGap(tS)), ...comers(tS)],
    factsAt: (tS) => {
      const inside = comers(tS).filter(({ at }) => at[7] > -HALF_Y);
      return {
        people: inside.filter(({ kind }) => kind === "person").length,
        hasEbike: inside.some(({ kind }) => kind === "ebike"),
        isDoorOpen: doorGap(tS) > 0.9,
        guest,
      };
    },
    regions: [
      {
        name: "cabin",
        kind: "zone",
        points: level([-HALF_X, -HALF_Y], [HALF_X, 0.4], 0),
      },
    ],
  };
}

/** How far the doors stand open, 0 to 1. */
function doorGap(tS: number): number {
  const { openAtS, closeAtS, takesS } = DOORS;
  return smooth(openAtS, openAtS + takesS, tS) - smooth(closeAtS, closeAtS + takesS, tS);
}

function doors({ door }: Layout, gap: number): readonly Thing[] {
  return [-1, 1].map((side): Thing => {
    const builder = new MeshBuilder();
    builder.box([0, 0, 0], [DOOR_HALF, 0.05, 2.15], { colour: door, gloss: 0.45 });
    const at = placed({ at: [side * (DOOR_HALF / 2 + gap * DOOR_HALF), -HALF_Y - 0.06, 0] });
    return {
      id: side < 0 ? 60 : 61,
      kind: "door",
      state: gap > 0.9 ? "open" : gap < 0.05 ? "closed" : "moving",
      mesh: builder.build(),
      at,
      isShadowless: true,
    };
  });
}

function people(
  dice: Dice,
  { wardrobe }: Layout,
  guest: "ebike" | "bicycle" | "none",
): (tS: number) => readonly Thing[] {
  const waiting = somebody(dice.fork("waiting"), wardrobe);
  const comer = somebody(dice.fork("comer"), wardrobe);
  const paint = hex(dice.pick(["#d9dbdd", "#c22f2b", "#245fa8", "#2a2c2f"]));
  const bike =
    guest === "bicycle" ? bicycleMesh({ paint, hasBox: false }) : ebikeMesh({ paint, hasBox: dice.chance(0.25) });
  const spot: V3 = [dice.between(0.55, 0.75) * dice.pick([-1, 1]), dice.between(-0.1, 0.3), 0];
  const side = -Math.sign(spot[0]);
  return (tS) => {
    const things: Thing[] = [
      {
        id: 1,
        kind: "person",
        state: "standing",
        mesh: personMesh(waiting, waitingPose(tS, 2.2)),
        at: placed({ at: spot, yaw: Math.PI - 0.3 * spot[0] }),
      },
    ];
    const cameS = tS - 4;
    if (cameS < 0) return things;
    const walkedM = Math.min(2.7, cameS * 0.8);
    const y = -3.2 + walkedM;
    const isWalking = walkedM < 2.7;
    const legs = isWalking ? walkingPose(walkedM, comer.heightM, 0.7) : waitingPose(tS, 5);
    // Hands on the bar while there is something to push.
    const pose = guest === "none" ? legs : { ...legs, arms: [0.75, 0.75] as const, elbows: [0.5, 0.5] as const };
    things.push({
      id: 2,
      kind: "person",
      state: isWalking ? "walking" : "standing",
      mesh: personMesh(comer, pose),
      at: placed({ at: [side * 0.06 + side * 0.5 * clamp(walkedM - 1, 0, 1), y - 0.1, 0], yaw: 0 }),
    });
    if (guest !== "none")
      things.push({
        id: 3,
        kind: guest,
        state: isWalking ? "moving" : "standing",
        mesh: bike,
        at: placed({ at: [side * 0.06 - side * 0.05, y + 0.35, 0], yaw: side * 0.05 }),
      });
    return things;
  };
}

function cabin({ wall, isWood, floor, joint }: Layout, noise: Noise): readonly Surface[] {
  const brushed: Painter = (spot) => {
    if (isWood) {
      const grain = noise.fractal(spot.u * 14, spot.v * 0.9, 4, 0) - 0.5;
      setColour(spot, wall, 1 + grain * 0.7);
    } else {
      const hair = noise.at(spot.u * 140, spot.v * 2) - 0.5;
      const sheen = noise.fractal(spot.u * 1.2, spot.v * 0.8 + 5, 3) - 0.5;
      setColour(spot, wall, 0.95 + hair * 0.08 + sheen * 0.28);
    }
    const seam = Math.abs(((spot.u + 0.3) % 0.77) - 0.385) < 0.006 || spot.v < 0.12;
    if (seam) setColour(spot, [spot.red, spot.green, spot.blue], 0.45);
    if (Math.abs(spot.v - 0.92) < 0.035) setColour(spot, [0.6, 0.6, 0.6]);
    spot.gloss = 0.35;
  };
  const ceiling: Painter = (spot) => {
    setColour(spot, hex("#d9dadb"));
    const isLamp = Math.abs(Math.abs(spot.u - HALF_X) - 0.55) < 0.22 && spot.v > 0.3 && spot.v < 2.1;
    if (isLamp) {
      setColour(spot, [1, 1, 0.97]);
      spot.glow = 1.7;
    }
  };
  const z = HIGH;
  const [x, y] = [HALF_X, HALF_Y];
  const front = (x1: number, x2: number, z1: number, z2: number): Surface => ({
    corners: upright([x2, -y], [x1, -y], [z1, z2]),
    painter: brushed,
  });
  return [
    {
      corners: level([-x, -y], [x, y], 0),
      painter: tiles(noise, floor, joint, 0.3),
      isGround: true,
    },
    {
      corners: upright([-x, y], [x, y], [0, z]),
      painter: brushed,
    },
    {
      corners: upright([-x, -y], [-x, y], [0, z]),
      painter: brushed,
    },
    {
      corners: upright([x, y], [x, -y], [0, z]),
      painter: brushed,
    },
    front(-x, -DOOR_HALF, 0, z),
    front(DOOR_HALF, x, 0, z),
    front(-DOOR_HALF, DOOR_HALF, 2.12, z),
    {
      corners: level([-x, y], [x, -y], z),
      painter: ceiling,
    },
    ...landing(noise),
  ];
}

/** What is seen outside while the doors stand open. */
function landing(noise: Noise): readonly Surface[] {
  const outside = concrete(noise, hex("#b5aea2"));
  const y = HALF_Y;
  return [
    {
      corners: level([-4, -7], [4, -y], -0.01),
      painter: tiles(noise, hex("#a49c8f"), hex("#7d766b"), 0.6),
      isGround: true,
    },
    {
      corners: upright([4, -6.5], [-4, -6.5], [0, 3]),
      painter: outside,
    },
    {
      corners: upright([-3.2, -7], [-3.2, -y], [0, 3]),
      painter: outside,
    },
    {
      corners: upright([3.2, -y], [3.2, -7], [0, 3]),
      painter: outside,
    },
  ];
}

/** Buttons beside the door, the handrail, and a notice. */
function panel({ isWood }: Layout): Mesh {
  const builder = new MeshBuilder();
  const steel = { colour: hex(isWood ? "#c9a45c" : "#d3d6d8"), gloss: 0.7 };
  builder.box([HALF_X - 0.03, -0.72, 0.85], [0.03, 0.26, 0.95], steel);
  for (let row = 0; row < 7; row += 1) {
    for (const y of [-0.78, -0.67])
      builder.disc([HALF_X - 0.05, y, 0.95 + row * 0.1], [-1, 0, 0], 0.028, {
        colour: hex("#f0efe8"),
        glow: row === 3 ? 1.1 : 0.35,
      });
  }
  builder.flat(
    [
      [HALF_X - 0.047, -0.62, 1.68],
      [HALF_X - 0.047, -0.82, 1.68],
      [HALF_X - 0.047, -0.82, 1.77],
      [HALF_X - 0.047, -0.62, 1.77],
    ].map(([a = 0, b = 0, c = 0]): V3 => [a, b, c]),
    { colour: hex("#ff5a2a"), glow: 1 },
  );
  for (const x of [-HALF_X + 0.06, HALF_X - 0.06])
    builder.limb([x, -0.3, 0.92], [x, HALF_Y - 0.1, 0.92], [0.02, 0.02], steel);
  return builder.build();
}
