import { readdirSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { cosine } from "../decoders/whole-image/embedding.ts";
import { maskRegions } from "../decoders/whole-image/mask-regions.ts";
import { classShare, maskAt, type Mask } from "../decoders/whole-image/mask.ts";
import { VOC_CLASSES } from "../testing/class-names.ts";
import { DEEPLAB, LPRNET, PERSON_REID, ROAD_SEGMENTATION, YOLOX_NANO } from "../testing/model-cases.ts";
import { cutRgb, readRgb } from "../testing/pictures.ts";
import { openRealModel, type RealModel } from "../testing/real-model.ts";
import { missingShared, sharedFile } from "../testing/shared-files.ts";

const PLATES = "datasets/plate";
const ROADS = "datasets/road";
const PEOPLE = ["photos/people-1.jpg", "photos/people-2.jpg", "photos/people-8.jpg"];
const PLATE_SAMPLE = 200;

const missing = missingShared(
  PLATES,
  ROADS,
  "photos/dog.jpg",
  ...PEOPLE,
  ...[DEEPLAB, LPRNET, PERSON_REID, ROAD_SEGMENTATION, YOLOX_NANO].map(({ file }) => `weights/${file}`),
);

describe.skipIf(missing !== undefined)(
  `real readers, masks and vectors${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it("LPRNet reads plates; the file's name is the plate", async () => {
      const model = await openRealModel(LPRNET);
      expect(model.reasons).toEqual([]);
      // Every fourth of the set, by name, so that not only one province is read.
      const names = readdirSync(sharedFile(PLATES))
        .toSorted()
        .filter((_, index) => index % 4 === 0)
        .slice(0, PLATE_SAMPLE);
      let exact = 0;
      for (const name of names) {
        const decoded = await model.look(await readRgb(sharedFile(`${PLATES}/${name}`)));
        if (decoded.kind === "reading" && decoded.reading?.text === name.replace(".jpg", "").normalize("NFC"))
          exact += 1;
      }
      await model.release();
      console.log(`LPRNet: ${exact} of ${names.length} plates exactly`);
      expect(exact / names.length).toBeGreaterThan(0.85);
    });

    it("DeepLab paints dog and bicycle where they are", async () => {
      const model = await openRealModel(DEEPLAB);
      expect(model.reasons).toEqual([]);
      const mask = await maskOf(model, "photos/dog.jpg");
      await model.release();
      const dog = VOC_CLASSES.indexOf("dog");
      expect(maskAt(mask, { x: 215, y: 350 })).toBe(dog);
      expect(maskAt(mask, { x: 700, y: 500 })).toBe(VOC_CLASSES.indexOf("background"));
      const [largest] = maskRegions(mask, dog, { minAreaPx: 500, maxRegions: 5 });
      expect(Math.abs((largest?.box.x1 ?? 0) - 130)).toBeLessThan(30);
      expect(Math.abs((largest?.box.y2 ?? 0) - 540)).toBeLessThan(30);
      const bicycle = classShare(
        mask,
        VOC_CLASSES.indexOf("bicycle"),
        ({ x, y }) => x > 120 && x < 570 && y > 130 && y < 430,
      );
      expect(bicycle).toBeGreaterThan(0.2);
    });

    it("the road model sees more road below than above", async () => {
      const model = await openRealModel(ROAD_SEGMENTATION);
      expect(model.reasons).toEqual([]);
      const names = readdirSync(sharedFile(ROADS))
        .filter((name) => name.endsWith(".jpg"))
        .toSorted()
        .slice(0, 6);
      let below = 0;
      let above = 0;
      for (const name of names) {
        const mask = await maskOf(model, `${ROADS}/${name}`);
        const { height } = mask.placement.source;
        below += classShare(mask, 1, ({ y }) => y > height * 0.6) ?? 0;
        above += classShare(mask, 1, ({ y }) => y < height * 0.2) ?? 0;
      }
      await model.release();
      expect(below / names.length).toBeGreaterThan(0.5);
      expect(below).toBeGreaterThan(above);
    });

    it("a person looks more like a tighter cut of the same person than like any other", async () => {
      const [detector, reid] = [await openRealModel(YOLOX_NANO), await openRealModel(PERSON_REID)];
      expect(reid.reasons).toEqual([]);
      for (const path of PEOPLE) {
        const { whole, tight } = await vectorsOf(detector, reid, path);
        expect(whole.length).toBeGreaterThanOrEqual(4);
        for (const [index, one] of whole.entries()) {
          const likeness = tight.map((other) => cosine(one, other));
          expect(likeness.indexOf(Math.max(...likeness))).toBe(index);
        }
      }
      await Promise.all([detector.release(), reid.release()]);
    });
  },
);

async function maskOf(model: RealModel, path: string): Promise<Mask> {
  const decoded = await model.look(await readRgb(sharedFile(path)));
  expect(decoded.kind).toBe("mask");
  if (decoded.kind !== "mask") throw new Error("the model under test is no segmentation model");
  return decoded.mask;
}

async function vectorsOf(
  detector: RealModel,
  reid: RealModel,
  path: string,
): Promise<{ readonly whole: readonly Float32Array[]; readonly tight: readonly Float32Array[] }> {
  const image = await readRgb(sharedFile(path));
  const decoded = await detector.look(image);
  const people =
    decoded.kind === "detections" ? decoded.detections.filter((one) => one.classIndex === 0 && one.score > 0.4) : [];
  const cut = async (margin: number): Promise<readonly Float32Array[]> => {
    const vectors: Float32Array[] = [];
    for (const { box } of people) {
      const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
      const part = {
        x: Math.floor(box.x1 + margin * width),
        y: Math.floor(box.y1 + margin * height),
        width: Math.floor(width * (1 - 2 * margin)),
        height: Math.floor(height * (1 - 2 * margin)),
      };
      const vector = await reid.look(cutRgb(image, part));
      if (vector.kind === "embedding") vectors.push(vector.vector);
    }
    return vectors;
  };
  return { whole: await cut(0), tight: await cut(0.05) };
}
