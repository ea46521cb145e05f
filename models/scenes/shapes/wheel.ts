import { hex } from "../engine/colour.ts";
import { add, type V3 } from "../engine/geometry.ts";
import type { MeshBuilder, Ring } from "../engine/mesh.ts";

const RUBBER = { colour: hex("#141416") };
const RIM = { colour: hex("#9a9ea3"), gloss: 0.6 };
const HUB = { colour: hex("#2a2c2f") };

/** A wheel on an axle along x, with its face on the outer `side`. */
export function addWheel(
  builder: MeshBuilder,
  at: V3,
  { radius, width, side }: { readonly radius: number; readonly width: number; readonly side: number },
): void {
  const ring = (x: number, size: number): Ring => ({ at: add(at, [x * side, 0, 0]), across: size, deep: size });
  const [inner, outer] = [-width / 2, width / 2];
  const rings = [
    ring(inner, radius * 0.86),
    ring(inner + 0.02, radius),
    ring(outer - 0.03, radius),
    ring(outer, radius * 0.88),
  ];
  builder.tube(rings, [0, 1, 0], RUBBER, 16);
  builder.disc(add(at, [outer * side, 0, 0]), [side, 0, 0], radius * 0.88, RUBBER);
  builder.disc(add(at, [(outer + 0.006) * side, 0, 0]), [side, 0, 0], radius * 0.66, RIM);
  for (let spoke = 0; spoke < 5; spoke += 1) {
    const angle = (spoke / 5) * 2 * Math.PI + 0.3;
    const hole: V3 = add(at, [(outer + 0.01) * side, Math.cos(angle) * radius * 0.42, Math.sin(angle) * radius * 0.42]);
    builder.disc(hole, [side, 0, 0], radius * 0.15, HUB);
  }
  builder.disc(add(at, [(outer + 0.012) * side, 0, 0]), [side, 0, 0], radius * 0.12, HUB);
}

/** A thin wheel of a bicycle or scooter, on an axle along x: tyre, rim, spokes. */
export function addThinWheel(builder: MeshBuilder, at: V3, radius: number, thick: number): void {
  const [rows, columns] = [18, 6];
  const points = Array.from({ length: (rows + 1) * columns }, (_, index): V3 => {
    const around = (Math.floor(index / columns) / rows) * 2 * Math.PI;
    const across = ((index % columns) / columns) * 2 * Math.PI;
    const r = radius - thick + thick * Math.cos(across);
    return add(at, [thick * Math.sin(across), r * Math.cos(around), r * Math.sin(around)]);
  });
  builder.skin({ rows: rows + 1, columns, points, isRound: true }, RUBBER);
  for (let spoke = 0; spoke < 6; spoke += 1) {
    const angle = (spoke / 6) * Math.PI;
    const end: V3 = [0, Math.cos(angle) * (radius - thick * 1.6), Math.sin(angle) * (radius - thick * 1.6)];
    builder.limb(add(at, end), add(at, [-end[0], -end[1], -end[2]]), [0.006, 0.006], RIM);
  }
  builder.ball(at, [0.05, 0.045, 0.045], RIM, { sides: 7, rows: 5 });
}
