import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";

import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { MAX_WEIGHTS_BYTES, parseManifest, type ModelManifest } from "../manifest.ts";
import { MAX_PICTURE_BYTES } from "./picture.ts";

/** The names in a model's package folder, beside the weights that the manifest names. */
export const MANIFEST_FILE = "manifest.json";
export const GOLDEN_FILE = "golden.json";
const MAX_JSON_BYTES = 1_024 * 1_024;

const share = z.number().min(0).max(1);
/** What a model found on pictures when it was packaged: boxes in pixels of the picture. */
const golden = z.strictObject({
  format: z.literal(1),
  pictures: z
    .array(
      z.strictObject({
        file: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}\.jpe?g$/, "a plain file name ending in .jpg"),
        found: z
          .array(
            z.strictObject({
              classIndex: z.int().min(0),
              score: share,
              box: z.strictObject({ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() }),
            }),
          )
          .max(1_000),
      }),
    )
    .max(20),
});
export type Golden = z.infer<typeof golden>;

/** A model's package as it lies on disk, its weights not read yet. */
export interface ModelPackage {
  readonly folder: string;
  readonly manifest: ModelManifest;
  /** Undefined where it was packaged without golden pictures. */
  readonly golden: Golden | undefined;
}

/**
 * Reads a package's manifest and its golden answers.
 *
 * @throws ModelError `models/bad-manifest`, `models/wrong-file`.
 */
export async function readPackage(folder: string): Promise<ModelPackage> {
  const manifest = parseManifest(parseJson(await readBounded(join(folder, MANIFEST_FILE), MAX_JSON_BYTES)));
  const text = await readBounded(join(folder, GOLDEN_FILE), MAX_JSON_BYTES).catch(unlessMissing);
  if (text === undefined) return { folder, manifest, golden: undefined };
  const parsed = golden.safeParse(parseJson(text));
  if (!parsed.success) throw new ModelError("models/bad-manifest", `${GOLDEN_FILE}: ${z.prettifyError(parsed.error)}`);
  return { folder, manifest, golden: parsed.data };
}

/** A golden picture of a package. @throws ModelError `models/wrong-file`. */
export async function readGoldenPicture(folder: string, file: string): Promise<Buffer> {
  return await readBounded(join(folder, file), MAX_PICTURE_BYTES);
}

/**
 * Reads a package's weights, after their length has been looked at: a file of two gigabytes is never read.
 *
 * @throws ModelError `models/wrong-file`.
 */
export async function readWeights({ folder, manifest: { file } }: ModelPackage): Promise<Buffer> {
  const bytes = await readBounded(join(folder, file.name), MAX_WEIGHTS_BYTES, file.bytes);
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (digest === file.sha256) return bytes;
  throw new ModelError("models/wrong-file", `${file.name} has the digest ${digest}, the manifest says ${file.sha256}`);
}

/** A file of at most so many bytes, or of exactly as many as expected. @throws ModelError `models/wrong-file`. */
export async function readBounded(path: string, maxBytes: number, exactBytes?: number): Promise<Buffer> {
  try {
    await using file = await open(path, "r");
    const { size } = await file.stat();
    if (size > maxBytes) throw new Error(`it has ${size} bytes, at most ${maxBytes} are taken`);
    if (exactBytes !== undefined && size !== exactBytes)
      throw new Error(`it has ${size} bytes, expected ${exactBytes}`);
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await file.read(bytes, 0, size, 0);
    if (bytesRead !== size) throw new Error("it is being changed");
    return bytes;
  } catch (error) {
    throw new ModelError("models/wrong-file", `${path}: ${asError(error).message}`, { cause: error });
  }
}

/** A file that is not there is one thing, one that cannot be read another: that one must not pass for none. */
function unlessMissing(error: unknown): undefined {
  if (error instanceof ModelError && errorCode(error.cause) === "ENOENT") return undefined;
  throw error;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new ModelError("models/bad-manifest", `no JSON: ${asError(error).message}`, { cause: error });
  }
}
