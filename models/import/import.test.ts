import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { readPackage } from "../running/package-files.ts";
import { missingShared, sharedFile } from "../testing/shared-files.ts";
import { tinyDetector } from "../testing/tiny-onnx.ts";
import { importModel, type ImportOptions } from "./import-model.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outpost-import-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const options = (more: Partial<ImportOptions> = {}): ImportOptions => ({
  file: join(folder, "given.onnx"),
  name: "scene-detector",
  decoder: "yolox",
  classes: ["person"],
  licence: "Apache-2.0",
  holder: "somebody",
  goldenPictures: [],
  into: join(folder, "weights"),
  ...more,
});

describe("importing a model", () => {
  it("makes the manifest from the file and writes a package that a gateway can read", async () => {
    await writeFile(join(folder, "given.onnx"), tinyDetector());
    const { folder: at } = await importModel(options());
    const { manifest } = await readPackage(at);
    expect(manifest).toMatchObject({ name: "scene-detector", opset: 13, grade: "unmeasured" });
    expect(manifest.inputs).toMatchObject([
      { name: "images", layout: "NCHW", width: 32, height: 32, dtype: "float32" },
    ]);
  });

  it.each([
    ["a wrong shape", "wrong-shape", "models/does-not-fit"],
    ["an unknown operator", "unknown-operator", "models/unrunnable"],
  ] as const)("refuses a file with %s and leaves nothing behind", async (_, misdeed, code) => {
    await writeFile(join(folder, "given.onnx"), tinyDetector(misdeed));
    await expect(importModel(options())).rejects.toMatchObject({ code });
    expect(await readdir(join(folder, "weights")).catch(() => [])).toEqual([]);
  });

  it("refuses a file of two gigabytes, one that is none, and a family it does not know", async () => {
    await writeFile(join(folder, "given.onnx"), "");
    await truncate(join(folder, "given.onnx"), 2 * 1_024 ** 3);
    await expect(importModel(options())).rejects.toMatchObject({ code: "models/wrong-file" });
    await writeFile(join(folder, "given.onnx"), "no model");
    await expect(importModel(options())).rejects.toMatchObject({ code: "models/bad-onnx-file" });
    await writeFile(join(folder, "given.onnx"), tinyDetector());
    await expect(importModel(options({ decoder: "crystal-ball" }))).rejects.toThrow(/yolox, nanodet-m/);
  });
});

const missing = missingShared("weights/yolox-nano-416.onnx", "photos/dog.jpg");
describe.skipIf(missing !== undefined)(
  `third-party weights${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    it("are imported in one step, with what they find kept as the golden answer", async () => {
      const { classes: _, ...rest } = options();
      const file = sharedFile("weights/yolox-nano-416.onnx");
      const imported = await importModel({ ...rest, file, goldenPictures: [sharedFile("photos/dog.jpg")] });
      expect(imported.found[0]?.things).toBeGreaterThanOrEqual(3);
      const { golden } = await readPackage(imported.folder);
      expect(golden?.pictures[0]?.found.length).toBe(imported.found[0]?.things);
    });

    it("are refused under the decoder of another family", async () => {
      const file = sharedFile("weights/yolox-nano-416.onnx");
      const { classes: _, ...rest } = options();
      await expect(importModel({ ...rest, file, decoder: "yolov8" })).rejects.toMatchObject({
        code: "models/does-not-fit",
      });
    });
  },
);
