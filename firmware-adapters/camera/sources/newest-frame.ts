import type { Clock } from "@outpost/kernel/clock.ts";

import type { CameraError } from "../errors.ts";
import type { Frame, FrameRequest, FrameStats, Picture } from "./frame-source.ts";

const RATE_SECONDS = 10;

/**
 * Room for one frame between a camera and its reader: a newer one takes the place of one nobody took, which is counted.
 * A reader that is too slow sees fewer frames, never old ones.
 */
export class NewestFrame {
  readonly #clock: Clock;
  readonly #format: FrameRequest["format"];
  #waiting: Frame | undefined;
  #wake: (() => void) | undefined;
  #frames = 0;
  #dropped = 0;
  #bytes = 0;
  #restarts = 0;
  #lastAtMs: number | undefined;
  #trouble: CameraError | undefined;
  /** Frames of each of the last seconds, by the second's number modulo their count. */
  readonly #perSecond = Array.from({ length: RATE_SECONDS }, () => ({ second: -1, frames: 0 }));
  readonly #openedAtMs: number;

  constructor(format: FrameRequest["format"], clock: Clock) {
    this.#clock = clock;
    this.#format = format;
    this.#openedAtMs = clock.monotonicMs();
  }

  put({ bytes, width, height, capturedAtMs }: Picture): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#waiting !== undefined) this.#dropped += 1;
    this.#frames += 1;
    this.#bytes += bytes.length;
    this.#lastAtMs = capturedAtMs ?? nowMs;
    this.#trouble = undefined;
    this.#count(Math.floor(nowMs / 1_000));
    const sequence = this.#frames;
    this.#waiting = { format: this.#format, bytes, width, height, capturedAtMs: this.#lastAtMs, sequence };
    this.#wake?.();
  }

  /** The source ended or broke, and will be begun anew. */
  fail(trouble: CameraError): void {
    this.#trouble = trouble;
    this.#restarts += 1;
  }

  /** Waits for a frame. Rejects with the signal's reason. One reader at a time. */
  async take(signal: AbortSignal): Promise<Frame> {
    for (;;) {
      signal.throwIfAborted();
      const frame = this.#waiting;
      this.#waiting = undefined;
      if (frame !== undefined) return frame;
      const { promise, resolve } = Promise.withResolvers<void>();
      const onAbort = (): void => resolve();
      this.#wake = resolve;
      signal.addEventListener("abort", onAbort, { once: true });
      await promise;
      signal.removeEventListener("abort", onAbort);
      this.#wake = undefined;
    }
  }

  stats(): FrameStats {
    const nowMs = this.#clock.monotonicMs();
    return {
      framesPerSecond: this.#rate(nowMs),
      frames: this.#frames,
      dropped: this.#dropped,
      bytes: this.#bytes,
      lastFrameAgeMs: this.#lastAtMs === undefined ? undefined : nowMs - this.#lastAtMs,
      restarts: this.#restarts,
      trouble: this.#trouble,
    };
  }

  #count(second: number): void {
    const bucket = this.#perSecond[second % RATE_SECONDS];
    if (bucket === undefined) return;
    if (bucket.second !== second) Object.assign(bucket, { second, frames: 0 });
    bucket.frames += 1;
  }

  #rate(nowMs: number): number {
    const oldest = Math.floor(nowMs / 1_000) - RATE_SECONDS + 1;
    const frames = this.#perSecond.reduce((sum, bucket) => sum + (bucket.second >= oldest ? bucket.frames : 0), 0);
    // The window begins with the oldest whole second in it, or with the opening.
    const seconds = Math.min((nowMs - oldest * 1_000) / 1_000, (nowMs - this.#openedAtMs) / 1_000);
    return seconds <= 0 ? 0 : frames / Math.max(1, seconds);
  }
}
