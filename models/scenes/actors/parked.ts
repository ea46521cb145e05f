import type { Dice } from "../engine/dice.ts";
import { cross, dot, minus, moved, placed, type V3 } from "../engine/geometry.ts";
import type { Part, Thing } from "../engine/world.ts";
import { carMesh, someCar, type BodyName, type PaintName } from "../shapes/car.ts";
import { makePlate, type Plate, type PlateColour } from "../text/plate.ts";

/** A bay on the ground: its corners, its middle, and which way a car in it looks. */
export interface Bay {
  readonly id: number;
  readonly corners: readonly V3[];
  readonly at: V3;
  readonly yaw: number;
}

/** Bays side by side along x from their left end, each `wideM` by `deepM`; cars look along `yaw`. */
export function bayRow(
  [x, y]: readonly [number, number],
  {
    count,
    wideM,
    deepM,
    yaw,
    firstId,
  }: {
    readonly count: number;
    readonly wideM: number;
    readonly deepM: number;
    readonly yaw: number;
    readonly firstId: number;
  },
): readonly Bay[] {
  return Array.from({ length: count }, (_, index) => {
    const left = x + index * wideM;
    return {
      id: firstId + index,
      corners: [
        [left, y, 0],
        [left + wideM, y, 0],
        [left + wideM, y + deepM, 0],
        [left, y + deepM, 0],
      ],
      at: [left + wideM / 2, y + deepM / 2, 0],
      yaw,
    };
  });
}

/** A car with its plate. */
export interface PlatedCar {
  readonly thing: Thing;
  readonly plate: Plate;
}

export async function platedCar(
  dice: Dice,
  {
    id,
    at,
    yaw,
    colour,
    paints,
    body,
    state = "parked",
  }: {
    readonly id: number;
    readonly at: V3;
    readonly yaw: number;
    readonly colour: PlateColour;
    readonly paints: PaintName;
    readonly body?: BodyName;
    readonly state?: string;
  },
): Promise<PlatedCar> {
  const look = { ...someCar(dice, paints), ...(body === undefined ? {} : { body }) };
  const plate = await makePlate(dice, colour);
  const kind = look.body === "van" ? "van" : "car";
  const facts = { plate: plate.text, plateColour: plate.colour };
  return {
    plate,
    thing: { id, kind, state, facts, mesh: carMesh({ ...look, plate: plate.texture }), at: placed({ at, yaw }) },
  };
}

/** The plate of a car that looks towards the camera, as a part of it. */
export function plateParts(cars: readonly PlatedCar[], eye: V3): readonly Part[] {
  return cars.flatMap(({ thing, plate }) =>
    thing.mesh.decals.flatMap(({ corners }, side): readonly Part[] => {
      const [a, b, c, d] = [
        moved(thing.at, corners[0]),
        moved(thing.at, corners[1]),
        moved(thing.at, corners[2]),
        moved(thing.at, corners[3]),
      ];
      const way = cross(minus(b, d), minus(a, d));
      if (dot(way, minus(eye, a)) <= 0) return [];
      return [
        {
          id: 20_000 + thing.id * 2 + side,
          kind: "plate",
          text: plate.text,
          state: plate.colour,
          of: thing.id,
          outline: [a, b, c, d],
        },
      ];
    }),
  );
}

/** Bays as parts of the ground: occupied where a car's middle lies in them. */
export function bayParts(bays: readonly Bay[], things: readonly Thing[]): readonly Part[] {
  return bays.map(({ id, corners }) => {
    const [a, , c] = corners;
    const isIn = ({ at }: Thing): boolean =>
      a !== undefined && c !== undefined && at[3] > a[0] && at[3] < c[0] && at[7] > a[1] && at[7] < c[1];
    const car = things.find((thing) => thing.kind !== "person" && isIn(thing));
    const facts = car === undefined ? {} : { car: car.id };
    return { id, kind: "bay", state: car === undefined ? "free" : "occupied", facts, outline: corners };
  });
}
