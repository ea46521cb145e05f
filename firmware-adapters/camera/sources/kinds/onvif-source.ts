import { CameraError } from "../../errors.ts";
import { credentialsOf } from "../../http/credentials.ts";
import { within } from "../../http/deadline.ts";
import { readStreamUris, type StreamUris } from "../../onvif/stream-uris.ts";
import type { CameraSettings, OnvifSource as OnvifSettings } from "../../settings.ts";
import type { FrameDeps, FrameRequest, FrameSource, SourceRun } from "../frame-source.ts";
import { FfmpegSource } from "./ffmpeg-source.ts";
import { SnapshotSource } from "./snapshot-source.ts";

interface Known {
  readonly stream: FrameSource | undefined;
  readonly snapshot: FrameSource | undefined;
}

/**
 * A camera that says itself where its pictures are. It is asked once, and again after anything went wrong. A single
 * picture comes by snapshot where the camera has snapshots, which costs it and us far less than a stream.
 */
export class OnvifSource implements FrameSource {
  readonly name: string;
  readonly isWatched = true;
  readonly #source: OnvifSettings;
  readonly #settings: CameraSettings;
  readonly #deps: FrameDeps;
  #known: Known | undefined;

  constructor(source: OnvifSettings, settings: CameraSettings, deps: FrameDeps) {
    this.name = `${source.host}:${source.port}`;
    this.#source = source;
    this.#settings = settings;
    this.#deps = deps;
  }

  async prepare({ format }: FrameRequest): Promise<void> {
    if (format !== "jpeg" && this.#source.prefer === "snapshot") {
      throw new CameraError("camera/jpeg-only", `${this.name}: snapshots are JPEGs; prefer: stream gives raw pictures`);
    }
  }

  async run(run: SourceRun, signal: AbortSignal): Promise<void> {
    try {
      const { stream, snapshot } = (this.#known ??= await this.#ask(signal));
      const prefersSnapshot = run.isSingle || this.#source.prefer === "snapshot";
      const source =
        run.request.format === "rgb" ? stream : prefersSnapshot ? (snapshot ?? stream) : (stream ?? snapshot);
      if (source === undefined) throw new CameraError("camera/jpeg-only", `${this.name} has snapshots only`);
      await source.run(run, signal);
    } catch (error) {
      if (!signal.aborted) this.#known = undefined;
      throw error;
    }
  }

  async #ask(signal: AbortSignal): Promise<Known> {
    const { timeoutMs, isCertificateChecked } = this.#settings;
    const camera = { source: this.#source, credentials: credentialsOf(this.#settings), isCertificateChecked };
    const deadline = { clock: this.#deps.clock, timeoutMs, what: `${this.name}, its stream's address` };
    const uris = await within(deadline, signal, (limit) => readStreamUris(camera, this.#deps, limit));
    return this.#sourcesOf(uris);
  }

  #sourcesOf({ stream, snapshot }: StreamUris): Known {
    const { transport } = this.#source;
    return {
      stream:
        stream === undefined ? undefined : new FfmpegSource({ url: stream, transport }, this.#settings, this.#deps),
      snapshot: snapshot === undefined ? undefined : new SnapshotSource(snapshot, this.#settings, this.#deps),
    };
  }
}
