import type { FrameRequest } from "../sources/frame-source.ts";
import type { Ffmpeg } from "./find-ffmpeg.ts";

/**
 * What ffmpeg makes of the video: JPEGs one behind the other, or raw rgb24 pictures of exactly the size asked for, which
 * stretches them. A JPEG keeps its proportions where only one side is asked for.
 */
export function outputArgs(ffmpeg: Ffmpeg, request: FrameRequest, isSingle: boolean): readonly string[] {
  const rate = isSingle ? [] : [atMost(request.maxFramesPerSecond)];
  const filters = [...rate, ...scaling(request)];
  const encoding =
    request.format === "jpeg"
      ? ["-c:v", "mjpeg", "-q:v", "5", "-f", "image2pipe"]
      : ["-c:v", "rawvideo", "-pix_fmt", "rgb24", "-f", "rawvideo"];
  return [
    "-map",
    "0:v:0",
    "-an",
    "-sn",
    "-dn",
    ...(filters.length === 0 ? [] : ["-vf", filters.join(",")]),
    ...ffmpeg.passThrough,
    ...(isSingle ? ["-frames:v", "1"] : []),
    ...encoding,
    "pipe:1",
  ];
}

/**
 * Takes the first picture of each slot. The `fps` filter would repeat pictures of a slower camera, which then looks
 * frozen. A time stamp that jumps back, or is none, never stops the pictures.
 */
function atMost(framesPerSecond: number): string {
  return `select='not(eq(floor(t*${framesPerSecond})\\,floor(prev_selected_t*${framesPerSecond})))'`;
}

function scaling({ format, width, height }: FrameRequest): readonly string[] {
  if (width === undefined && height === undefined) return [];
  const scale = `scale=${width ?? -2}:${height ?? -2}`;
  return format === "rgb" ? [scale, "format=rgb24"] : [scale];
}
