import { prettifyError, z } from "zod";

import { ModelError } from "./errors.ts";
import { decoder } from "./manifest/decoder.ts";
import type { Immutable } from "./manifest/immutable.ts";
import { imageInput, sizeInput } from "./manifest/input.ts";
import { manifestIssues } from "./manifest/issues.ts";
import { gradeOfEvidence, licence, provenance } from "./manifest/origin.ts";

/** A weights file larger than this is refused: a gateway has neither the memory nor the time for it. */
export const MAX_WEIGHTS_BYTES = 256 * 1024 * 1024;
export const MAX_CLASSES = 1_000;
export const MAX_DETECTIONS = 1_000;
export const MAX_CANDIDATES = 2_000;

const words = z.strictObject({ zh: z.string().min(1).max(64), en: z.string().min(1).max(64) });
const classId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "words like person or traffic-light");
const share = z.number().min(0).max(1);

const weightsFile = z.strictObject({
  /** A plain file name in the model's own folder. */
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}\.onnx$/, "a plain file name ending in .onnx"),
  bytes: z.int().min(1).max(MAX_WEIGHTS_BYTES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits"),
});

const thresholds = z.strictObject({
  /** What scores less is dropped, 0 to 1. */
  score: share,
  /** Scores of single classes, by class id, where they differ from `score`. */
  scoreByClass: z
    .record(classId, share)
    .default({})
    .refine((one) => Object.keys(one).length <= MAX_CLASSES, `at most ${MAX_CLASSES} classes`),
  /** Of two boxes that overlap more than this, the lower-scored one goes. Decoders without suppression ignore it. */
  nmsIou: z.number().min(0.05).max(1).default(0.5),
  /** Whether boxes suppress only boxes of their own class. */
  isNmsByClass: z.boolean().default(true),
  /** The best-scored candidates that reach the suppression; the rest is dropped. */
  maxCandidates: z.int().min(1).max(MAX_CANDIDATES).default(1_000),
  maxDetections: z.int().min(1).max(MAX_DETECTIONS).default(300),
});

const resources = z.strictObject({
  /** Resident memory of one session with its buffers. */
  memoryMiB: z.int().min(1).max(4_096),
  /** CPU time of one run on one core of the reference machine, which `measuredOn` names. */
  cpuMsPerRun: z.number().positive().max(60_000),
  measuredOn: z.string().min(1).max(200),
});

/**
 * What one ONNX file wants to be fed, what it answers and what may be believed of it. A model is never guessed from its
 * file: the manifest says everything, and `checkSession` compares the file with it before the first run.
 */
export const modelManifest = z
  .strictObject({
    format: z.literal(1),
    name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, "lower-case words joined by hyphens"),
    version: z.string().regex(/^\d{1,5}\.\d{1,5}\.\d{1,5}$/, "three numbers joined by dots"),
    title: words,
    file: weightsFile,
    /** The version of the standard operator set that the file imports. */
    opset: z.int().min(7).max(30),
    /** Exactly one image, and where an export asks for it the input's own size. Each is fed with batch 1. */
    inputs: z
      .array(z.discriminatedUnion("kind", [imageInput, sizeInput]))
      .min(1)
      .max(2),
    decoder,
    /** The classes in the order of the model's channels; empty for readings and embeddings. */
    classes: z.array(z.strictObject({ id: classId, ...words.shape })).max(MAX_CLASSES),
    thresholds,
    licence,
    provenance,
    grade: gradeOfEvidence,
    resources,
  })
  .superRefine((manifest, context) => {
    for (const { path, message } of manifestIssues(manifest)) {
      context.addIssue({ code: "custom", path: [...path], message });
    }
  });

export type ModelManifest = Immutable<z.infer<typeof modelManifest>>;
export type Thresholds = ModelManifest["thresholds"];

/**
 * Reads a manifest.
 *
 * @param raw  parsed JSON.
 * @throws ModelError `models/bad-manifest`; the message names every path that does not fit.
 */
export function parseManifest(raw: unknown): ModelManifest {
  const parsed = modelManifest.safeParse(raw);
  if (!parsed.success) throw new ModelError("models/bad-manifest", prettifyError(parsed.error));
  return parsed.data;
}
