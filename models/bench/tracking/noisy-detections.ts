import type { Box } from "../../decoders/detections/box.ts";
import type { Detection } from "../../decoders/detections/detection.ts";
import { Dice } from "../../scenes/engine/dice.ts";
import type { FrameTruth, SeenThing } from "../../scenes/engine/frame.ts";
import type { Kind } from "../../scenes/engine/world.ts";
import type { Named } from "../../tracking/evaluation/sequence.ts";

/** Kinds that count, by the class a detector would call them. */
export const CLASS_OF: Partial<Record<Kind, number>> = { person: 0, car: 1, van: 1, bus: 2, truck: 3, ebike: 4 };

/** Smaller things are neither asked for nor found. */
const LEAST_HEIGHT_PX = 14;
/** Who is hidden more than this is not asked for. */
const LEAST_VISIBLE = 0.35;

/** What a tracker should say of a frame. */
export function truthOf({ things }: FrameTruth): readonly Named[] {
  return things.filter(isAsked).map(({ id, box }) => ({ id, box }));
}

function isAsked({ kind, box, visibleShare }: SeenThing): boolean {
  return CLASS_OF[kind] !== undefined && box.y2 - box.y1 >= LEAST_HEIGHT_PX && visibleShare >= LEAST_VISIBLE;
}

/**
 * What a middling detector would find: boxes shake by 3 % of their height, what is hidden scores low, one in twenty-five
 * is missed, and every fourth frame something is made up. Chance hangs on seed, thing and time alone, so frames that two
 * rates share are found alike.
 */
export function detectionsOf(truth: FrameTruth, seed: number): readonly Detection[] {
  const frameDice = new Dice(seed).fork("frame", truth.atMs);
  const found = truth.things.flatMap((thing): readonly Detection[] => {
    const classIndex = CLASS_OF[thing.kind];
    const { box, visibleShare, id } = thing;
    if (classIndex === undefined || box.y2 - box.y1 < LEAST_HEIGHT_PX * 0.8 || visibleShare < 0.15) return [];
    const dice = new Dice(seed).fork(`thing ${id}`, truth.atMs);
    if (dice.chance(0.04)) return [];
    const score = Math.min(0.95, 0.25 + 0.65 * visibleShare + dice.bell() * 0.06);
    return score < 0.15 ? [] : [{ box: shaken(box, dice), score, classIndex }];
  });
  return frameDice.chance(0.25) ? [...found, madeUp(truth, frameDice)] : found;
}

function shaken(box: Box, dice: Dice): Box {
  const by = (): number => dice.bell() * 0.03 * (box.y2 - box.y1);
  return { x1: box.x1 + by(), y1: box.y1 + by(), x2: box.x2 + by(), y2: box.y2 + by() };
}

function madeUp({ width, height }: FrameTruth, dice: Dice): Detection {
  const [x1, y1] = [dice.between(0, width - 40), dice.between(height * 0.25, height - 80)];
  const box = { x1, y1, x2: x1 + dice.between(14, 40), y2: y1 + dice.between(30, 80) };
  return { box, score: dice.between(0.2, 0.7), classIndex: dice.whole(0, 1) };
}
