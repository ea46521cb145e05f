import { dimmed, hex, type Colour } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import type { V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";

export type ManholeState = "ok" | "moved" | "missing";

const RADIUS_M = 0.36;

/** A manhole in the road: its ring, and its cover in place, pushed aside, or gone with the shaft open. */
export function manholeMesh(
  dice: Dice,
  { state, colour }: { readonly state: ManholeState; readonly colour: Colour },
): Mesh {
  const builder = new MeshBuilder();
  ringPlate(builder, { from: RADIUS_M, to: RADIUS_M + 0.1, z: 0.002, look: { colour: dimmed(hex("#8a857c"), 0.9) } });
  ringPlate(builder, {
    from: RADIUS_M - 0.03,
    to: RADIUS_M + 0.015,
    z: 0.004,
    look: { colour: dimmed(colour, 0.75), gloss: 0.2 },
  });
  if (state === "ok") cover(builder, colour, [0, 0, 0.006]);
  else {
    shaft(builder);
    if (state === "moved") {
      const [angle, by] = [dice.between(0, 6.3), RADIUS_M * dice.between(0.75, 1.25)];
      cover(builder, colour, [Math.cos(angle) * by, Math.sin(angle) * by, 0.05]);
    }
  }
  return builder.build();
}

interface Ringed {
  readonly from: number;
  readonly to: number;
  readonly z: number;
  readonly look: { readonly colour: Colour; readonly gloss?: number };
}

function ringPlate(builder: MeshBuilder, { from, to, z, look }: Ringed, at: readonly [number, number] = [0, 0]): void {
  const sides = 28;
  const point = (index: number, radius: number): V3 => {
    const angle = (index / sides) * 2 * Math.PI;
    return [at[0] + Math.cos(angle) * radius, at[1] + Math.sin(angle) * radius, z];
  };
  for (let side = 0; side < sides; side += 1)
    builder.flat([point(side, from), point(side, to), point(side + 1, to), point(side + 1, from)], look);
}

/** The open shaft: its wall, lighter at the top, and black below. It is drawn as rings, darker the deeper. */
function shaft(builder: MeshBuilder): void {
  const shades = [0.16, 0.09, 0.045, 0.02, 0.008];
  for (const [index, shade] of shades.entries()) {
    // Seen at a slant the far wall shows: rings shifted away from the eye, as depth would have it.
    const outer = RADIUS_M - 0.03 - index * 0.06;
    ringPlate(
      builder,
      { from: Math.max(0, outer - 0.07), to: outer, z: 0.005, look: { colour: [shade, shade * 0.94, shade * 0.86] } },
      [0, 0],
    );
  }
  builder.disc([0, 0, 0.0055], [0, 0, 1], 0.1, { colour: [0.004, 0.004, 0.004] });
}

/** A cast-iron cover with its pattern of studs and two lifting holes. */
function cover(builder: MeshBuilder, colour: Colour, at: V3): void {
  const iron = { colour, gloss: 0.3 };
  const [x, y, z] = at;
  const sides = 28;
  builder.disc([x, y, z], [0, 0, 1], RADIUS_M - 0.035, iron);
  if (z > 0.02) {
    builder.tube(
      [
        { at: [x, y, 0.006], across: RADIUS_M - 0.035, deep: RADIUS_M - 0.035 },
        { at: [x, y, z], across: RADIUS_M - 0.035, deep: RADIUS_M - 0.035 },
      ],
      [1, 0, 0],
      { colour: dimmed(colour, 0.5) },
      sides,
    );
  }
  ringPlate(
    builder,
    { from: RADIUS_M - 0.07, to: RADIUS_M - 0.05, z: z + 0.002, look: { colour: dimmed(colour, 0.6) } },
    [x, y],
  );
  ringPlate(builder, { from: 0.1, to: 0.115, z: z + 0.002, look: { colour: dimmed(colour, 0.6) } }, [x, y]);
  for (let ring = 1; ring <= 3; ring += 1) {
    const count = ring * 8;
    for (let stud = 0; stud < count; stud += 1) {
      const angle = (stud / count) * 2 * Math.PI;
      const out = 0.05 + ring * 0.07;
      const middle: V3 = [x + Math.cos(angle) * out, y + Math.sin(angle) * out, z + 0.003];
      builder.disc(middle, [0, 0, 1], 0.018, {
        colour: dimmed(colour, (stud + ring) % 2 === 0 ? 1.7 : 0.55),
        gloss: 0.4,
      });
    }
  }
  for (const side of [-1, 1])
    builder.disc([x + side * 0.24, y, z + 0.004], [0, 0, 1], 0.02, { colour: [0.01, 0.01, 0.01] });
}
