import { createHash } from "node:crypto";

import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import { pictureParts } from "../codec/jpeg-walk.ts";
import { CameraError } from "../errors.ts";
import { measureBrightness } from "../ffmpeg/brightness.ts";
import { findFfmpeg, type Ffmpeg } from "../ffmpeg/find-ffmpeg.ts";
import { within } from "../http/deadline.ts";
import type { CameraSettings } from "../settings.ts";
import type { FrameStats } from "../sources/frame-source.ts";
import type { TakenPicture } from "../sources/take-picture.ts";

/** What a check has seen. */
export interface Look {
  readonly digest: string;
  readonly capturedAtMs: number;
  /** In % of white; the reason where it could not be measured; undefined where nobody wants to know. */
  readonly brightness: number | CameraError | undefined;
  /** Of an open stream. */
  readonly framesPerSecond: number | undefined;
}

/** Where pictures to look at come from. */
export interface Watch extends AsyncDisposable {
  /** The newest picture. @throws CameraError, or the signal's reason. */
  newest(signal: AbortSignal): Promise<TakenPicture>;
  /** Undefined where no stream is open. */
  stats(): FrameStats | undefined;
}

export interface LookDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly ffmpegPath: string;
}

/** Looks at a camera's newest picture. */
export class Looker {
  readonly #settings: CameraSettings;
  readonly #deps: LookDeps;
  #ffmpeg: Ffmpeg | undefined;

  constructor(settings: CameraSettings, deps: LookDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  /**
   * @throws CameraError where there is no picture, it is too old, or it cannot be decoded; the signal's reason.
   */
  async look(watch: Watch, signal: AbortSignal): Promise<Look> {
    const picture = await watch.newest(signal);
    const { staleAfterMs } = this.#settings;
    const ageMs = this.#deps.clock.monotonicMs() - picture.capturedAtMs;
    if (ageMs > staleAfterMs) {
      throw new CameraError("camera/timeout", `the newest picture is ${Math.round(ageMs / 1_000)} s old`);
    }
    return {
      digest: pictureDigest(picture.bytes),
      capturedAtMs: picture.capturedAtMs,
      brightness: await this.#brightness(picture.bytes, signal),
      framesPerSecond: watch.stats()?.framesPerSecond,
    };
  }

  /** A picture that cannot be decoded is a failed check; a gateway without ffmpeg only lacks the brightness. */
  async #brightness(jpeg: Buffer, signal: AbortSignal): Promise<number | CameraError | undefined> {
    const { isBrightnessMeasured, timeoutMs } = this.#settings;
    if (!isBrightnessMeasured) return undefined;
    const deadline = { clock: this.#deps.clock, timeoutMs, what: "measuring the brightness" };
    try {
      return await within(deadline, signal, async (limit) => {
        this.#ffmpeg ??= await findFfmpeg(this.#deps.ffmpegPath, limit);
        return await measureBrightness(this.#ffmpeg, jpeg, limit);
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CameraError && error.code !== "camera/bad-stream") return error;
      throw error;
    }
  }
}

/** Two pictures with the same are the same picture, whatever time is written beside them. */
export function pictureDigest(jpeg: Buffer): string {
  const hash = createHash("sha256");
  for (const part of pictureParts(jpeg)) hash.update(part);
  return hash.digest("base64");
}
