import { createHash } from "node:crypto";
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { asError } from "@outpost/kernel/thrown.ts";
import { InferenceSession } from "onnxruntime-node";

import { ModelError } from "../errors.ts";
import { MAX_WEIGHTS_BYTES, parseManifest, type ModelManifest } from "../manifest.ts";
import { readOnnxHeader } from "../onnx/model-file.ts";
import { checkGolden, detectionsOn } from "../running/golden.ts";
import { openModel, type RunningModel } from "../running/open-model.ts";
import {
  GOLDEN_FILE,
  MANIFEST_FILE,
  readBounded,
  readPackage,
  type Golden,
  type ModelPackage,
} from "../running/package-files.ts";
import { MAX_PICTURE_BYTES } from "../running/picture.ts";
import { TEMPLATES, type FileShape, type Template } from "./templates.ts";

export interface ImportOptions {
  readonly file: string;
  /** The model's name from here on. */
  readonly name: string;
  /** A family of `TEMPLATES`; not needed where `manifest` is there. */
  readonly decoder?: string | undefined;
  /** A manifest of the user's own; its file's name, length and digest are filled in. */
  readonly manifest?: Readonly<Record<string, unknown>> | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly licence: string;
  readonly holder: string;
  readonly score?: number | undefined;
  /** JPEGs the model is looked at with; what it finds is kept and asked for again before every use. */
  readonly goldenPictures: readonly string[];
  /** The folder that gets the package as `<into>/<name>`. */
  readonly into: string;
}

/** What was written. */
export interface Imported {
  readonly folder: string;
  readonly manifest: ModelManifest;
  readonly found: readonly { readonly picture: string; readonly things: number }[];
  /** Of a look, in milliseconds on this machine; undefined without golden pictures. */
  readonly lookMs: number | undefined;
}

/**
 * Packages an ONNX file: reads what it wants, makes its manifest, opens it as a gateway would, looks at the golden
 * pictures twice, and puts the package in place whole. A package of the same name is replaced.
 *
 * @throws ModelError with the reason; nothing is left behind then.
 */
export async function importModel(options: ImportOptions): Promise<Imported> {
  const bytes = await readBounded(options.file, MAX_WEIGHTS_BYTES);
  const manifest = await manifestFor(options, bytes);
  const folder = join(options.into, options.name);
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  try {
    await copyFile(options.file, join(fresh, manifest.file.name));
    await writeFile(join(fresh, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`);
    const looked = await recordGolden(fresh, manifest, options.goldenPictures);
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return { folder, manifest, ...looked };
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

async function manifestFor(options: ImportOptions, bytes: Buffer): Promise<ModelManifest> {
  const { opsets } = readOnnxHeader(bytes);
  const shape = await shapeOf(bytes);
  const file = {
    name: `${options.name}.onnx`,
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
  if (options.manifest !== undefined) return parseManifest({ ...options.manifest, name: options.name, file });
  const template = templateOf(options.decoder)(shape);
  const classes = options.classes ?? template.classes;
  return parseManifest({
    format: 1,
    name: options.name,
    version: "1.0.0",
    title: { zh: options.name, en: options.name },
    file,
    opset: opsets.get("") ?? 0,
    inputs: [imageInput(shape, template), ...sizeInputs(shape)],
    decoder: template.decoder,
    classes: classes.map((id) => ({ id, zh: id, en: id })),
    thresholds: { ...template.thresholds, ...(options.score === undefined ? {} : { score: options.score }) },
    licence: { spdx: options.licence, holder: options.holder },
    provenance: { origin: "imported", how: `models:import of ${basename(options.file)}` },
    grade: "unmeasured",
    resources: {
      memoryMiB: Math.max(32, Math.ceil((bytes.length * 8) / 1_048_576)),
      cpuMsPerRun: 30,
      measuredOn: "not measured",
    },
  });
}

function templateOf(decoder: string | undefined): (file: FileShape) => Template {
  const template = decoder === undefined ? undefined : TEMPLATES[decoder];
  if (template !== undefined) return template;
  const known = Object.keys(TEMPLATES).join(", ");
  throw new ModelError("models/bad-manifest", `--decoder: one of ${known}; any other family takes --manifest`);
}

async function shapeOf(bytes: Buffer): Promise<FileShape> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 });
  } catch (error) {
    const reason = asError(error).message.replaceAll(/\s+/g, " ").slice(0, 500);
    throw new ModelError("models/unrunnable", `the runtime refuses the file: ${reason}`, { cause: error });
  }
  const inputs = session.inputMetadata.flatMap((one) => (one.isTensor ? [one] : []));
  const outputs = session.outputMetadata.map(({ name }) => name);
  await session.release();
  const input = inputs.find(({ shape }) => shape.length === 4);
  if (input === undefined) throw new ModelError("models/does-not-fit", "no input of the file takes a picture");
  return { input, outputs, inputs: inputs.map(({ name }) => name) };
}

function imageInput({ input }: FileShape, template: Template): Readonly<Record<string, unknown>> {
  const [, second, third, fourth] = input.shape;
  const isLast = fourth === 3 || fourth === 1;
  const [height, width] = isLast ? [second, third] : [third, fourth];
  const layout = isLast ? "NHWC" : "NCHW";
  const open = [height, width].some((side) => typeof side !== "number" || side < 1);
  if (open)
    throw new ModelError("models/does-not-fit", "the file leaves its input's size open; export it with a fixed one");
  return { kind: "image", name: input.name, layout, dtype: input.type, width, height, ...template.input };
}

function sizeInputs({ input, inputs }: FileShape): readonly Readonly<Record<string, unknown>>[] {
  return inputs.filter((name) => name !== input.name).map((name) => ({ kind: "input-size", name }));
}

async function recordGolden(
  folder: string,
  manifest: ModelManifest,
  pictures: readonly string[],
): Promise<Pick<Imported, "found" | "lookMs">> {
  await using model = await openModel({ folder, manifest, golden: undefined });
  const recorded: Golden["pictures"][number][] = [];
  for (const [index, picture] of pictures.entries()) {
    const jpeg = await readBounded(picture, MAX_PICTURE_BYTES);
    const found = await detectionsOn(model, jpeg);
    const file = `golden-${index + 1}.jpg`;
    await writeFile(join(folder, file), jpeg);
    recorded.push({ file, found: found.map(({ classIndex, score, box }) => ({ classIndex, score, box })) });
  }
  if (recorded.length > 0 && recorded.every(({ found }) => found.length === 0)) {
    const message = "it finds nothing on any golden picture: the wrong decoder, or other pictures are needed";
    throw new ModelError("models/golden-differs", message);
  }
  await writeFile(join(folder, GOLDEN_FILE), `${JSON.stringify({ format: 1, pictures: recorded })}\n`);
  const lookMs = await checkAgain(model, await readPackage(folder));
  return {
    found: recorded.map(({ found }, index) => ({ picture: pictures[index] ?? "", things: found.length })),
    lookMs,
  };
}

/** As a gateway will, with the package as it lies there. */
async function checkAgain(model: RunningModel, opened: ModelPackage): Promise<number | undefined> {
  const startedMs = performance.now();
  const looks = await checkGolden(model, opened);
  return looks === 0 ? undefined : (performance.now() - startedMs) / looks;
}
