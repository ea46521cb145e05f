import { MAX_JPEG_BYTES } from "../../codec/jpeg-splitter.ts";
import { readJpeg } from "../../codec/jpeg-walk.ts";
import { CameraError } from "../../errors.ts";
import { CameraHttp, readBody } from "../../http/camera-http.ts";
import { credentialsOf } from "../../http/credentials.ts";
import { within } from "../../http/deadline.ts";
import type { CameraSettings } from "../../settings.ts";
import type { FrameDeps, FrameRequest, FrameSource, Picture, SourceRun } from "../frame-source.ts";
import { assertJpegWanted } from "./jpeg-only.ts";

/** One JPEG a request, as often as pictures are wanted. */
export class SnapshotSource implements FrameSource {
  readonly name: string;
  readonly isWatched = true;
  readonly #url: URL;
  readonly #http: CameraHttp;
  readonly #timeoutMs: number;
  readonly #deps: FrameDeps;

  constructor(url: string, settings: CameraSettings, deps: FrameDeps) {
    this.#url = new URL(url);
    this.name = this.#url.host;
    const { isCertificateChecked, timeoutMs } = settings;
    this.#http = new CameraHttp({ credentials: credentialsOf(settings), isCertificateChecked });
    this.#timeoutMs = timeoutMs;
    this.#deps = deps;
  }

  async prepare(request: FrameRequest): Promise<void> {
    assertJpegWanted(this.name, request);
  }

  async run({ request, onPicture }: SourceRun, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const everyMs = 1_000 / request.maxFramesPerSecond;
    for (;;) {
      const startedMs = clock.monotonicMs();
      const deadline = { clock, timeoutMs: this.#timeoutMs, what: `${this.name}, a snapshot` };
      onPicture(await within(deadline, signal, (limit) => this.#fetch(limit)));
      await clock.sleep(Math.max(0, startedMs + everyMs - clock.monotonicMs()), signal);
    }
  }

  async #fetch(signal: AbortSignal): Promise<Picture> {
    const response = await this.#http.open({ url: this.#url }, signal);
    const body = await readBody(this.#url, response, { maxBytes: MAX_JPEG_BYTES, signal });
    const shape = readJpeg(body);
    if (shape === undefined) throw new CameraError("camera/bad-stream", `${this.name} sent no whole JPEG`);
    return { bytes: body.subarray(0, shape.length), width: shape.width, height: shape.height };
  }
}
