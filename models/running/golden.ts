import { iou } from "../decoders/detections/box.ts";
import type { Detection } from "../decoders/detections/detection.ts";
import { ModelError } from "../errors.ts";
import type { RunningModel } from "./open-model.ts";
import { readGoldenPicture, type Golden, type ModelPackage } from "./package-files.ts";
import { sizeOf } from "./picture.ts";

/** How far another machine's arithmetic may lead: far less than a broken runtime or a wrong scaling does. */
const SAME_IOU = 0.9;
const SAME_SCORE = 0.03;
/** Things that score so near the threshold may be found on one machine and not on the other. */
const DOUBTFUL_SCORE = 0.03;

/**
 * Lets a model look at its golden pictures before it is trusted with cameras.
 *
 * @returns how many pictures it looked at; 0 where the package has none.
 * @throws ModelError `models/golden-differs` with the first difference; whatever a look throws.
 */
export async function checkGolden(model: RunningModel, { folder, golden }: ModelPackage): Promise<number> {
  for (const { file, found } of golden?.pictures ?? []) {
    const jpeg = await readGoldenPicture(folder, file);
    const now = await detectionsOn(model, jpeg);
    const difference = differenceOf(found, now, model.manifest.thresholds.score);
    if (difference !== undefined) throw new ModelError("models/golden-differs", `${file}: ${difference}`);
  }
  return golden?.pictures.length ?? 0;
}

/** What a model finds on a picture, as a package keeps it. Other answers than boxes are kept as none. */
export async function detectionsOn(model: RunningModel, jpeg: Uint8Array): Promise<readonly Detection[]> {
  const decoded = await model.look(jpeg, await sizeOf(jpeg));
  return decoded.kind === "detections" ? decoded.detections : [];
}

type Found = Golden["pictures"][number]["found"][number];

function differenceOf(before: readonly Found[], now: readonly Detection[], threshold: number): string | undefined {
  const lost = before.find((one) => !isDoubtful(one, threshold) && !now.some((other) => isSame(one, other)));
  if (lost !== undefined) return `class ${lost.classIndex} at ${lost.score.toFixed(2)} is not found again`;
  const added = now.find((one) => !isDoubtful(one, threshold) && !before.some((other) => isSame(one, other)));
  return added === undefined
    ? undefined
    : `class ${added.classIndex} at ${added.score.toFixed(2)} was not found before`;
}

function isDoubtful({ score }: Found | Detection, threshold: number): boolean {
  return score < threshold + DOUBTFUL_SCORE;
}

function isSame(a: Found | Detection, b: Found | Detection): boolean {
  return a.classIndex === b.classIndex && iou(a.box, b.box) >= SAME_IOU && Math.abs(a.score - b.score) <= SAME_SCORE;
}
