import { readdirSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { iou } from "../decoders/detections/box.ts";
import type { Detection } from "../decoders/detections/detection.ts";
import { MASKED_FACE, ULTRAFACE, YUNET } from "../testing/model-cases.ts";
import { readRgb } from "../testing/pictures.ts";
import { openRealModel, type RealModel } from "../testing/real-model.ts";
import { missingShared, sharedFile } from "../testing/shared-files.ts";

/** Photographs with few, large faces, and how many. */
const PHOTOS = [
  { path: "photos/people-2.jpg", faces: 5 },
  { path: "photos/people-3.jpg", faces: 5 },
  { path: "photos/people-4.jpg", faces: 1 },
  { path: "photos/people-9.jpg", faces: 2 },
];
const CASES = [
  { name: "UltraFace", model: ULTRAFACE },
  { name: "the masked-face model", model: MASKED_FACE },
  { name: "YuNet", model: YUNET },
];
const MASKS = "datasets/mask";
const SAMPLE = 30;

const missing = missingShared(
  MASKS,
  ...PHOTOS.map(({ path }) => path),
  ...CASES.map(({ model }) => `weights/${model.file}`),
);

describe.skipIf(missing !== undefined)(
  `real face models${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it.each(CASES)("$name finds every face, bare as it is", async ({ model: one }) => {
      const model = await openRealModel(one);
      expect(model.reasons).toEqual([]);
      for (const { path, faces } of PHOTOS) {
        const found = await detections(model, path);
        const bare = found.filter(({ classIndex }) => classIndex === 0).length;
        expect({ path, bare, all: found.length }).toEqual({ path, bare: faces, all: faces });
      }
      await model.release();
    });

    it("YuNet and UltraFace, decoded apart, put the faces in the same places", async () => {
      const [ultraface, yunet] = [await openRealModel(ULTRAFACE), await openRealModel(YUNET)];
      for (const { path } of PHOTOS) {
        const others = await detections(ultraface, path);
        for (const { box } of await detections(yunet, path)) {
          expect(Math.max(...others.map((other) => iou(other.box, box)))).toBeGreaterThan(0.6);
        }
      }
      await Promise.all([ultraface.release(), yunet.release()]);
    });

    it("YuNet's landmarks lie in the face: eyes above the nose, the nose above the mouth", async () => {
      const model = await openRealModel(YUNET);
      const [face] = await detections(model, "photos/people-4.jpg");
      const { landmarks = [], box } = face ?? {};
      const [rightEye, leftEye, nose, rightMouth, leftMouth] = landmarks;
      expect(landmarks).toHaveLength(5);
      for (const { x, y } of landmarks) {
        expect(x > (box?.x1 ?? 0) && x < (box?.x2 ?? 0) && y > (box?.y1 ?? 0) && y < (box?.y2 ?? 0)).toBe(true);
      }
      expect(Math.max(rightEye?.y ?? 0, leftEye?.y ?? 0)).toBeLessThan(nose?.y ?? 0);
      expect(Math.min(rightMouth?.y ?? 0, leftMouth?.y ?? 0)).toBeGreaterThan(nose?.y ?? 0);
      expect(rightEye?.x).toBeLessThan(leftEye?.x ?? 0);
      await model.release();
    });

    it("the masked-face model tells masked from bare", async () => {
      const model = await openRealModel(MASKED_FACE);
      const masked = await bestClasses(model, `${MASKS}/with_mask`);
      const bare = await bestClasses(model, `${MASKS}/without_mask`);
      await model.release();
      // Crops of one face that fills the picture are not what it was trained on, so some are not found at all.
      expect(masked.length).toBeGreaterThan(SAMPLE / 2);
      expect(bare.length).toBeGreaterThan(SAMPLE / 2);
      expect(masked.filter((one) => one === 1).length / masked.length).toBeGreaterThan(0.9);
      expect(bare.filter((one) => one === 0).length / bare.length).toBeGreaterThan(0.9);
    });
  },
);

async function detections(model: RealModel, path: string): Promise<readonly Detection[]> {
  const decoded = await model.look(await readRgb(sharedFile(path)));
  return decoded.kind === "detections" ? decoded.detections : [];
}

/** The best face's class in each picture of a folder that shows one. */
async function bestClasses(model: RealModel, folder: string): Promise<readonly number[]> {
  const classes: number[] = [];
  for (const name of readdirSync(sharedFile(folder)).toSorted().slice(0, SAMPLE)) {
    const [best] = await detections(model, `${folder}/${name}`);
    if (best !== undefined) classes.push(best.classIndex);
  }
  return classes;
}
