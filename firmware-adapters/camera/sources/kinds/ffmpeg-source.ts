import { JpegSplitter } from "../../codec/jpeg-splitter.ts";
import { RawSplitter } from "../../codec/raw-splitter.ts";
import { complaintError } from "../../ffmpeg/complaint.ts";
import { findFfmpeg, type Ffmpeg } from "../../ffmpeg/find-ffmpeg.ts";
import { inputArgs } from "../../ffmpeg/input.ts";
import { outputArgs } from "../../ffmpeg/output.ts";
import { runChild } from "../../ffmpeg/run-child.ts";
import { credentialsOf } from "../../http/credentials.ts";
import type { CameraSettings } from "../../settings.ts";
import type { FrameDeps, FrameRequest, FrameSource, Picture, SourceRun } from "../frame-source.ts";

export interface FfmpegAddress {
  readonly url: string;
  readonly transport: "tcp" | "udp";
}

/** Video that ffmpeg fetches and decodes: RTSP, and whatever over HTTP is no MJPEG. */
export class FfmpegSource implements FrameSource {
  readonly name: string;
  readonly isWatched = true;
  readonly #address: FfmpegAddress;
  readonly #settings: CameraSettings;
  readonly #path: string;
  #ffmpeg: Ffmpeg | undefined;

  constructor(address: FfmpegAddress, settings: CameraSettings, { ffmpegPath = "ffmpeg" }: FrameDeps) {
    this.name = new URL(address.url).host;
    this.#address = address;
    this.#settings = settings;
    this.#path = ffmpegPath;
  }

  async prepare(_: FrameRequest, signal: AbortSignal): Promise<void> {
    this.#ffmpeg ??= await findFfmpeg(this.#path, signal);
  }

  async run({ request, isSingle, onPicture }: SourceRun, signal: AbortSignal): Promise<void> {
    this.#ffmpeg ??= await findFfmpeg(this.#path, signal);
    const { path } = this.#ffmpeg;
    const { timeoutMs, isCertificateChecked } = this.#settings;
    const credentials = credentialsOf(this.#settings);
    const { args, input } = inputArgs(this.#ffmpeg, {
      ...this.#address,
      credentials,
      timeoutMs,
      isCertificateChecked,
    });
    const split = splitter(request);
    const end = await runChild(
      {
        path,
        args: [
          "-nostdin",
          "-hide_banner",
          "-loglevel",
          "error",
          ...args,
          ...outputArgs(this.#ffmpeg, request, isSingle),
        ],
        input,
        onOutput: (chunk) => split(chunk).forEach(onPicture),
      },
      signal,
    );
    throw complaintError(this.name, end, credentials);
  }
}

function splitter(request: FrameRequest): (chunk: Buffer) => readonly Picture[] {
  if (request.format === "jpeg") {
    const jpegs = new JpegSplitter();
    return (chunk) => jpegs.push(chunk);
  }
  const { width, height } = request;
  const raw = new RawSplitter(width * height * 3);
  return (chunk) => raw.push(chunk).map((bytes) => ({ bytes, width, height }));
}
