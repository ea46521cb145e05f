import { unreachable } from "@outpost/kernel/never.ts";

import type { ModelManifest } from "../manifest.ts";
import type { Placement } from "../preprocess/placement.ts";
import type { Detection } from "./detections/detection.ts";
import type { DetectorContext } from "./detections/finish.ts";
import { decodeNanodet } from "./grid/nanodet.ts";
import { decodeYolov5 } from "./grid/yolov5.ts";
import { decodeYolov8 } from "./grid/yolov8.ts";
import { decodeYolox } from "./grid/yolox.ts";
import { decodeDetr } from "./listed/detr.ts";
import { decodeSsd } from "./listed/ssd.ts";
import { decodeUltraface } from "./priors/ultraface.ts";
import { decodeYunet } from "./priors/yunet.ts";
import type { Outputs } from "./tensor.ts";
import { decodeClassifier, type Label } from "./whole-image/classifier.ts";
import { decodeCtc, type Reading } from "./whole-image/ctc.ts";
import { decodeEmbedding } from "./whole-image/embedding.ts";
import { decodeMask, type Mask } from "./whole-image/mask.ts";

/** What a model said about one picture. */
export type Decoded =
  | { readonly kind: "detections"; readonly detections: readonly Detection[] }
  | { readonly kind: "reading"; readonly reading: Reading | undefined }
  | { readonly kind: "labels"; readonly labels: readonly Label[] }
  | { readonly kind: "mask"; readonly mask: Mask }
  | { readonly kind: "embedding"; readonly vector: Float32Array };

/**
 * Decodes one run's outputs as the manifest says.
 *
 * @param placement  how the picture lay in the input.
 * @throws ModelError `models/bad-tensor` or `models/not-finite`: the run's answer is to be thrown away.
 */
export function decode(outputs: Outputs, manifest: ModelManifest, placement: Placement): Decoded {
  const { decoder, classes, thresholds } = manifest;
  switch (decoder.kind) {
    case "ctc":
      return { kind: "reading", reading: decodeCtc(outputs, decoder, thresholds.score) };
    case "classifier":
      return { kind: "labels", labels: decodeClassifier(outputs, decoder, classes.length) };
    case "embedding":
      return { kind: "embedding", vector: decodeEmbedding(outputs, decoder) };
    case "mask": {
      const context = { placement, classCount: classes.length, score: thresholds.score };
      return { kind: "mask", mask: decodeMask(outputs, decoder, context) };
    }
    case "yolox":
    case "nanodet":
    case "yolov8":
    case "yolov5":
    case "detr":
    case "ultraface":
    case "yunet":
    case "ssd": {
      const context = { placement, classIds: classes.map((one) => one.id), thresholds };
      return { kind: "detections", detections: detect(outputs, decoder, context) };
    }
    default:
      return unreachable(decoder);
  }
}

type Detector = Exclude<ModelManifest["decoder"], { kind: "ctc" | "classifier" | "embedding" | "mask" }>;

function detect(outputs: Outputs, decoder: Detector, context: DetectorContext): readonly Detection[] {
  switch (decoder.kind) {
    case "yolox":
      return decodeYolox(outputs, decoder, context);
    case "nanodet":
      return decodeNanodet(outputs, decoder, context);
    case "yolov8":
      return decodeYolov8(outputs, decoder, context);
    case "yolov5":
      return decodeYolov5(outputs, decoder, context);
    case "detr":
      return decodeDetr(outputs, decoder, context);
    case "ultraface":
      return decodeUltraface(outputs, decoder, context);
    case "yunet":
      return decodeYunet(outputs, decoder, context);
    case "ssd":
      return decodeSsd(outputs, decoder, context);
    default:
      return unreachable(decoder);
  }
}
