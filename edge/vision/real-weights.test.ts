import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { simulate } from "@outpost/firmware-adapters/camera/testing/rig.ts";
import { importModel } from "@outpost/models/import/import-model.ts";
import { missingShared, sharedFile } from "@outpost/models/testing/shared-files.ts";
import { expect, describe, it } from "vitest";

import { mjpegSettings, visionRig } from "./testing/vision-rig.ts";
import { visionSite } from "./testing/vision-site.ts";

const YOLOX = "weights/yolox-nano-416.onnx";
const FACES = "weights/ultraface-rfb-320.onnx";
const PEOPLE = "photos/people-1.jpg";
const missing = missingShared(YOLOX, FACES, PEOPLE, "photos/dog.jpg");

describe.skipIf(missing !== undefined)(`real weights${missing === undefined ? "" : ` (skipped: ${missing})`}`, () => {
  it("people on a camera are counted, and on evidence their faces are blurred by a face model", async () => {
    await using rig = await visionRig();
    const common = { licence: "Apache-2.0", holder: "its authors", into: rig.modelFolder };
    await importModel({
      ...common,
      file: sharedFile(YOLOX),
      name: "scene-detector",
      decoder: "yolox",
      goldenPictures: [sharedFile("photos/dog.jpg")],
    });
    await importModel({ ...common, file: sharedFile(FACES), name: "faces", decoder: "ultraface", goldenPictures: [] });
    const folder = join(rig.folder, "people");
    await mkdir(folder);
    await writeFile(join(folder, "people.jpg"), await readFile(sharedFile(PEOPLE)));
    await using camera = await simulate({ folder, framesPerSecond: 5 });
    const algorithms = [
      { id: "crowd", at: ["all"], parameters: { mediumAt: 2, highAt: 500 } },
      { id: "perimeter", at: ["all"] },
    ];
    await rig.vision.apply(
      visionSite([{ id: "square", settings: mjpegSettings(camera) }], {
        algorithms,
        vision: { evidence: { faceModel: "faces" } },
      }),
    );
    await rig.until("a crowd", () => rig.reading("square", "crowd.all.level") === 1);
    await rig.until("somebody inside", () => rig.reading("square", "perimeter.all.present") === 1);
    await rig.until("figures", () => rig.vision.status.beat !== undefined);
    // Two algorithms, one detector: one look a frame for both.
    expect(rig.vision.status.beat?.cameras[0]?.models).toEqual(["scene-detector"]);
    const kept = await rig.keepEvidence("square");
    expect(kept).toMatchObject({ camera: "square", blurredBy: "faces" });
  }, 180_000);
});
