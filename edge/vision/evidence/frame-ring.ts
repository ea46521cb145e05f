import type { Box } from "@outpost/models/decoders/detections/box.ts";
import type { Size } from "@outpost/models/preprocess/placement.ts";

/** A picture that was looked at, and what was found on it, in pixels of the picture. */
export interface SeenFrame extends Size {
  readonly capturedAtMs: number;
  readonly jpeg: Buffer;
  readonly found: readonly { readonly box: Box; readonly className: string }[];
}

/** Nearer to each other than this, pictures of a ring tell nothing more. */
const LEAST_APART_MS = 200;

/**
 * One camera's last seconds, in memory only: what an alarm may turn into evidence. Older ones and those beyond the bytes
 * it may take go, oldest first; the newest always stays.
 */
export class FrameRing {
  readonly #keepMs: number;
  readonly #maxBytes: number;
  readonly #frames: SeenFrame[] = [];
  #bytes = 0;

  constructor(limits: { readonly keepMs: number; readonly maxBytes: number }) {
    this.#keepMs = limits.keepMs;
    this.#maxBytes = limits.maxBytes;
  }

  get newest(): SeenFrame | undefined {
    return this.#frames.at(-1);
  }

  get bytes(): number {
    return this.#bytes;
  }

  put(frame: SeenFrame): void {
    const before = this.#frames.at(-2);
    // The newest is replaced until it is far enough from the one before it.
    const isNear = before !== undefined && (this.newest?.capturedAtMs ?? 0) - before.capturedAtMs < LEAST_APART_MS;
    if (isNear) this.#bytes -= this.#frames.pop()?.jpeg.length ?? 0;
    this.#frames.push(frame);
    this.#bytes += frame.jpeg.length;
    while (this.#frames.length > 1 && (this.#bytes > this.#maxBytes || this.#isOld(frame.capturedAtMs))) {
      this.#bytes -= this.#frames.shift()?.jpeg.length ?? 0;
    }
  }

  /** The picture nearest to a time. */
  near(atMs: number): SeenFrame | undefined {
    return this.#frames.toSorted((a, b) => Math.abs(a.capturedAtMs - atMs) - Math.abs(b.capturedAtMs - atMs))[0];
  }

  between(fromMs: number, untilMs: number): readonly SeenFrame[] {
    return this.#frames.filter(({ capturedAtMs }) => capturedAtMs >= fromMs && capturedAtMs <= untilMs);
  }

  #isOld(nowMs: number): boolean {
    return nowMs - (this.#frames[0]?.capturedAtMs ?? nowMs) > this.#keepMs;
  }
}
