import type { Puff } from "../effects/puffs.ts";
import { hex } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import { moved, placed } from "../engine/geometry.ts";
import type { Mesh } from "../engine/mesh.ts";
import type { Kind, Thing } from "../engine/world.ts";
import { busMesh, truckMesh } from "../shapes/big-vehicle.ts";
import { carMesh, PAINTS, someCar, type PaintName } from "../shapes/car.ts";
import { somebody, type WardrobeName } from "../shapes/person.ts";
import { ebikeMesh } from "../shapes/two-wheeler.ts";
import type { Path } from "./path.ts";

export interface VehicleModel {
  readonly kind: Kind;
  readonly mesh: Mesh;
  readonly lengthM: number;
}

/** Vehicles to draw traffic from. */
export function fleet(dice: Dice, paints: PaintName, { isLit }: { readonly isLit: boolean }): readonly VehicleModel[] {
  const lights = isLit ? "on" : "off";
  const cars = Array.from({ length: 11 }, (_, index): VehicleModel => {
    const look = someCar(dice.fork("car", index), paints);
    return { kind: look.body === "van" ? "van" : "car", mesh: carMesh({ ...look, lights }), lengthM: 4.7 };
  });
  const paint = hex(dice.pick(PAINTS[paints]));
  return [
    ...cars,
    { kind: "bus", mesh: busMesh(hex("#e9ebe6"), hex(dice.pick(["#2d7f4b", "#c2452d", "#2a5d9c"]))), lengthM: 10.8 },
    { kind: "truck", mesh: truckMesh(paint, hex("#d9d9d2")), lengthM: 6.6 },
  ];
}

export function scooters(dice: Dice, wardrobe: WardrobeName): readonly VehicleModel[] {
  return Array.from({ length: 5 }, (_, index) => {
    const own = dice.fork("scooter", index);
    const rider = somebody(own, wardrobe);
    const helmet = { ...rider.head, hat: own.chance(0.75) ? ("helmet" as const) : ("none" as const) };
    const paint = hex(own.pick(["#d8dade", "#1f5f9e", "#b1262b", "#2b2d31", "#d7b328"]));
    const mesh = ebikeMesh({
      paint,
      hasBox: own.chance(0.3),
      rider: { ...rider, legs: "trousers", bag: "none", head: helmet },
    });
    return { kind: "ebike", mesh, lengthM: 1.8 };
  });
}

/** One vehicle's run along a lane. */
export interface Run {
  readonly id: number;
  readonly model: VehicleModel;
  readonly path: Path;
  readonly entersAtS: number;
  readonly speedMps: number;
  /** Brakes to a stand at `atM` and stays; then goes on. */
  readonly stop?: { readonly atM: number; readonly forS: number };
}

/** A lane's vehicles, behind one another at one speed. */
export function lane(
  dice: Dice,
  {
    path,
    models,
    speedMps,
    gapS,
    untilS,
    firstId,
    fromS = -60,
  }: {
    readonly path: Path;
    readonly models: readonly VehicleModel[];
    readonly speedMps: number;
    /** Least and most time between two noses. */
    readonly gapS: readonly [number, number];
    readonly fromS?: number;
    readonly untilS: number;
    readonly firstId: number;
  },
): readonly Run[] {
  const runs: Run[] = [];
  let atS = fromS + dice.between(0, gapS[1]);
  while (atS < untilS && runs.length < 1_000) {
    const model = dice.pick(models);
    runs.push({ id: firstId + runs.length, model, path, entersAtS: atS, speedMps });
    atS += dice.between(...gapS) + model.lengthM / speedMps;
  }
  return runs;
}

const BRAKING_MPS2 = 2.2;

/** How far a run has come, and how fast it is. */
export function runAt(
  { path, entersAtS, speedMps, stop }: Run,
  tS: number,
): { atM: number; speedMps: number } | undefined {
  const passedS = tS - entersAtS;
  if (passedS < 0) return undefined;
  if (stop === undefined) {
    const atM = passedS * speedMps;
    return atM > path.lengthM ? undefined : { atM, speedMps };
  }
  // Free, braking, standing, speeding up, free again.
  const brakeS = speedMps / BRAKING_MPS2;
  const brakeM = (speedMps * brakeS) / 2;
  const freeS = (stop.atM - brakeM) / speedMps;
  if (passedS < freeS) return { atM: passedS * speedMps, speedMps };
  const brakingS = passedS - freeS;
  if (brakingS < brakeS) {
    return {
      atM: stop.atM - brakeM + speedMps * brakingS - (BRAKING_MPS2 * brakingS ** 2) / 2,
      speedMps: speedMps - BRAKING_MPS2 * brakingS,
    };
  }
  const leavingS = brakingS - brakeS - stop.forS;
  if (leavingS < 0) return { atM: stop.atM, speedMps: 0 };
  const speeding = Math.min(leavingS, brakeS);
  const atM = stop.atM + (BRAKING_MPS2 * speeding ** 2) / 2 + Math.max(0, leavingS - brakeS) * speedMps;
  return atM > path.lengthM ? undefined : { atM, speedMps: BRAKING_MPS2 * speeding };
}

export function vehicleAt(run: Run, tS: number): Thing | undefined {
  const now = runAt(run, tS);
  if (now === undefined) return undefined;
  return {
    id: run.id,
    kind: run.model.kind,
    state: now.speedMps < 0.05 ? "parked" : "moving",
    facts: { speedKmh: Math.round(now.speedMps * 36) / 10 },
    mesh: run.model.mesh,
    at: placed({ at: run.path.at(now.atM), yaw: run.path.yawAt(now.atM) }),
  };
}

export function vehiclesAt(runs: readonly Run[], tS: number): readonly Thing[] {
  return runs.flatMap((run) => {
    const thing = vehicleAt(run, tS);
    return thing === undefined ? [] : [thing];
  });
}

/** The shine around a vehicle's lamps at night. */
export function headlights({ kind, at, mesh }: Thing): readonly Puff[] {
  if (kind === "bicycle") return [];
  const nose = mesh.positions.reduce((most, value, index) => (index % 3 === 1 && value > most ? value : most), 0);
  const sides = kind === "ebike" ? [0] : [-0.62, 0.62];
  return sides.flatMap((x): readonly Puff[] => [
    {
      at: moved(at, [x, nose + 0.1, 0.68]),
      radiusM: 0.75,
      colour: [1, 0.93, 0.75],
      opacity: 0.8,
      form: "light",
      seed: 1,
    },
    {
      at: moved(at, [x, -nose - 0.1, 0.85]),
      radiusM: 0.4,
      colour: [1, 0.1, 0.08],
      opacity: 0.6,
      form: "light",
      seed: 1,
    },
  ]);
}
