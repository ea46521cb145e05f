import type { IncomingMessage } from "node:http";

import { readJpeg } from "../../codec/jpeg-walk.ts";
import { MultipartParser } from "../../codec/multipart-parser.ts";
import { CameraError } from "../../errors.ts";
import { CameraHttp, bodyChunks } from "../../http/camera-http.ts";
import { credentialsOf } from "../../http/credentials.ts";
import type { CameraSettings } from "../../settings.ts";
import type { FrameDeps, FrameRequest, FrameSource, Picture, SourceRun } from "../frame-source.ts";
import { assertJpegWanted } from "./jpeg-only.ts";

/** So many parts in a row without a whole JPEG, and the stream is none. */
const MAX_BAD_PARTS = 10;
/** So many bytes without a part, and there is no boundary in them that we would know. */
const MAX_BYTES_WITHOUT_PART = 32 * 1_024 * 1_024;

/** Motion JPEG: one endless HTTP answer, a JPEG a part. */
export class MjpegSource implements FrameSource {
  readonly name: string;
  readonly isWatched = true;
  readonly #url: URL;
  readonly #http: CameraHttp;
  readonly #deps: FrameDeps;

  constructor(url: string, settings: CameraSettings, deps: FrameDeps) {
    this.#url = new URL(url);
    this.name = this.#url.host;
    const { isCertificateChecked } = settings;
    this.#http = new CameraHttp({ credentials: credentialsOf(settings), isCertificateChecked });
    this.#deps = deps;
  }

  async prepare(request: FrameRequest): Promise<void> {
    assertJpegWanted(this.name, request);
  }

  async run({ request, onPicture }: SourceRun, signal: AbortSignal): Promise<void> {
    const response = await this.#http.open({ url: this.#url }, signal);
    const parser = new MultipartParser(this.#boundaryOf(response));
    const slots = new Slots(request.maxFramesPerSecond);
    let badParts = 0;
    let bytesWithoutPart = 0;
    for await (const chunk of bodyChunks(this.#url, response, signal)) {
      const parts = parser.push(chunk);
      bytesWithoutPart = parts.length === 0 ? bytesWithoutPart + chunk.length : 0;
      for (const { body } of parts) {
        const picture = pictureOf(body);
        badParts = picture === undefined ? badParts + 1 : 0;
        if (picture !== undefined && slots.take(this.#deps.clock.monotonicMs())) onPicture(picture);
      }
      if (badParts > MAX_BAD_PARTS || bytesWithoutPart > MAX_BYTES_WITHOUT_PART) {
        throw new CameraError("camera/bad-stream", `${this.name} sends no JPEGs`);
      }
      if (parser.isEnded) break;
    }
    throw new CameraError("camera/ended", `${this.name} ended the stream`);
  }

  #boundaryOf(response: IncomingMessage): string | undefined {
    const type = response.headers["content-type"] ?? "";
    if (/^multipart\//i.test(type)) return /;\s*boundary\s*=\s*(?:"([^"]*)"|([^\s;]*))/i.exec(type)?.slice(1).join("");
    response.destroy();
    const hint = /^image\//i.test(type) ? "one picture: its kind is snapshot" : "no motion JPEG: its kind may be http";
    throw new CameraError("camera/bad-stream", `${this.name} sends ${hint}`);
  }
}

function pictureOf(body: Buffer): Picture | undefined {
  const shape = readJpeg(body);
  // Some cameras fill their parts up behind the JPEG.
  return shape && { bytes: body.subarray(0, shape.length), width: shape.width, height: shape.height };
}

/** Lets the first picture of each slot through. */
class Slots {
  readonly #perMs: number;
  #last: number | undefined;

  constructor(framesPerSecond: number) {
    this.#perMs = framesPerSecond / 1_000;
  }

  take(nowMs: number): boolean {
    const slot = Math.floor(nowMs * this.#perMs);
    if (slot === this.#last) return false;
    this.#last = slot;
    return true;
  }
}
