/**
 * Bytes that came and are not consumed yet, in one piece however they came. They are moved only when the buffer's end is
 * reached, so that feeding it byte by byte costs no more than a constant each.
 */
export class ByteWindow {
  #buffer = Buffer.alloc(INITIAL_BYTES);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** What is there now; good until the next `append`. */
  view(maxBytes = Number.POSITIVE_INFINITY): Buffer {
    return this.#buffer.subarray(this.#start, Math.min(this.#end, this.#start + maxBytes));
  }

  consume(bytes: number): void {
    this.#start = Math.min(this.#end, this.#start + bytes);
    if (this.#start === this.#end) {
      this.#start = 0;
      this.#end = 0;
    }
  }

  #makeRoom(bytes: number): void {
    const needed = this.length + bytes;
    // At least twice what is needed: a window that is nearly full would be moved at every chunk.
    const target = needed * 2 > this.#buffer.length ? Buffer.alloc(needed * 2) : this.#buffer;
    this.#buffer.copy(target, 0, this.#start, this.#end);
    this.#buffer = target;
    this.#end = this.length;
    this.#start = 0;
  }
}

const INITIAL_BYTES = 65_536;
