import { cameraSettings } from "@outpost/firmware-adapters/camera/settings.ts";
import { hex128, name } from "@outpost/wire/identifiers.ts";
import { visionSettings } from "@outpost/wire/vision.ts";
import { z } from "zod";

const word = z.string().max(64);
const sentence = z.string().max(500);
const finite = z.number();
const model = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);

const visionCamera = visionSettings.shape.cameras.element;

/** What the core orders. */
export const order = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("configure"),
    vision: visionSettings,
    /** How to reach each camera: its device's own settings, by device id. */
    sources: z.array(z.strictObject({ device: name, settings: cameraSettings })).max(64),
    /** Where packages lie, `<folder>/<model>`; later folders go before earlier ones. */
    modelFolders: z.array(z.string().max(4_096)).max(8),
    evidenceFolder: z.string().max(4_096),
    /** A unix socket on which pictures are served to this machine. */
    socketPath: z.string().max(100),
    ffmpegPath: z.string().max(4_096).optional(),
  }),
  /** An alarm was raised about a camera: keep what it saw. */
  z.strictObject({
    kind: z.literal("keep-evidence"),
    occurrenceId: hex128,
    ruleId: z.string().max(128),
    camera: name,
    atMs: finite,
    raisedAtMs: finite,
  }),
  z.strictObject({ kind: z.literal("swap"), id: z.int(), model, folder: z.string().max(4_096) }),
  z.strictObject({
    kind: z.literal("shadow"),
    id: z.int(),
    model,
    folder: z.string().max(4_096),
    /** What the candidate may take of the machine, in cores. */
    cpuCores: z.number().min(0.01).max(16),
  }),
  z.strictObject({ kind: z.literal("end-shadow"), id: z.int() }),
]);
export type Order = z.infer<typeof order>;
export type Configuration = Extract<Order, { kind: "configure" }>;
export type VisionCamera = z.infer<typeof visionCamera>;

const trouble = z.strictObject({ code: word, message: sentence }).nullable();

const cameraStats = z.strictObject({
  camera: name,
  /** Pictures a second that came, that were wanted, and that were looked at. */
  fps: finite,
  wantedFps: finite,
  analysedFps: finite,
  /** From the picture's arrival to its scene, the 95th of a hundred, in milliseconds. */
  latencyMs: finite,
  dropped: z.int().min(0),
  passedOver: z.int().min(0),
  /** What is missing of the wanted rate, 0 to 1. */
  shortfall: z.number().min(0).max(1),
  models: z.array(model).max(16),
  trouble,
});
export type CameraStats = z.infer<typeof cameraStats>;

const modelStats = z.strictObject({
  model,
  version: word,
  grade: word,
  state: z.enum(["ready", "unhealthy", "missing"]),
  reason: sentence,
  /** CPU time of a look with decoding, milliseconds. */
  lookMs: finite,
});
export type ModelStats = z.infer<typeof modelStats>;

const scene = z.strictObject({
  kind: z.literal("scene"),
  camera: name,
  algorithm: word,
  scope: word,
  /** On the machine's monotonic clock. */
  capturedAtMs: finite,
  /** By output; null where it cannot be told. */
  readings: z.array(z.tuple([word, finite.nullable()])).max(16),
  happenings: z
    .array(
      z.strictObject({
        name: word,
        trackId: z.int().min(0),
        score: z.number().min(0).max(1),
        details: z.record(word, z.union([z.string().max(64), finite, z.boolean()])),
      }),
    )
    .max(100),
});
export type SceneMessage = z.infer<typeof scene>;

const sideFigures = z.strictObject({ p50Ms: finite, p95Ms: finite, things: z.int(), alarms: z.int() });
const shadowReport = z.strictObject({
  model,
  activeVersion: word,
  candidateVersion: word,
  frames: z.int(),
  /** Twice what both found, by all that each found: 1 where they always agree. */
  agreement: z.number().min(0).max(1),
  active: sideFigures,
  candidate: sideFigures,
  failures: z.int(),
});
export type ShadowReport = z.infer<typeof shadowReport>;

/** What the vision process says. Nothing in it can hold a picture: short words and numbers, and no body. */
export const report = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ready") }),
  z.strictObject({
    kind: z.literal("beat"),
    cameras: z.array(cameraStats).max(64),
    models: z.array(modelStats).max(64),
    cpuCores: finite,
    rssMiB: finite,
    shadow: shadowReport.nullable(),
  }),
  scene,
  z.strictObject({
    kind: z.literal("evidence"),
    occurrenceId: hex128,
    outcome: z.enum(["kept", "failed"]),
    /** Bytes on disk, or why there is none. */
    bytes: z.int(),
    reason: sentence,
  }),
  z.strictObject({ kind: z.literal("answer"), id: z.int(), isDone: z.boolean(), reason: sentence }),
]);
export type Report = z.infer<typeof report>;
export type Beat = Extract<Report, { kind: "beat" }>;
