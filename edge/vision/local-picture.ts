import type { Writable } from "node:stream";

/**
 * A picture of a camera, which may be shown at the gateway and nowhere else. The type keeps it out of everything that
 * goes up: it is no JSON value, no Buffer and no string. At run time it cannot be written as JSON, and a structured clone
 * of it is empty. Its bytes leave it only into a stream.
 */
export class LocalPicture {
  readonly #jpeg: Buffer;
  /** Nothing else has this: no other object passes for a picture, and a picture passes for nothing else. */
  readonly isLocalPicture: symbol = Symbol("local picture");

  constructor(jpeg: Buffer) {
    this.#jpeg = jpeg;
  }

  get byteLength(): number {
    return this.#jpeg.length;
  }

  /** Writes the picture to somebody at the gateway, or to its own disk. */
  writeTo(stream: Writable): void {
    stream.write(this.#jpeg);
  }

  /** @throws TypeError always. */
  toJSON(): never {
    throw new TypeError("a picture does not leave the gateway");
  }

  [Symbol.toPrimitive](): never {
    throw new TypeError("a picture does not leave the gateway");
  }
}
