import { MORE, type BoardFrame, type LockCodec } from "./codec.ts";

/** Room for some frames. Whatever waits to become one is shorter than 64 bytes. */
const CAPACITY = 512;

/** Cuts what comes over a line into frames, however it is cut itself; bytes that are no frame are passed over. */
export class FrameStream {
  readonly #codec: Pick<LockCodec, "detect" | "decode">;
  readonly #waysOf: (board: number) => number | undefined;
  readonly #bytes = new Uint8Array(CAPACITY);
  #start = 0;
  #end = 0;

  /** @param waysOf  how many locks a board has, where that is known. */
  constructor(codec: Pick<LockCodec, "detect" | "decode">, waysOf: (board: number) => number | undefined) {
    this.#codec = codec;
    this.#waysOf = waysOf;
  }

  /** Bytes that may still become a frame. */
  get pendingBytes(): number {
    return this.#end - this.#start;
  }

  /** @returns the frames that these bytes complete. */
  push(bytes: Uint8Array): readonly BoardFrame[] {
    const frames: BoardFrame[] = [];
    for (let taken = 0; taken < bytes.length;) {
      if (this.#end === CAPACITY) this.#compact();
      const piece = bytes.subarray(taken, taken + CAPACITY - this.#end);
      this.#bytes.set(piece, this.#end);
      this.#end += piece.length;
      taken += piece.length;
      this.#scan(false, frames);
      if (this.#start === this.#end) this.reset();
    }
    return frames;
  }

  /**
   * The line has been silent: what could have become a longer frame is the shorter one it already is. Half a frame is
   * kept all the same, because a serial server may stop for breath in the middle of one.
   */
  endOfSilence(): readonly BoardFrame[] {
    const frames: BoardFrame[] = [];
    const kept = this.#start;
    this.#scan(true, frames);
    if (frames.length === 0) this.#start = kept;
    return frames;
  }

  /** Forgets what waits. */
  reset(): void {
    this.#start = 0;
    this.#end = 0;
  }

  #scan(isFinal: boolean, frames: BoardFrame[]): void {
    const look = { waysOf: this.#waysOf, isFinal, end: this.#end };
    while (this.#start < this.#end) {
      const length = this.#codec.detect(this.#bytes, this.#start, look);
      if (length === MORE) return;
      if (length === 0) {
        this.#start += 1;
        continue;
      }
      const frame = this.#codec.decode(this.#bytes.subarray(this.#start, this.#start + length));
      if (frame !== undefined) frames.push(frame);
      this.#start += length;
    }
  }

  #compact(): void {
    this.#bytes.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }
}
