import type { Dice } from "../engine/dice.ts";
import { placed, type V3 } from "../engine/geometry.ts";
import type { Thing } from "../engine/world.ts";
import { waitingPose } from "../shapes/gait.ts";
import { personMesh, somebody, type Person, type WardrobeName } from "../shapes/person.ts";

/** Somebody who stands in one place all the time. */
export function waitingThing(
  dice: Dice,
  {
    id,
    at,
    yaw,
    wardrobe,
    person,
  }: {
    readonly id: number;
    readonly at: V3;
    readonly yaw: number;
    readonly wardrobe: WardrobeName;
    readonly person?: Person;
  },
): (tS: number) => Thing {
  const one = person ?? somebody(dice, wardrobe);
  const seed = dice.between(0, 10);
  return (tS) => ({
    id,
    kind: "person",
    state: "standing",
    mesh: personMesh(one, waitingPose(tS, seed)),
    at: placed({ at, yaw: yaw + 0.1 * Math.sin(tS * 0.2 + seed) }),
  });
}
