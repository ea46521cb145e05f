import { dimmed, hex, type Colour } from "../engine/colour.ts";
import type { V3 } from "../engine/geometry.ts";
import { MeshBuilder, type Mesh } from "../engine/mesh.ts";
import { addWheel } from "./wheel.ts";

const GLASS = { colour: hex("#1a2128"), gloss: 1 };
const TRIM = { colour: hex("#1a1b1d") };

/** A body with rounded edges: rings along y. */
function roundedBody(
  builder: MeshBuilder,
  {
    from,
    to,
    wide,
    low,
    high,
    paint,
  }: { from: number; to: number; wide: number; low: number; high: number; paint: Colour },
): void {
  const w = wide / 2;
  const outline: readonly (readonly [number, number])[] = [
    [-w, low],
    [-w, (low + high) / 2],
    [-w, high - 0.2],
    [-w * 0.96, high - 0.06],
    [-w * 0.85, high],
    [0, high + 0.03],
    [w * 0.85, high],
    [w * 0.96, high - 0.06],
    [w, high - 0.2],
    [w, (low + high) / 2],
    [w, low],
  ];
  const stations: readonly (readonly [number, number])[] = [
    [to, 0.95],
    [to - 0.06, 0.99],
    [to - 0.3, 1],
    [from + 0.3, 1],
    [from + 0.06, 0.99],
    [from, 0.95],
  ];
  const points = stations.flatMap(([y, scale]) =>
    outline.map(([x, z]): V3 => [x * scale, y, low + (z - low) * (0.5 + 0.5 * scale)]),
  );
  builder.skin({ rows: stations.length, columns: outline.length, points }, { colour: paint, gloss: 0.55 });
  const end = (y: number): V3[] => outline.map(([x, z]): V3 => [x * 0.95, y, low + (z - low) * 0.975]);
  builder.flat(end(to), { colour: paint, gloss: 0.4 });
  builder.flat(end(from).toReversed(), { colour: dimmed(paint, 0.92), gloss: 0.4 });
}

function side(
  builder: MeshBuilder,
  x: number,
  [y1, y2, z1, z2]: readonly [number, number, number, number],
  look: Parameters<MeshBuilder["flat"]>[1],
): void {
  builder.flat(
    [
      [x, y1, z1],
      [x, y2, z1],
      [x, y2, z2],
      [x, y1, z2],
    ],
    look,
  );
  builder.flat(
    [
      [-x, y2, z1],
      [-x, y1, z1],
      [-x, y1, z2],
      [-x, y2, z2],
    ],
    look,
  );
}

function front(
  builder: MeshBuilder,
  y: number,
  [x, z1, z2]: readonly [number, number, number],
  look: Parameters<MeshBuilder["flat"]>[1],
): void {
  builder.flat(
    [
      [x, y, z1],
      [-x, y, z1],
      [-x, y, z2],
      [x, y, z2],
    ],
    look,
  );
}

function back(
  builder: MeshBuilder,
  y: number,
  [x, z1, z2]: readonly [number, number, number],
  look: Parameters<MeshBuilder["flat"]>[1],
): void {
  builder.flat(
    [
      [-x, y, z1],
      [x, y, z1],
      [x, y, z2],
      [-x, y, z2],
    ],
    look,
  );
}

function lamps(builder: MeshBuilder, nose: number, tail: number, half: number): void {
  for (const s of [-1, 1]) {
    builder.ball(
      [s * half * 0.78, nose, 0.72],
      [0.18, 0.05, 0.1],
      { colour: hex("#dfe3e6"), gloss: 1 },
      { sides: 8, rows: 5 },
    );
    builder.ball(
      [s * half * 0.85, tail, 0.95],
      [0.1, 0.04, 0.17],
      { colour: hex("#9a1519"), gloss: 0.6 },
      { sides: 8, rows: 5 },
    );
  }
}

/** A city bus, nose along y. */
export function busMesh(paint: Colour, band: Colour): Mesh {
  const builder = new MeshBuilder();
  const [nose, tail, half] = [5.4, -5.4, 1.25];
  roundedBody(builder, { from: tail, to: nose, wide: half * 2, low: 0.32, high: 3.05, paint });
  const x = half + 0.01;
  side(builder, x, [tail + 0.1, nose - 0.1, 0.5, 0.95], { colour: band, gloss: 0.5 });
  for (let window = 0; window < 7; window += 1) {
    const from = tail + 0.45 + window * 1.44;
    side(builder, x + 0.005, [from, from + 1.36, 1.35, 2.55], GLASS);
  }
  // Doors on the right.
  for (const y of [3.9, -0.4]) {
    builder.flat(
      [
        [x + 0.012, y, 0.4],
        [x + 0.012, y + 1.15, 0.4],
        [x + 0.012, y + 1.15, 2.6],
        [x + 0.012, y, 2.6],
      ],
      { colour: hex("#20272d"), gloss: 0.9 },
    );
  }
  front(builder, nose + 0.012, [half * 0.88, 1.1, 2.6], GLASS);
  front(builder, nose + 0.014, [half * 0.7, 2.66, 2.92], { colour: hex("#ff9c2a"), glow: 0.9 });
  front(builder, nose + 0.012, [half * 0.9, 0.36, 0.56], TRIM);
  back(builder, tail - 0.012, [half * 0.8, 1.6, 2.6], GLASS);
  back(builder, tail - 0.012, [half * 0.88, 0.4, 0.7], TRIM);
  lamps(builder, nose + 0.02, tail - 0.02, half);
  for (const y of [2.9, -2.9])
    for (const s of [-1, 1]) addWheel(builder, [s * (half - 0.13), y, 0.48], { radius: 0.48, width: 0.3, side: s });
  return builder.build();
}

/** A truck with a closed box, nose along y. */
export function truckMesh(paint: Colour, box: Colour): Mesh {
  const builder = new MeshBuilder();
  const [nose, tail, half] = [3.3, -3.3, 1.05];
  roundedBody(builder, { from: 1.6, to: nose, wide: half * 1.92, low: 0.42, high: 2.25, paint });
  builder.box([0, -0.9, 0.95], [half * 2.05, 4.8, 2.1], { colour: box, gloss: 0.15 });
  builder.box([0, -0.8, 0.55], [half * 1.2, 5, 0.4], TRIM);
  for (let rib = 0; rib < 6; rib += 1) {
    const y = -3.1 + rib * 0.88;
    side(builder, half * 1.025 + 0.012, [y, y + 0.05, 1, 3], { colour: dimmed(box, 0.75) });
  }
  front(builder, nose + 0.014, [half * 0.84, 1.3, 2.05], GLASS);
  front(builder, nose + 0.014, [half * 0.8, 0.5, 0.85], TRIM);
  side(builder, half * 0.96 + 0.02, [1.95, 2.95, 1.35, 2.0], GLASS);
  back(builder, tail - 0.005, [half * 0.02, 1, 3], TRIM);
  lamps(builder, nose + 0.02, tail - 0.02, half);
  for (const y of [2.35, -1.9])
    for (const s of [-1, 1]) addWheel(builder, [s * (half - 0.15), y, 0.42], { radius: 0.42, width: 0.28, side: s });
  return builder.build();
}
