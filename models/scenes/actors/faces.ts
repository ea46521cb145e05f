import { dot, moved, placed, turned, unit, minus, type V3 } from "../engine/geometry.ts";
import type { Part } from "../engine/world.ts";
import { walkerAt, type Walker } from "./walkers.ts";

/** Faces of walkers who look towards the camera, masked or not, as parts of them. */
export function faceParts(walkers: readonly Walker[], tS: number, eye: V3): readonly Part[] {
  return walkers.flatMap((walker): readonly Part[] => {
    const thing = walkerAt(walker, tS);
    if (thing === undefined) return [];
    const { person } = walker;
    const scale = person.heightM / 1.75;
    // Where the head is: hips, then along the leaning back.
    const head = placed({ at: moved(thing.at, [0, 0.1 * scale, 1.66 * scale]) });
    const at: V3 = [head[3], head[7], head[11]];
    const looks = turned(thing.at, [0, 1, 0]);
    if (dot(unit(minus(eye, at)), unit(looks)) < 0.35) return [];
    const across = turned(thing.at, [1, 0, 0]);
    const outline = ([-1, 1] as const).flatMap((side) =>
      ([-0.12, 0.085] as const).map((up): V3 => [
        at[0] + across[0] * side * 0.083 * scale,
        at[1] + across[1] * side * 0.083 * scale,
        at[2] + up * scale,
      ]),
    );
    const state = person.head.mask === "worn" ? "masked" : "unmasked";
    return [{ id: 30_000 + walker.id, kind: "face", state, of: walker.id, facts: { mask: person.head.mask }, outline }];
  });
}
