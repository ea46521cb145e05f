import { Bell } from "@outpost/kernel/bell.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { CameraError } from "../errors.ts";
import { within } from "../http/deadline.ts";
import type { CameraSettings } from "../settings.ts";
import type { FrameDeps, FrameStats, FrameStream } from "../sources/frame-source.ts";
import { makeSource } from "../sources/make-source.ts";
import { openFrames } from "../sources/open-frames.ts";
import { takePicture, type TakenPicture } from "../sources/take-picture.ts";
import type { Watch } from "./look.ts";

/** More would only be thrown away: the core looks at one picture a check. */
const WATCHED_FRAMES_PER_SECOND = 30;

/** Nothing is open between two checks. */
export function watchByChecks(settings: CameraSettings, deps: FrameDeps): Watch {
  const source = makeSource(settings, deps);
  return {
    newest: (signal) => takePicture(source, { clock: deps.clock, limits: settings }, signal),
    stats: () => undefined,
    async [Symbol.asyncDispose]() {},
  };
}

/** The stream stays open; a check looks at its newest picture. */
export function watchStream(settings: CameraSettings, deps: FrameDeps): Watch {
  return new StreamWatch(settings, deps);
}

class StreamWatch implements Watch {
  readonly #settings: CameraSettings;
  readonly #deps: FrameDeps;
  readonly #stop = new AbortController();
  #open: { readonly stream: FrameStream; readonly reading: Promise<void> } | undefined;
  #newest: TakenPicture | undefined;
  readonly #arrival = new Bell();
  #bug: Error | undefined;

  constructor(settings: CameraSettings, deps: FrameDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  stats(): FrameStats | undefined {
    return this.#open?.stream.stats();
  }

  /** Waits for the first picture. @throws CameraError why there is none now. */
  async newest(signal: AbortSignal): Promise<TakenPicture> {
    if (this.#bug !== undefined) throw this.#bug;
    if (this.#open === undefined) await this.#begin(signal);
    if (this.#newest === undefined) {
      const { clock } = this.#deps;
      const deadline = { clock, timeoutMs: this.#settings.timeoutMs, what: "the stream" };
      await within(deadline, signal, (limit) => this.#arrival.next(limit)).catch((error: unknown) => {
        signal.throwIfAborted();
        throw this.stats()?.trouble ?? error;
      });
    }
    const trouble = this.stats()?.trouble;
    if (trouble !== undefined) throw trouble;
    if (this.#newest === undefined) throw new CameraError("camera/ended", "the stream ended");
    return this.#newest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#open?.stream[Symbol.asyncDispose]();
    await this.#open?.reading;
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const request = { format: "jpeg", maxFramesPerSecond: WATCHED_FRAMES_PER_SECOND } as const;
    const stream = await openFrames(this.#settings, request, this.#deps, AbortSignal.any([signal, this.#stop.signal]));
    const reading = this.#read(stream).catch((error: unknown) => {
      this.#bug = asError(error);
    });
    this.#open = { stream, reading };
  }

  async #read(stream: FrameStream): Promise<void> {
    for await (const { bytes, width, height, capturedAtMs } of stream) {
      this.#newest = { bytes, width, height, capturedAtMs };
      this.#arrival.ring();
    }
  }
}
