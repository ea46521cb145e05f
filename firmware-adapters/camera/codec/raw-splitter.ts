/** Cuts a stream of raw pictures, each of exactly `frameBytes`, into pictures of their own memory. */
export class RawSplitter {
  readonly #frameBytes: number;
  #frame: Buffer;
  #filled = 0;

  /** @param frameBytes  at least 1: width × height × 3 for rgb24. */
  constructor(frameBytes: number) {
    this.#frameBytes = frameBytes;
    this.#frame = Buffer.allocUnsafe(frameBytes);
  }

  push(chunk: Buffer): readonly Buffer[] {
    const frames: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      const copied = chunk.copy(this.#frame, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled < this.#frameBytes) break;
      frames.push(this.#frame);
      this.#frame = Buffer.allocUnsafe(this.#frameBytes);
      this.#filled = 0;
    }
    return frames;
  }
}
