import { z } from "zod";

const modelName = z.string().max(64);
const side = z.int().min(1).max(16_384);
const box = z.strictObject({ x1: z.number(), y1: z.number(), x2: z.number(), y2: z.number() });
const code = z.string().max(64);
const message = z.string().max(2_000);

/** What a session process is asked. `look` and `draw` carry a JPEG as body. */
export const request = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("open"), id: z.int(), model: modelName, folder: z.string().max(4_096) }),
  z.strictObject({
    kind: z.literal("look"),
    id: z.int(),
    model: modelName,
    width: side,
    height: side,
    /** Looks only where enough has moved since the last picture of this camera that was asked so; absent: looks. */
    gate: z.strictObject({ camera: z.string().max(64), leastShare: z.number().min(0).max(1) }).optional(),
  }),
  z.strictObject({
    kind: z.literal("draw"),
    id: z.int(),
    width: side,
    height: side,
    boxes: z.array(box).max(1_000),
    /** Boxes of people, whose upper part is blurred where no face model is there. */
    people: z.array(box).max(1_000),
    blur: z.enum(["faces", "none"]),
    faceModel: modelName.optional(),
  }),
]);
export type SessionRequest = z.infer<typeof request>;

const flat = z.array(z.number()).max(6_000);

/** What it answers. `drawn` carries the picture as body. */
export const answer = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("opened"),
    id: z.int(),
    version: z.string().max(64),
    grade: z.string().max(64),
    classes: z.array(z.string().max(64)).max(1_000),
    goldenPictures: z.int(),
  }),
  z.strictObject({
    kind: z.literal("looked"),
    id: z.int(),
    /** Six numbers a thing: x1, y1, x2, y2 in pixels of the picture, score, class. */
    found: flat,
    cpuMs: z.number(),
  }),
  z.strictObject({ kind: z.literal("still"), id: z.int(), cpuMs: z.number() }),
  z.strictObject({ kind: z.literal("drawn"), id: z.int(), blurredBy: z.enum(["faces", "people", "none"]) }),
  z.strictObject({ kind: z.literal("failed"), id: z.int(), code, message }),
]);
export type SessionAnswer = z.infer<typeof answer>;
export type AnswerOf<Kind extends SessionAnswer["kind"]> = Extract<SessionAnswer, { kind: Kind }>;
