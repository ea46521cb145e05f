import { ModelError } from "../../errors.ts";
import type { DecoderOf } from "../../manifest/decoder.ts";
import type { Candidate, Detection } from "../detections/detection.ts";
import { finishListed, type DetectorContext } from "../detections/finish.ts";
import { floatTensor, wholeTensor, type Outputs } from "../tensor.ts";

/**
 * Decodes an SSD with TensorFlow's post-processing inside.
 *
 * @param outputs  float32 [1, n, 4] y1 x1 y2 x2 as shares of the input, float32 [1, n] scores 0 to 1, [1, n] class
 *   numbers and [1] how many of the n count; the rest is filling and is not looked at beyond being finite.
 * @returns        in source pixels, best first. A class the manifest does not name is no detection.
 * @throws ModelError `models/bad-tensor`, also where the count is negative or above n; `models/not-finite`.
 */
export function decodeSsd(
  outputs: Outputs,
  { boxes, scores, classes, count, firstClass }: DecoderOf<"ssd">,
  context: DetectorContext,
): readonly Detection[] {
  const scoreTensor = floatTensor(outputs, scores, [1, undefined]);
  const length = scoreTensor.dims[1] ?? 0;
  const corners = floatTensor(outputs, boxes, [1, length, 4]).data;
  const classNumbers = wholeTensor(outputs, classes, [1, length]);
  const [found = 0] = wholeTensor(outputs, count, [1]);
  if (found < 0 || found > length) {
    throw new ModelError("models/bad-tensor", `${count} says ${found} where there are ${length} boxes`);
  }
  const { width, height } = context.placement.input;
  const candidates: Candidate[] = classNumbers.slice(0, found).map((classNumber, index) => {
    const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = corners.subarray(index * 4, index * 4 + 4);
    return {
      x1: x1 * width,
      y1: y1 * height,
      x2: x2 * width,
      y2: y2 * height,
      score: scoreTensor.data[index] ?? 0,
      classIndex: classNumber - firstClass,
    };
  });
  return finishListed(candidates, context);
}
