import { describe, expect, it } from "vitest";

import { type Box, iou } from "../decoders/detections/box.ts";
import type { Detection } from "../decoders/detections/detection.ts";
import { COCO_CLASSES } from "../import/coco-classes.ts";
import type { RgbImage } from "../preprocess/fill-tensor.ts";
import { NANODET_M, YOLOX_NANO } from "../testing/model-cases.ts";
import { readRgb } from "../testing/pictures.ts";
import { openRealModel, type RealModel } from "../testing/real-model.ts";
import { missingShared, sharedFile } from "../testing/shared-files.ts";

const DOG = "photos/dog.jpg";
/** Where things stand in the photograph, by eye, to a few pixels. */
const TRUTH: Readonly<Record<string, Box>> = {
  dog: { x1: 130, y1: 216, x2: 312, y2: 540 },
  bicycle: { x1: 118, y1: 128, x2: 568, y2: 428 },
  car: { x1: 466, y1: 74, x2: 690, y2: 170 },
};

const missing = missingShared(DOG, `weights/${YOLOX_NANO.file}`, `weights/${NANODET_M.file}`);

describe.skipIf(missing !== undefined)(`real detectors${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  it("YOLOX-nano finds dog, bicycle and car with the published scores", async () => {
    const model = await openRealModel(YOLOX_NANO);
    expect(model.reasons).toEqual([]);
    const found = await detections(model, await readRgb(sharedFile(DOG)));
    expect(Math.abs(scoreOf(found, "dog") - 0.83)).toBeLessThanOrEqual(0.02);
    expect(Math.abs(scoreOf(found, "car") - 0.81)).toBeLessThanOrEqual(0.02);
    expect(Math.abs(scoreOf(found, "bicycle") - 0.81)).toBeLessThanOrEqual(0.02);
    await model.release();
  });

  it("YOLOX-nano finds the same things however the picture lies in the input", async () => {
    const dog = await readRgb(sharedFile(DOG));
    for (const resize of [{ mode: "letterbox", anchor: "centre" }, { mode: "stretch" }]) {
      const model = await openRealModel({ ...YOLOX_NANO, input: { ...YOLOX_NANO.input, resize } });
      const found = await detections(model, dog);
      const scores = ["dog", "car", "bicycle"].map((name) => scoreOf(found, name));
      expect(Math.min(...scores)).toBeGreaterThan(0.4);
      await model.release();
    }
  });

  it("NanoDet-m finds dog, bicycle and car in the same places", async () => {
    const model = await openRealModel(NANODET_M);
    expect(model.reasons).toEqual([]);
    const found = await detections(model, await readRgb(sharedFile(DOG)));
    const names = Object.keys(TRUTH);
    expect(names.filter((name) => found.some((one) => isAt(one, name)))).toEqual(names);
    await model.release();
  });

  it("refuses the file under a manifest of another model, with every reason", async () => {
    const model = await openRealModel({
      ...YOLOX_NANO,
      opset: 13,
      input: { ...YOLOX_NANO.input, width: 320, height: 320 },
      classes: COCO_CLASSES.slice(0, 5),
    });
    await model.release();
    expect(model.reasons).toEqual([
      "opset: the file says 11, the manifest 13",
      "input images: its shape is [1, 3, 416, 416], expected is [1, 3, 320, 320]",
      "output output: its shape is [1, 3549, 85], expected is [1, 2100, 10]",
    ]);
  });
});

async function detections(model: RealModel, image: RgbImage): Promise<readonly Detection[]> {
  const decoded = await model.look(image);
  return decoded.kind === "detections" ? decoded.detections : [];
}

function isAt({ box, classIndex }: Detection, name: string): boolean {
  const truth = TRUTH[name];
  return COCO_CLASSES[classIndex] === name && truth !== undefined && iou(box, truth) > 0.6;
}

/** The score of the thing found at its place; 0 where it was not. */
function scoreOf(found: readonly Detection[], name: string): number {
  return found.find((one) => isAt(one, name))?.score ?? 0;
}
