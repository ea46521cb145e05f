/** What stands at a place where a frame may begin. */
export type FrameCheck =
  /** More bytes must come before that can be said. */
  | "unfinished"
  /** No frame begins here. */
  | "none"
  /** It looked like a frame to its end, and its check sum, or its end, is wrong. */
  | "bad"
  /** A sound frame of so many bytes. */
  | number;

export interface FrameShape {
  /** What every frame begins with. */
  readonly start: Buffer;
  readonly maxBytes: number;
  /** Bytes between frames that are no noise, such as CR and LF. */
  readonly filler: ReadonlySet<number>;
  /**
   * @param bytes  from the frame's first byte to the last that has come.
   * @param seen   so many of them were there when this place was last found unfinished.
   */
  check(bytes: Buffer, seen: number): FrameCheck;
}

/**
 * Finds frames in a stream that comes in pieces. Where anything does not fit it goes on one byte further, inside what
 * seemed to be a frame. Keeps at most two frames' bytes, and never copies a byte more than twice.
 */
export class FrameFinder {
  readonly #shape: FrameShape;
  #kept = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #seen = 0;
  #skippedBytes = 0;
  #badFramesInARow = 0;

  constructor(shape: FrameShape) {
    this.#shape = shape;
  }

  /** Bytes that belonged to no sound frame. */
  get skippedBytes(): number {
    return this.#skippedBytes;
  }

  /** Bad frames since the last sound one. */
  get badFramesInARow(): number {
    return this.#badFramesInARow;
  }

  /** Calls `onFrame` for each frame that is whole now. Its bytes are the finder's: they are overwritten later. */
  push(bytes: Uint8Array, onFrame: (frame: Buffer) => void): void {
    let taken = 0;
    while (taken < bytes.length) {
      taken += this.#take(bytes.subarray(taken));
      this.#find(onFrame);
    }
  }

  /** Copies as much as there is room for. There always is some: what is left after finding is less than one frame. */
  #take(bytes: Uint8Array): number {
    const { maxBytes } = this.#shape;
    if (this.#kept.length === 0) this.#kept = Buffer.allocUnsafe(2 * maxBytes);
    if (this.#start === this.#end) this.#start = this.#end = 0;
    if (this.#end === this.#kept.length) {
      this.#kept.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const count = Math.min(bytes.length, this.#kept.length - this.#end);
    this.#kept.set(bytes.subarray(0, count), this.#end);
    this.#end += count;
    return count;
  }

  #find(onFrame: (frame: Buffer) => void): void {
    while (this.#seekStart()) {
      const here = this.#kept.subarray(this.#start, this.#end);
      const found = this.#shape.check(here, this.#seen);
      if (found === "unfinished") {
        this.#seen = here.length;
        return;
      }
      if (typeof found === "number") {
        this.#badFramesInARow = 0;
        this.#moveTo(this.#start + found);
        onFrame(here.subarray(0, found));
        continue;
      }
      if (found === "bad") this.#badFramesInARow += 1;
      this.#skip(1);
    }
  }

  /** Moves to where a frame may begin; keeps the last bytes where they may be the beginning of its start. */
  #seekStart(): boolean {
    const { start } = this.#shape;
    const rest = this.#kept.subarray(this.#start, this.#end);
    const at = rest.indexOf(start);
    if (at !== -1) {
      this.#skip(at);
      return true;
    }
    let keep = Math.min(start.length - 1, rest.length);
    while (keep > 0 && !rest.subarray(rest.length - keep).equals(start.subarray(0, keep))) keep -= 1;
    this.#skip(rest.length - keep);
    return false;
  }

  #skip(count: number): void {
    const { filler } = this.#shape;
    for (let at = this.#start; at < this.#start + count; at += 1) {
      if (!filler.has(this.#kept[at] ?? 0)) this.#skippedBytes += 1;
    }
    this.#moveTo(this.#start + count);
  }

  #moveTo(start: number): void {
    if (start !== this.#start) this.#seen = 0;
    this.#start = start;
  }
}
