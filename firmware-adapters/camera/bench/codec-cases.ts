import type { CodecCase } from "../../testing/codec-case.ts";
import { JpegSplitter } from "../codec/jpeg-splitter.ts";
import { MultipartParser } from "../codec/multipart-parser.ts";
import { testPattern } from "../simulator/picture/test-pattern.ts";

const FRAMES = 400;
/** What a pipe or a socket hands over at once. */
const CHUNK_BYTES = 65_536;

/** Pictures of 2 to 4 KB, every fourth with a thumbnail inside, as a small camera's sub-stream has them. */
function pictures(): readonly Buffer[] {
  const thumbnail = testPattern({ width: 64, height: 64, frame: 0 });
  return Array.from({ length: FRAMES }, (_, frame) =>
    testPattern({ width: 320, height: 240, frame, ...(frame % 4 === 0 ? { thumbnail } : {}) }),
  );
}

function multipart(hasLength: boolean): Buffer {
  const parts = pictures().map((picture) => {
    const length = hasLength ? `Content-Length: ${picture.length}\r\n` : "";
    return Buffer.concat([
      Buffer.from(`--frame\r\nContent-Type: image/jpeg\r\n${length}\r\n`),
      picture,
      Buffer.from("\r\n"),
    ]);
  });
  return Buffer.concat([...parts, Buffer.from("--frame--\r\n")]);
}

function count(bytes: Buffer, push: (chunk: Buffer) => readonly unknown[]): number {
  let found = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) found += push(bytes.subarray(at, at + CHUNK_BYTES)).length;
  return found;
}

/** What `npm run bench -- codecs` measures of cameras. */
export const codecCases: readonly CodecCase[] = [
  {
    name: "camera: JPEGs of 3 KB, one behind the other",
    bytes: Buffer.concat(pictures()),
    frames: FRAMES,
    parse(bytes) {
      const splitter = new JpegSplitter();
      return count(bytes, (chunk) => splitter.push(chunk));
    },
  },
  ...[true, false].map((hasLength) => ({
    name: `camera: multipart of JPEGs of 3 KB, ${hasLength ? "with" : "without"} lengths`,
    bytes: multipart(hasLength),
    frames: FRAMES,
    parse(bytes: Buffer) {
      const parser = new MultipartParser("frame");
      return count(bytes, (chunk) => parser.push(chunk));
    },
  })),
];
