import { unreachable } from "@outpost/kernel/never.ts";

import type { DecoderOf } from "../../manifest/decoder.ts";
import type { Point } from "../../preprocess/placement.ts";
import type { Candidate, Detection } from "../detections/detection.ts";
import { finish, lowestScore, type DetectorContext } from "../detections/finish.ts";
import { cellCount, gridSize } from "../grid/cells.ts";
import { floatTensor, type Outputs } from "../tensor.ts";
import { PRIOR_LEVELS, priorCount, priorGrid } from "./yunet-priors.ts";

type Form<Name> = Extract<DecoderOf<"yunet">["form"], { form: Name }>;

/** What the loc tensor's numbers are multiplied with: centres and landmarks by the first, sizes by the second. */
const CENTRE_VARIANCE = 0.1;
const SIZE_VARIANCE = 0.2;
const LANDMARKS = 5;

/**
 * Decodes YuNet, a face detector with five landmarks: right eye, left eye, nose, right and left corner of the mouth.
 *
 * @param outputs  2021-22: float32 loc [N, 14] (box, then landmarks, against priors), conf [N, 2] softmaxed, iou [N, 1].
 *   Since 2023, for every stride: float32 cls [1, n, 1], obj [1, n, 1], bbox [1, n, 4], kps [1, n, 10], against cells.
 * @returns        score = √(conf × iou) or √(cls × obj), in source pixels; landmarks may leave the picture.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeYunet(
  outputs: Outputs,
  { form }: DecoderOf<"yunet">,
  context: DetectorContext,
): readonly Detection[] {
  switch (form.form) {
    case "priors":
      return finish(fromPriors(outputs, form, context), context);
    case "strides":
      return finish(fromStrides(outputs, form, context), context);
    default:
      return unreachable(form);
  }
}

function fromPriors(outputs: Outputs, form: Form<"priors">, context: DetectorContext): readonly Candidate[] {
  const { input } = context.placement;
  const count = priorCount(input);
  const loc = floatTensor(outputs, form.loc, [count, 14]).data;
  const conf = floatTensor(outputs, form.conf, [count, 2]).data;
  const iou = floatTensor(outputs, form.iou, [count, 1]).data;
  const lowest = lowestScore(context);
  const candidates: Candidate[] = [];
  let prior = 0;
  for (const { stride, sidesPx } of PRIOR_LEVELS) {
    const { columns, rows } = priorGrid(input, stride);
    for (let cell = 0; cell < columns * rows; cell += 1) {
      for (const sidePx of sidesPx) {
        const score = joined(conf[prior * 2 + 1] ?? 0, iou[prior] ?? 0);
        if (score >= lowest) {
          const centre = { x: ((cell % columns) + 0.5) * stride, y: (Math.floor(cell / columns) + 0.5) * stride };
          candidates.push(againstPrior(loc.subarray(prior * 14, prior * 14 + 14), centre, sidePx, score));
        }
        prior += 1;
      }
    }
  }
  return candidates;
}

function againstPrior(loc: Float32Array, centre: Point, sidePx: number, score: number): Candidate {
  const place = (at: number): Point => ({
    x: centre.x + (loc[at] ?? 0) * CENTRE_VARIANCE * sidePx,
    y: centre.y + (loc[at + 1] ?? 0) * CENTRE_VARIANCE * sidePx,
  });
  const halfWidth = (sidePx * Math.exp((loc[2] ?? 0) * SIZE_VARIANCE)) / 2;
  const halfHeight = (sidePx * Math.exp((loc[3] ?? 0) * SIZE_VARIANCE)) / 2;
  return around(place(0), halfWidth, halfHeight, {
    score,
    classIndex: 0,
    landmarks: Array.from({ length: LANDMARKS }, (_, index) => place(4 + index * 2)),
  });
}

function fromStrides(outputs: Outputs, form: Form<"strides">, context: DetectorContext): readonly Candidate[] {
  const { input } = context.placement;
  const lowest = lowestScore(context);
  const candidates: Candidate[] = [];
  for (const { stride, ...names } of form.levels) {
    const count = cellCount(input, [stride]);
    const cls = floatTensor(outputs, names.cls, [1, count, 1]).data;
    const obj = floatTensor(outputs, names.obj, [1, count, 1]).data;
    const bbox = floatTensor(outputs, names.bbox, [1, count, 4]).data;
    const kps = floatTensor(outputs, names.kps, [1, count, 10]).data;
    const { columns } = gridSize(input, stride);
    for (let cell = 0; cell < count; cell += 1) {
      const score = joined(cls[cell] ?? 0, obj[cell] ?? 0);
      if (score < lowest) continue;
      const corner = { x: cell % columns, y: Math.floor(cell / columns) };
      const place = (data: Float32Array, at: number): Point => ({
        x: (corner.x + (data[at] ?? 0)) * stride,
        y: (corner.y + (data[at + 1] ?? 0)) * stride,
      });
      const halfWidth = (Math.exp(bbox[cell * 4 + 2] ?? 0) * stride) / 2;
      const halfHeight = (Math.exp(bbox[cell * 4 + 3] ?? 0) * stride) / 2;
      const landmarks = Array.from({ length: LANDMARKS }, (_, index) => place(kps, cell * 10 + index * 2));
      candidates.push(around(place(bbox, cell * 4), halfWidth, halfHeight, { score, classIndex: 0, landmarks }));
    }
  }
  return candidates;
}

/** The geometric mean; both factors are cut to 0 to 1, since the predicted overlap may leave it. */
function joined(a: number, b: number): number {
  return Math.sqrt(Math.min(1, Math.max(0, a)) * Math.min(1, Math.max(0, b)));
}

function around(
  { x, y }: Point,
  halfWidth: number,
  halfHeight: number,
  rest: Pick<Candidate, "score" | "classIndex" | "landmarks">,
): Candidate {
  return { x1: x - halfWidth, y1: y - halfHeight, x2: x + halfWidth, y2: y + halfHeight, ...rest };
}
