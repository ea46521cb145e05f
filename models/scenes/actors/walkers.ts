import type { Dice } from "../engine/dice.ts";
import { placed, type V3 } from "../engine/geometry.ts";
import type { Thing } from "../engine/world.ts";
import { waitingPose, walkingPose } from "../shapes/gait.ts";
import { personMesh, somebody, type Person, type WardrobeName } from "../shapes/person.ts";
import { Path } from "./path.ts";

/** Somebody on the way from a path's beginning to its end, then gone. */
export interface Walker {
  readonly id: number;
  readonly person: Person;
  readonly path: Path;
  readonly beginsAtS: number;
  readonly speedMps: number;
  /** Stands still on the way: where, and for how long. */
  readonly stop?: { readonly atM: number; readonly forS: number };
}

/** How far a walker has come; nothing before and after. */
export function walkedAt({ path, beginsAtS, speedMps, stop }: Walker, tS: number): number | undefined {
  let passedS = tS - beginsAtS;
  if (passedS < 0) return undefined;
  if (stop !== undefined) {
    const arrivesS = stop.atM / speedMps;
    passedS = passedS < arrivesS ? passedS : Math.max(arrivesS, passedS - stop.forS);
  }
  const walked = passedS * speedMps;
  return walked > path.lengthM ? undefined : walked;
}

/** The walker as a thing with legs that move, or nothing while it is not there. */
export function walkerAt(walker: Walker, tS: number): Thing | undefined {
  const walked = walkedAt(walker, tS);
  if (walked === undefined) return undefined;
  const { person, path, id, stop, speedMps } = walker;
  const isStopped = stop !== undefined && Math.abs(walked - stop.atM) < 1e-6;
  const pose = isStopped ? waitingPose(tS, id * 0.37) : walkingPose(walked, person.heightM, 0.7 + speedMps * 0.22);
  return {
    id,
    kind: "person",
    state: isStopped ? "standing" : "walking",
    mesh: personMesh(person, pose),
    at: placed({ at: path.at(walked), yaw: path.yawAt(walked) }),
  };
}

/** Walkers one after the other between two gates, at random places across. */
export function stream(
  dice: Dice,
  {
    firstId,
    count,
    overS,
    gates,
    wardrobe,
    fromS = 0,
  }: {
    readonly firstId: number;
    readonly count: number;
    readonly overS: number;
    readonly fromS?: number;
    /** Each a segment; who comes starts on one and leaves by the other, by way of the points between. */
    readonly gates: readonly (readonly [V3, V3])[];
    readonly wardrobe: WardrobeName;
  },
): readonly Walker[] {
  return Array.from({ length: count }, (_, index) => {
    const own = dice.fork("walker", firstId + index);
    const share = own.between(0.05, 0.95);
    const points = gates.map(([a, b]): V3 => {
      const at = Math.min(0.97, Math.max(0.03, share + own.between(-0.12, 0.12)));
      return [a[0] + (b[0] - a[0]) * at, a[1] + (b[1] - a[1]) * at, a[2]];
    });
    return {
      id: firstId + index,
      person: somebody(own, wardrobe),
      path: new Path(points),
      beginsAtS: fromS + ((index + own.between(0.1, 0.9)) / count) * overS,
      speedMps: own.between(1.05, 1.55),
    };
  });
}

export function walkersAt(walkers: readonly Walker[], tS: number): readonly Thing[] {
  return walkers.flatMap((walker) => {
    const thing = walkerAt(walker, tS);
    return thing === undefined ? [] : [thing];
  });
}
