import { dimmed, hex, type Colour } from "../engine/colour.ts";
import { chained, placed, type V3 } from "../engine/geometry.ts";
import { MeshBuilder } from "../engine/mesh.ts";

/** What somebody wears above the neck. */
export interface HeadWear {
  readonly hat: "none" | "cap" | "helmet" | "swim-cap";
  readonly hatColour: Colour;
  /** `chin`: pulled down below the mouth, which counts as not worn. */
  readonly mask: "none" | "worn" | "chin";
  readonly maskColour?: Colour;
}

interface Face {
  readonly skin: Colour;
  readonly hair: Colour;
  readonly hasLongHair: boolean;
  readonly head: HeadWear;
}

const DARK = hex("#1a1412");
const WHITE = hex("#f2efe9");

/** A head whose middle is `at`, looking along y, turned to its left by `turn`. */
export function addHead(builder: MeshBuilder, { at, turn, person }: { at: V3; turn: number; person: Face }): void {
  const own = new MeshBuilder();
  const skin = { colour: person.skin };
  // Skull, jaw and face as one skin of rings.
  own.tube(
    [
      { at: [0, 0.03, -0.125], across: 0.01, deep: 0.01 },
      { at: [0, 0.03, -0.12], across: 0.035, deep: 0.035 },
      { at: [0, 0.018, -0.095], across: 0.054, deep: 0.066 },
      { at: [0, 0.006, -0.05], across: 0.068, deep: 0.084 },
      { at: [0, 0, 0], across: 0.075, deep: 0.094 },
      { at: [0, -0.005, 0.05], across: 0.074, deep: 0.094 },
      { at: [0, -0.008, 0.09], across: 0.058, deep: 0.075 },
      { at: [0, -0.008, 0.115], across: 0.02, deep: 0.03 },
    ],
    [1, 0, 0],
    skin,
    12,
  );
  for (const side of [-1, 1])
    own.ball([side * 0.076, -0.005, -0.005], [0.012, 0.022, 0.03], skin, { sides: 6, rows: 5 });
  addFace(own, person);
  addHair(own, person);
  addMask(own, person.head);
  addHat(own, person.head);
  // `join` applies only the given matrix, so the builder's own frame is put before it.
  builder.join(own.build(), chained(builder.frame, placed({ at, yaw: turn })));
}

function addFace(own: MeshBuilder, { skin, hair }: Face): void {
  const lips = { colour: dimmed([skin[0] * 0.9, skin[1] * 0.55, skin[2] * 0.5], 0.8) };
  for (const side of [-1, 1]) {
    own.ball([side * 0.031, 0.083, 0.012], [0.014, 0.006, 0.0075], { colour: WHITE }, { sides: 6, rows: 5 });
    own.ball([side * 0.031, 0.088, 0.012], [0.0065, 0.004, 0.007], { colour: DARK }, { sides: 6, rows: 5 });
    own.ball([side * 0.032, 0.085, 0.033], [0.021, 0.007, 0.005], { colour: dimmed(hair, 0.9) }, { sides: 6, rows: 5 });
  }
  own.ball([0, 0.092, -0.022], [0.0125, 0.018, 0.022], { colour: dimmed(skin, 0.96) }, { sides: 7, rows: 5 });
  own.ball([0, 0.082, -0.062], [0.024, 0.008, 0.0065], lips, { sides: 7, rows: 5 });
}

function addHair(own: MeshBuilder, { hair, hasLongHair, head }: Face): void {
  if (head.hat === "swim-cap" || head.hat === "helmet") return;
  const look = { colour: hair, gloss: 0.12 };
  own.ball([0, -0.018, 0.03], [0.083, 0.098, 0.099], look, { sides: 12, rows: 6, span: [0, 0.5] });
  own.ball([0, -0.04, 0.0], [0.082, 0.076, 0.105], look, { sides: 12, rows: 7, span: [0.1, 0.8] });
  if (hasLongHair) own.ball([0, -0.055, -0.09], [0.085, 0.05, 0.16], look, { sides: 10, rows: 7, span: [0.1, 0.98] });
}

function addMask(own: MeshBuilder, { mask, maskColour = hex("#bfe0ee") }: HeadWear): void {
  if (mask === "none") return;
  const low = mask === "chin" ? -0.052 : 0;
  const look = { colour: maskColour };
  const edge = { colour: dimmed(maskColour, 0.8) };
  // A sheet in front of nose, mouth and chin, bent round the face.
  const [rows, columns] = [6, 9];
  const points = Array.from({ length: rows * columns }, (_, index): V3 => {
    const [row, column] = [Math.floor(index / columns), index % columns];
    const [v, u] = [row / (rows - 1), (column / (columns - 1) - 0.5) * 2];
    const angle = u * 1.15;
    const bulge = 0.103 + 0.012 * Math.sin(Math.PI * Math.min(1, v * 1.15)) - 0.03 * v * v;
    return [Math.sin(angle) * (0.077 - 0.012 * v), Math.cos(angle) * bulge + 0.004, -0.012 - 0.103 * v + low];
  });
  own.skin({ rows, columns, points }, look);
  for (const side of [-1, 1]) {
    own.limb([side * 0.07, 0.045, -0.02 + low], [side * 0.082, -0.005, 0.01], [0.0025, 0.0025], edge);
    own.limb([side * 0.064, 0.04, -0.09 + low], [side * 0.08, -0.005, -0.03], [0.0025, 0.0025], edge);
  }
}

function addHat(own: MeshBuilder, { hat, hatColour }: HeadWear): void {
  const look = { colour: hatColour, gloss: hat === "helmet" ? 0.7 : 0.05 };
  if (hat === "cap") {
    own.ball([0, -0.008, 0.035], [0.09, 0.105, 0.1], look, { sides: 12, rows: 6, span: [0, 0.5] });
    own.ball([0, 0.1, 0.042], [0.065, 0.075, 0.01], look, { sides: 10, rows: 5 });
  } else if (hat === "helmet") {
    own.ball([0, -0.012, 0.025], [0.108, 0.128, 0.125], look, { sides: 12, rows: 7, span: [0, 0.6] });
    own.ball([0, 0.085, 0.035], [0.08, 0.045, 0.03], { colour: DARK, gloss: 0.8 }, { sides: 10, rows: 5 });
  } else if (hat === "swim-cap") {
    own.ball([0, -0.006, 0.03], [0.081, 0.1, 0.1], look, { sides: 12, rows: 6, span: [0, 0.52] });
  }
}
