import { once } from "node:events";
import type { ServerResponse } from "node:http";

import { systemClock } from "@outpost/kernel/clock.ts";

import type { SimulatedCamera } from "../camera.ts";

export interface PictureStyle {
  /** Whether parts say how long they are. */
  readonly hasLength: boolean;
}

const BOUNDARY = "outpost-frame";
const LOOK_AGAIN_MS = 20;
const SLOW_STEPS_PER_SECOND = 10;

/** Answers with one picture. */
export async function sendSnapshot(
  camera: SimulatedCamera,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const mishap = camera.nextMishap();
  const picture = mishap?.kind === "garbage" ? mishap.bytes : camera.picture();
  response.writeHead(200, { "content-type": "image/jpeg", "content-length": picture.length });
  await write(camera, response, mishap?.kind === "cut" ? half(picture) : picture, signal);
  if (mishap?.kind === "cut") response.destroy();
  else response.end();
}

/** Answers with pictures until the other side has enough. */
export async function sendMotionJpeg(
  camera: SimulatedCamera,
  response: ServerResponse,
  { hasLength }: PictureStyle,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { "content-type": `multipart/x-mixed-replace; boundary=${BOUNDARY}` });
  await write(camera, response, Buffer.from(`--${BOUNDARY}\r\n`), signal);
  for (;;) {
    const mishap = camera.nextMishap();
    const picture = mishap?.kind === "garbage" ? mishap.bytes : camera.picture();
    const length = hasLength ? `Content-Length: ${picture.length}\r\n` : "";
    await write(camera, response, Buffer.from(`Content-Type: image/jpeg\r\n${length}\r\n`), signal);
    await write(camera, response, mishap?.kind === "cut" ? half(picture) : picture, signal);
    if (mishap?.kind === "cut") {
      response.destroy();
      return;
    }
    await write(camera, response, Buffer.from(`\r\n--${BOUNDARY}\r\n`), signal);
    await systemClock.sleep(1_000 / camera.framesPerSecond, signal);
  }
}

function half(picture: Buffer): Buffer {
  return picture.subarray(0, Math.floor(picture.length / 2));
}

/** Writes at the camera's pace, and not at all while it is silent. */
async function write(
  camera: SimulatedCamera,
  response: ServerResponse,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  let at = 0;
  while (at < bytes.length) {
    while (camera.isSilent) await systemClock.sleep(LOOK_AGAIN_MS, signal);
    signal.throwIfAborted();
    const { bytesPerSecond } = camera;
    const step = bytesPerSecond === undefined ? bytes.length : Math.ceil(bytesPerSecond / SLOW_STEPS_PER_SECOND);
    if (!response.write(bytes.subarray(at, at + step))) await once(response, "drain", { signal });
    at += step;
    if (bytesPerSecond !== undefined) await systemClock.sleep(1_000 / SLOW_STEPS_PER_SECOND, signal);
  }
}
