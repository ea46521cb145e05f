import type { VisionSettings } from "@outpost/wire/vision.ts";

import { VisionError } from "../errors.ts";
import type { SessionPool } from "../sessions/session-pool.ts";
import type { SeenFrame } from "./frame-ring.ts";

const DRAW_TIMEOUT_MS = 30_000;

export interface Drawn {
  readonly jpeg: Buffer;
  readonly blurredBy: "faces" | "people" | "none";
}

/**
 * Makes a picture that may be shown: boxes around what was found, faces blurred, no metadata.
 *
 * @throws VisionError `vision/ended`, `vision/hangs`, or `vision/no-picture` where the picture cannot be decoded.
 */
export async function drawSeen(
  pool: SessionPool,
  { jpeg, width, height, found }: SeenFrame,
  { isBlurred, faceModel }: VisionSettings["evidence"],
): Promise<Drawn> {
  const process = pool.any();
  if (process === undefined) throw new VisionError("vision/ended", "no session process runs");
  const outcome = await process.ask(
    {
      kind: "draw",
      width,
      height,
      boxes: found.map(({ box }) => ({ ...box })),
      people: found.flatMap(({ box, className }) => (className === "person" ? [{ ...box }] : [])),
      blur: isBlurred ? "faces" : "none",
      ...(faceModel === undefined ? {} : { faceModel }),
    },
    jpeg,
    DRAW_TIMEOUT_MS,
  );
  if (outcome.kind === "answered" && outcome.answer.kind === "drawn") {
    return { jpeg: outcome.body, blurredBy: outcome.answer.blurredBy };
  }
  const reason = outcome.kind === "failed" ? `${outcome.code}: ${outcome.message}` : outcome.answer.kind;
  throw new VisionError("vision/no-picture", reason);
}
