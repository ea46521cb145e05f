import { CameraError } from "../errors.ts";
import type { Ffmpeg } from "./find-ffmpeg.ts";
import { runChild } from "./run-child.ts";

const SIDE = 16;

/**
 * How bright a JPEG is on average, in % of white. FFmpeg decodes it in a process of its own: a large picture would hold
 * up everything else in ours.
 *
 * @throws CameraError `camera/bad-stream` where it cannot be decoded, `camera/no-ffmpeg`, or the signal's reason.
 */
export async function measureBrightness(ffmpeg: Ffmpeg, jpeg: Buffer, signal: AbortSignal): Promise<number> {
  const input = ["-hide_banner", "-loglevel", "error", "-f", "image2pipe", "-c:v", "mjpeg", "-i", "pipe:0"];
  const output = ["-frames:v", "1", "-vf", `scale=${SIDE}:${SIDE}:flags=area,format=gray`, "-f", "rawvideo", "pipe:1"];
  const args = [...input, ...output];
  let sum = 0;
  let pixels = 0;
  const onOutput = (chunk: Buffer): void => {
    pixels += chunk.length;
    for (const value of chunk) sum += value;
  };
  await runChild({ path: ffmpeg.path, args, input: jpeg, onOutput }, signal);
  if (pixels !== SIDE * SIDE) throw new CameraError("camera/bad-stream", "the picture cannot be decoded");
  return (sum / pixels / 255) * 100;
}
