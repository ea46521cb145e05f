import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import sharp, { type Sharp } from "sharp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { tinyDetector } from "../testing/tiny-onnx.ts";
import { writeTinyPackage } from "../testing/tiny-package.ts";
import { checkGolden, detectionsOn } from "./golden.ts";
import { openModel, type RunningModel } from "./open-model.ts";
import { GOLDEN_FILE, readPackage } from "./package-files.ts";
import { decodeWhole, sizeOf } from "./picture.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outpost-models-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

function flat(width: number, height: number, brightness: number): Sharp {
  const background = { r: brightness, g: brightness, b: brightness };
  return sharp({ create: { width, height, channels: 3, background } });
}
const bright = async (): Promise<Buffer> => await flat(640, 360, 230).jpeg().toBuffer();

async function opened(name = "tiny"): Promise<RunningModel> {
  return await openModel(await readPackage(join(folder, name)));
}

describe("a package", () => {
  it("is opened and looks at pictures in their own pixels", async () => {
    await writeTinyPackage(folder, "tiny");
    await using model = await opened();
    const [found, ...rest] = await detectionsOn(model, await bright());
    expect(rest).toEqual([]);
    const sides = Object.values(found?.box ?? {}).map((side) => Math.round(side));
    expect(sides).toEqual([160, 90, 480, 270]);
    expect(found?.score).toBeCloseTo(230 / 255, 2);
    expect(await detectionsOn(model, await flat(640, 360, 20).jpeg().toBuffer())).toEqual([]);
  });

  it.each([
    ["of a wrong shape", "wrong-shape", "models/does-not-fit", "its shape is [1, 20, 6], expected is [1, 21, 6]"],
    ["with an unknown operator", "unknown-operator", "models/unrunnable", "Divination"],
  ] as const)("with a file %s is refused by name and reason", async (_, misdeed, code, reason) => {
    await writeTinyPackage(folder, "tiny", { misdeed });
    await expect(opened()).rejects.toMatchObject({ code, message: expect.stringContaining(reason) });
  });

  it("with a model that answers NaN throws the answer away, by name", async () => {
    await writeTinyPackage(folder, "tiny", { misdeed: "nan" });
    await using model = await opened();
    await expect(detectionsOn(model, await bright())).rejects.toMatchObject({ code: "models/not-finite" });
  });

  it("with a file of two gigabytes is refused without reading it", async () => {
    await writeTinyPackage(folder, "tiny");
    await truncate(join(folder, "tiny", "tiny.onnx"), 2 * 1_024 ** 3);
    await expect(opened()).rejects.toMatchObject({
      code: "models/wrong-file",
      message: expect.stringContaining("2147483648"),
    });
  });

  it.each([
    ["another byte", async (path: string) => await writeFile(path, tinyDetector().with(40, 7)), "digest"],
    ["no bytes", async (path: string) => await writeFile(path, ""), "0 bytes"],
    ["no file", async (path: string) => await rm(path), "no such file"],
  ])("with %s in its weights is refused", async (_, spoil, reason) => {
    await writeTinyPackage(folder, "tiny");
    await spoil(join(folder, "tiny", "tiny.onnx"));
    await expect(opened()).rejects.toMatchObject({
      code: "models/wrong-file",
      message: expect.stringContaining(reason),
    });
  });

  it("is asked for its golden answers, and refused where they differ", async () => {
    const path = await writeTinyPackage(folder, "tiny");
    await writeFile(join(path, "golden-1.jpg"), await bright());
    await using model = await opened();
    const found = await detectionsOn(model, await bright());
    const write = async (pictures: unknown): Promise<void> =>
      await writeFile(join(path, GOLDEN_FILE), JSON.stringify({ format: 1, pictures }));
    await write([{ file: "golden-1.jpg", found }]);
    expect(await checkGolden(model, await readPackage(path))).toBe(1);
    await write([{ file: "golden-1.jpg", found: found.map((one) => ({ ...one, score: 0.5 })) }]);
    await expect(checkGolden(model, await readPackage(path))).rejects.toMatchObject({ code: "models/golden-differs" });
    await write([{ file: "golden-1.jpg", found: [] }]);
    await expect(checkGolden(model, await readPackage(path))).rejects.toMatchObject({ code: "models/golden-differs" });
  });

  it("is refused where its golden answers cannot be read, for that is not to have none", async () => {
    const path = await writeTinyPackage(folder, "tiny");
    expect((await readPackage(path)).golden).toBeUndefined();
    await writeFile(join(path, GOLDEN_FILE), " ".repeat(2_097_152));
    await expect(readPackage(path)).rejects.toMatchObject({ code: "models/wrong-file" });
  });
});

describe("pictures", () => {
  it.each([
    ["grey", async () => await flat(320, 240, 230).greyscale().jpeg().toBuffer()],
    ["CMYK", async () => await flat(320, 240, 230).toColourspace("cmyk").jpeg().toBuffer()],
    ["progressive", async () => await flat(320, 240, 230).jpeg({ progressive: true }).toBuffer()],
    ["8K", async () => await flat(7_680, 4_320, 230).jpeg().toBuffer()],
    ["one pixel", async () => await flat(1, 1, 230).jpeg().toBuffer()],
  ])("%s are looked at as any other", async (_, make) => {
    await writeTinyPackage(folder, "tiny");
    await using model = await opened();
    const found = await detectionsOn(model, await make());
    expect(found).toHaveLength(1);
    expect(found[0]?.score).toBeCloseTo(230 / 255, 1);
  });

  it.each([
    ["zero bytes", async () => Buffer.alloc(0)],
    ["no picture", async () => Buffer.from("a camera that speaks HTML")],
    ["a cut JPEG", async () => (await noisy()).subarray(0, 20_000)],
    ["a hundred megapixels", async () => await flat(12_000, 9_000, 1).jpeg().toBuffer()],
  ])("that are %s are refused by name", async (_, make) => {
    const bytes = await make();
    await expect(decodeWhole(bytes)).rejects.toMatchObject({ code: "models/bad-picture" });
  });

  it("name their size, and a wrong one does no harm", async () => {
    expect(await sizeOf(await bright())).toEqual({ width: 640, height: 360 });
    await writeTinyPackage(folder, "tiny");
    await using model = await opened();
    const decoded = await model.look(await bright(), { width: 1_280, height: 720 });
    expect(decoded).toMatchObject({ kind: "detections" });
  });
});

async function noisy(): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  return await sharp({ create: { width: 640, height: 360, channels: 3, background: "black", noise } })
    .jpeg()
    .toBuffer();
}
