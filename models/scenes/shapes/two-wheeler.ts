import { dimmed, hex, type Colour } from "../engine/colour.ts";
import { placed, type V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Look, type Mesh, type Ring } from "../engine/mesh.ts";
import { RIDING } from "./gait.ts";
import { personMesh, type Person } from "./person.ts";
import { addThinWheel } from "./wheel.ts";

export interface TwoWheelerLook {
  readonly paint: Colour;
  readonly rider?: Person;
  readonly hasBox: boolean;
}

const BLACK = { colour: hex("#1b1c1f"), gloss: 0.2 };
const CHROME = { colour: hex("#a8acb0"), gloss: 0.7 };

/** An electric scooter, nose along y, on its own z = 0; its rider sits on it. */
export function ebikeMesh({ paint, rider, hasBox }: TwoWheelerLook): Mesh {
  const builder = new MeshBuilder();
  const body = { colour: paint, gloss: 0.6 };
  const [front, rear]: readonly [V3, V3] = [
    [0, 0.62, 0.24],
    [0, -0.58, 0.24],
  ];
  addThinWheel(builder, front, 0.24, 0.055);
  addThinWheel(builder, rear, 0.24, 0.055);
  addShell(builder, body);
  addBar(builder);
  if (hasBox) builder.box([0, -0.82, 0.78], [0.44, 0.42, 0.42], { colour: hex("#e4b214"), gloss: 0.2 });
  if (rider !== undefined) {
    const height = rider.heightM / 1.75;
    const seat = { ...RIDING, sink: (0.93 * height - 0.86) / (1.75 * height) };
    builder.join(personMesh(rider, seat), placed({ at: [0, -0.2, 0] }));
  }
  return builder.build();
}

/** A bicycle, with or without its rider. */
export function bicycleMesh({ paint, rider }: TwoWheelerLook): Mesh {
  const builder = new MeshBuilder();
  const tube = { colour: paint, gloss: 0.5 };
  addThinWheel(builder, [0, 0.52, 0.34], 0.34, 0.022);
  addThinWheel(builder, [0, -0.52, 0.34], 0.34, 0.022);
  const [crank, seat, head]: readonly [V3, V3, V3] = [
    [0, -0.06, 0.3],
    [0, -0.22, 0.78],
    [0, 0.36, 0.8],
  ];
  for (const [from, to] of [
    [crank, seat],
    [seat, head],
    [crank, head],
    [crank, [0, -0.52, 0.34]],
    [seat, [0, -0.52, 0.34]],
    [head, [0, 0.52, 0.34]],
  ] as const) {
    builder.limb(from, to, [0.02, 0.018], tube);
  }
  builder.limb(seat, [0, -0.25, 0.9], [0.014, 0.014], CHROME);
  builder.ball([0, -0.26, 0.93], [0.08, 0.14, 0.04], BLACK, { sides: 8, rows: 5 });
  builder.limb(head, [0, 0.32, 1.02], [0.016, 0.016], CHROME);
  builder.limb([-0.27, 0.22, 1.03], [0.27, 0.22, 1.03], [0.016, 0.016], BLACK);
  builder.limb([0, 0.32, 1.02], [0, 0.22, 1.03], [0.016, 0.016], CHROME);
  builder.box([0, 0.55, 0.72], [0.34, 0.26, 0.2], { colour: dimmed(hex("#3b3d40"), 1) });
  builder.disc([0.05, -0.06, 0.3], [1, 0, 0], 0.09, CHROME);
  if (rider !== undefined) {
    const height = rider.heightM / 1.75;
    const pose = {
      ...RIDING,
      thighs: [1.3, 0.9] as const,
      knees: [1.2, 0.75] as const,
      lean: 0.3,
      sink: (0.93 * height - 0.98) / (1.75 * height),
    };
    builder.join(personMesh(rider, pose), placed({ at: [0, -0.24, 0] }));
  }
  return builder.build();
}

function ring(at: V3, across: number, deep: number): Ring {
  return { at, across, deep };
}

/** Fork, handlebar, mirrors and lamps. */
function addBar(builder: MeshBuilder): void {
  builder.limb([0, 0.6, 0.26], [0, 0.44, 0.95], [0.03, 0.03], CHROME);
  for (const side of [-1, 1]) {
    builder.limb([0, 0.42, 0.98], [side * 0.32, 0.34, 1.02], [0.022, 0.022], BLACK);
    builder.limb([side * 0.22, 0.4, 1.02], [side * 0.27, 0.42, 1.2], [0.008, 0.008], CHROME);
    builder.ball([side * 0.29, 0.42, 1.23], [0.065, 0.02, 0.045], BLACK, { sides: 7, rows: 5 });
  }
  builder.ball([0, 0.5, 0.93], [0.1, 0.07, 0.08], { colour: hex("#e5e8ea"), gloss: 1 }, { sides: 8, rows: 5 });
  builder.ball([0, -0.86, 0.6], [0.08, 0.03, 0.04], { colour: hex("#a3161a"), gloss: 0.6 }, { sides: 7, rows: 5 });
}

/** Floor, battery box under the seat, seat, and the shield before the knees. */
function addShell(builder: MeshBuilder, body: Look): void {
  builder.box([0, 0.1, 0.27], [0.26, 0.62, 0.09], body);
  builder.tube(
    [
      ring([0, -0.1, 0.3], 0.1, 0.1),
      ring([0, -0.16, 0.34], 0.15, 0.2),
      ring([0, -0.38, 0.62], 0.16, 0.3),
      ring([0, -0.42, 0.7], 0.12, 0.28),
    ],
    [1, 0, 0],
    body,
    9,
  );
  builder.tube(
    [
      ring([0, -0.85, 0.5], 0.02, 0.02),
      ring([0, -0.72, 0.52], 0.11, 0.09),
      ring([0, -0.3, 0.52], 0.14, 0.13),
      ring([0, -0.2, 0.5], 0.05, 0.05),
    ],
    [1, 0, 0],
    body,
    9,
  );
  builder.tube(
    [
      ring([0, -0.78, 0.74], 0.05, 0.03),
      ring([0, -0.7, 0.75], 0.13, 0.055),
      ring([0, -0.3, 0.74], 0.14, 0.06),
      ring([0, -0.02, 0.71], 0.1, 0.05),
      ring([0, 0.03, 0.7], 0.02, 0.02),
    ],
    [1, 0, 0],
    BLACK,
    9,
  );
  builder.tube(
    [
      ring([0, 0.36, 0.24], 0.12, 0.03),
      ring([0, 0.42, 0.4], 0.2, 0.05),
      ring([0, 0.46, 0.72], 0.19, 0.07),
      ring([0, 0.4, 0.92], 0.12, 0.06),
    ],
    [1, 0, 0],
    body,
    9,
  );
  builder.tube(
    [
      ring([0, 0.9, 0.3], 0.03, 0.02),
      ring([0, 0.8, 0.46], 0.08, 0.04),
      ring([0, 0.55, 0.5], 0.09, 0.05),
      ring([0, 0.42, 0.44], 0.04, 0.03),
    ],
    [1, 0, 0],
    body,
    8,
  );
}
