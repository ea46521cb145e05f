import type { Colour } from "./colour.ts";
import { add, cross, dot, minus, moved, times, turned, unit, UNMOVED, type Matrix, type V3 } from "./geometry.ts";
import type { Texture } from "./texture.ts";

/** A picture on a flat place: top left, top right, bottom right, bottom left as it is read. */
export interface Decal {
  readonly corners: readonly [V3, V3, V3, V3];
  readonly texture: Texture;
  /** Shines by itself, for instance a lit sign. */
  readonly glow: number;
}

/** A body of triangles, counter-clockwise as seen from outside. */
export interface Mesh {
  readonly positions: Float32Array;
  readonly normals: Float32Array;
  /** Red, green, blue, gloss (0 to 1; below 0: light of its own, that strong). */
  readonly looks: Float32Array;
  readonly triangles: Uint32Array;
  readonly decals: readonly Decal[];
}

/** How a surface looks. */
export interface Look {
  readonly colour: Colour;
  readonly gloss?: number;
  /** Light of its own, 0 to 3. */
  readonly glow?: number;
}

/** A grid of points that becomes a skin. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** Point by point, row by row. */
  readonly points: readonly V3[];
  /** The last column is joined to the first. */
  readonly isRound?: boolean;
}

/** One ring of a tube: its middle, its half widths across and along `side`. */
export interface Ring {
  readonly at: V3;
  readonly across: number;
  readonly deep: number;
}

/** Collects shapes into one body. Everything is moved by `frame` as it is added. */
export class MeshBuilder {
  frame: Matrix = UNMOVED;
  readonly #positions: number[] = [];
  readonly #normals: number[] = [];
  readonly #looks: number[] = [];
  readonly #triangles: number[] = [];
  readonly #decals: Decal[] = [];

  build(): Mesh {
    return {
      positions: Float32Array.from(this.#positions),
      normals: Float32Array.from(this.#normals),
      looks: Float32Array.from(this.#looks),
      triangles: Uint32Array.from(this.#triangles),
      decals: this.#decals,
    };
  }

  /** A smooth skin over a grid; turned so that it looks away from the grid's middle. */
  skin({ rows, columns, points, isRound = false }: Grid, look: Look): void {
    const first = this.#positions.length / 3;
    const local = points.map((point) => moved(this.frame, point));
    const normals = new Float64Array(points.length * 3);
    const faces: number[] = [];
    const wide = isRound ? columns : columns - 1;
    for (let row = 0; row + 1 < rows; row += 1) {
      for (let column = 0; column < wide; column += 1) {
        const next = (column + 1) % columns;
        const [a, b] = [row * columns + column, row * columns + next];
        const [c, d] = [a + columns, b + columns];
        faces.push(a, b, d, a, d, c);
      }
    }
    for (let at = 0; at < faces.length; at += 3) addFace(normals, local, faces, at);
    const isInside = outwardness(local, normals) < 0;
    for (const [index, point] of local.entries()) {
      const n = unit([normals[index * 3] ?? 0, normals[index * 3 + 1] ?? 0, normals[index * 3 + 2] ?? 0]);
      this.#vertex(point, isInside ? times(n, -1) : n, look);
    }
    for (let at = 0; at < faces.length; at += 3) {
      const [a, b, c] = [faces[at] ?? 0, faces[at + 1] ?? 0, faces[at + 2] ?? 0];
      if (isInside) this.#triangles.push(first + a, first + c, first + b);
      else this.#triangles.push(first + a, first + b, first + c);
    }
  }

  /** A round body along rings; `side` says which way "across" is. Its ends are closed by shrinking rings. */
  tube(rings: readonly Ring[], side: V3, look: Look, sides = 8): void {
    const [head, tail] = [rings[0], rings.at(-1)];
    if (head === undefined || tail === undefined) return;
    const axis = unit(minus(tail.at, head.at));
    const across = unit(minus(side, times(axis, dot(side, axis))));
    const deep = cross(axis, across);
    const points = rings.flatMap((ring) =>
      Array.from({ length: sides }, (_, index): V3 => {
        const angle = (index / sides) * 2 * Math.PI;
        const [c, s] = [Math.cos(angle) * ring.across, Math.sin(angle) * ring.deep];
        return add(ring.at, add(times(across, c), times(deep, s)));
      }),
    );
    this.skin({ rows: rings.length, columns: sides, points, isRound: true }, look);
  }

  /** A limb with round ends. */
  limb(from: V3, to: V3, radii: readonly [from: number, to: number], look: Look): void {
    // Thin things need fewer sides to look round.
    const sides = Math.max(...radii) < 0.03 ? 5 : Math.max(...radii) < 0.06 ? 7 : 9;
    const axis = unit(minus(to, from));
    const [a, b] = radii;
    const ring = (at: V3, along: number, radius: number): Ring => ({
      at: add(at, times(axis, along)),
      across: radius,
      deep: radius,
    });
    const rings = [
      ring(from, -a, a * 0.05),
      ring(from, -a * 0.6, a * 0.8),
      ring(from, 0, a),
      ring(to, 0, b),
      ring(to, b * 0.6, b * 0.8),
      ring(to, b, b * 0.05),
    ];
    this.tube(rings, Math.abs(axis[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0], look, sides);
  }

  /** A ball, stretched along the frame's axes; `span` is what of it is there, from the top (0) to the bottom (1). */
  ball(at: V3, radii: V3, look: Look, { sides = 10, rows = 7, span = [0, 1] as readonly [number, number] } = {}): void {
    const rings = Array.from({ length: rows }, (_, row): Ring => {
      const angle = (span[0] + (span[1] - span[0]) * (row / (rows - 1))) * Math.PI;
      const wide = Math.max(0.02, Math.sin(angle));
      return { at: add(at, [0, 0, radii[2] * Math.cos(angle)]), across: radii[0] * wide, deep: radii[1] * wide };
    });
    this.tube(rings, [1, 0, 0], look, sides);
  }

  /** A box with flat faces; `at` is the middle of its bottom. */
  box(at: V3, size: V3, look: Look): void {
    const [x, y] = [size[0] / 2, size[1] / 2];
    const corner = (sx: number, sy: number, up: number): V3 => add(at, [sx * x, sy * y, up * size[2]]);
    const [a, b, c, d] = [corner(-1, -1, 0), corner(1, -1, 0), corner(1, 1, 0), corner(-1, 1, 0)];
    const [e, f, g, h] = [corner(-1, -1, 1), corner(1, -1, 1), corner(1, 1, 1), corner(-1, 1, 1)];
    this.flat([a, b, f, e], look);
    this.flat([b, c, g, f], look);
    this.flat([c, d, h, g], look);
    this.flat([d, a, e, h], look);
    this.flat([e, f, g, h], look);
    this.flat([d, c, b, a], look);
  }

  /** A flat convex polygon, counter-clockwise as seen from where it is to be seen. */
  flat(corners: readonly V3[], look: Look): void {
    const first = this.#positions.length / 3;
    const local = corners.map((corner) => moved(this.frame, corner));
    const [a, b, c] = local;
    if (a === undefined || b === undefined || c === undefined) return;
    const normal = unit(cross(minus(b, a), minus(c, a)));
    for (const point of local) this.#vertex(point, normal, look);
    for (let at = 2; at < local.length; at += 1) this.#triangles.push(first, first + at - 1, first + at);
  }

  /** The same, seen from both sides. */
  sheet(corners: readonly V3[], look: Look): void {
    this.flat(corners, look);
    this.flat(corners.toReversed(), look);
  }

  /** A disc in the plane across `axis`, seen from where `axis` points to. */
  disc(at: V3, axis: V3, radius: number, look: Look): void {
    const sides = radius < 0.03 ? 7 : radius < 0.15 ? 12 : 24;
    const n = unit(axis);
    const u = unit(cross(Math.abs(n[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0], n));
    const v = cross(n, u);
    const corners = Array.from({ length: sides }, (_, index): V3 => {
      const angle = (index / sides) * 2 * Math.PI;
      return add(at, add(times(u, radius * Math.cos(angle)), times(v, radius * Math.sin(angle))));
    });
    this.flat(corners, look);
  }

  decal(corners: readonly [V3, V3, V3, V3], texture: Texture, glow = 0): void {
    const [a, b, c, d] = corners;
    const put = (corner: V3): V3 => moved(this.frame, corner);
    this.#decals.push({ corners: [put(a), put(b), put(c), put(d)], texture, glow });
  }

  /** Another body, put into this one. */
  join(mesh: Mesh, at: Matrix): void {
    const first = this.#positions.length / 3;
    const { positions, normals, looks, triangles } = mesh;
    for (let index = 0; index < positions.length; index += 3) {
      const p = moved(at, [positions[index] ?? 0, positions[index + 1] ?? 0, positions[index + 2] ?? 0]);
      const n = turned(at, [normals[index] ?? 0, normals[index + 1] ?? 0, normals[index + 2] ?? 0]);
      this.#positions.push(...p);
      this.#normals.push(...unit(n));
    }
    for (const value of looks) this.#looks.push(value);
    for (const index of triangles) this.#triangles.push(first + index);
    for (const { corners, texture, glow } of mesh.decals) {
      const [a, b, c, d] = corners;
      this.#decals.push({ corners: [moved(at, a), moved(at, b), moved(at, c), moved(at, d)], texture, glow });
    }
  }

  #vertex(point: V3, normal: V3, { colour, gloss = 0, glow = 0 }: Look): void {
    this.#positions.push(point[0], point[1], point[2]);
    this.#normals.push(normal[0], normal[1], normal[2]);
    this.#looks.push(colour[0], colour[1], colour[2], glow > 0 ? -glow : gloss);
  }
}

function addFace(normals: Float64Array, points: readonly V3[], faces: readonly number[], at: number): void {
  const [a, b, c] = [faces[at] ?? 0, faces[at + 1] ?? 0, faces[at + 2] ?? 0];
  const [pa, pb, pc] = [points[a], points[b], points[c]];
  if (pa === undefined || pb === undefined || pc === undefined) return;
  const n = cross(minus(pb, pa), minus(pc, pa));
  for (const index of [a, b, c]) {
    for (let axis = 0; axis < 3; axis += 1)
      normals[index * 3 + axis] = (normals[index * 3 + axis] ?? 0) + (n[axis] ?? 0);
  }
}

/** Above 0 where the normals point away from the middle of all points. */
function outwardness(points: readonly V3[], normals: Float64Array): number {
  let [x, y, z] = [0, 0, 0];
  for (const point of points) {
    x += point[0];
    y += point[1];
    z += point[2];
  }
  const middle: V3 = [x / points.length, y / points.length, z / points.length];
  let sum = 0;
  for (const [index, point] of points.entries()) {
    const n: V3 = [normals[index * 3] ?? 0, normals[index * 3 + 1] ?? 0, normals[index * 3 + 2] ?? 0];
    sum += dot(minus(point, middle), n);
  }
  return sum;
}
