import type { DecoderOf } from "../../manifest/decoder.ts";
import type { Candidate, Detection } from "../detections/detection.ts";
import { finishListed, lowestScore, type DetectorContext } from "../detections/finish.ts";
import { bestClass, sigmoid } from "../grid/best-class.ts";
import { floatTensor, wholeTensor, type Outputs } from "../tensor.ts";

/**
 * Decodes RT-DETR, D-FINE and DEIM, which need no suppression.
 *
 * @param outputs  listed: int64 [1, n] classes, float32 [1, n, 4] corners x1 y1 x2 y2 in input pixels (the export was fed
 *   the input's size), float32 [1, n] scores 0 to 1. Raw: float32 [1, n, C] logits and [1, n, 4] centre x, centre y,
 *   width and height as shares of the input.
 * @returns        score = best class, in source pixels, best first.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeDetr(
  outputs: Outputs,
  { form }: DecoderOf<"detr">,
  context: DetectorContext,
): readonly Detection[] {
  const candidates = form.form === "listed" ? listed(outputs, form, context) : raw(outputs, form, context);
  return finishListed(candidates, context);
}

type Form<Name> = Extract<DecoderOf<"detr">["form"], { form: Name }>;

function listed(outputs: Outputs, form: Form<"listed">, context: DetectorContext): readonly Candidate[] {
  const labels = wholeTensor(outputs, form.labels, [1, undefined]);
  const boxes = floatTensor(outputs, form.boxes, [1, labels.length, 4]).data;
  const scores = floatTensor(outputs, form.scores, [1, labels.length]).data;
  const lowest = lowestScore(context);
  return labels.flatMap((classIndex, index) => {
    const score = scores[index] ?? 0;
    if (score < lowest) return [];
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(index * 4, index * 4 + 4);
    return [{ x1, y1, x2, y2, score, classIndex }];
  });
}

function raw(outputs: Outputs, form: Form<"raw">, context: DetectorContext): readonly Candidate[] {
  const classCount = context.classIds.length;
  const { width, height } = context.placement.input;
  const logits = floatTensor(outputs, form.logits, [1, undefined, classCount]);
  const count = logits.dims[1] ?? 0;
  const boxes = floatTensor(outputs, form.boxes, [1, count, 4]).data;
  const lowest = lowestScore(context);
  const candidates: Candidate[] = [];
  for (let index = 0; index < count; index += 1) {
    const best = bestClass(logits.data, index * classCount, classCount);
    const score = sigmoid(best.value);
    if (score < lowest) continue;
    const [x = 0, y = 0, w = 0, h = 0] = boxes.subarray(index * 4, index * 4 + 4);
    candidates.push({
      x1: (x - w / 2) * width,
      y1: (y - h / 2) * height,
      x2: (x + w / 2) * width,
      y2: (y + h / 2) * height,
      score,
      classIndex: best.index,
    });
  }
  return candidates;
}
