import { strict as assert } from "node:assert";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * Follows MQTT packets through a byte stream and finds the first that is longer than `maxBytes`. It looks at the fixed
 * headers only: one byte of type, then the remaining length in one to four bytes of seven bits.
 *
 * @see MQTT 3.1.1, section 2.2.3
 */
export class PacketMeter {
  readonly #maxBytes: number;
  #toSkip = 0;
  #lengthBytes = 0;
  #length = 0;
  #isInLength = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns false where a packet begins that is too long, or a length that is none. */
  accept(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#toSkip > 0) {
        const skipped = Math.min(this.#toSkip, chunk.length - at);
        this.#toSkip -= skipped;
        at += skipped;
      } else if (!this.#isInLength) {
        this.#isInLength = true;
        this.#lengthBytes = 0;
        this.#length = 0;
        at += 1;
      } else if (!this.#acceptLengthByte(chunk[at] ?? 0)) {
        return false;
      } else {
        at += 1;
      }
    }
    return true;
  }

  #acceptLengthByte(byte: number): boolean {
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes;
    this.#lengthBytes += 1;
    const isLast = (byte & 0x80) === 0;
    if (this.#length > this.#maxBytes || (!isLast && this.#lengthBytes === 4)) return false;
    if (isLast) {
      this.#isInLength = false;
      this.#toSkip = this.#length;
    }
    return true;
  }
}

/** A socket as a stream that ends with an error before a packet longer than `maxBytes` can be gathered in memory. */
export function guardPackets(socket: Socket, maxBytes: number): Duplex {
  const meter = new PacketMeter(maxBytes);
  const guarded = new Duplex({
    read: () => {
      socket.resume();
    },
    write: (chunk, encoding, done) => {
      socket.write(chunk, encoding, done);
    },
    final: (done) => {
      socket.end(done);
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (chunk) => {
    assert(typeof chunk !== "string", "the socket has no encoding");
    if (!meter.accept(chunk)) guarded.destroy(new Error(`a packet is longer than ${maxBytes} bytes`));
    else if (!guarded.push(chunk)) socket.pause();
  });
  socket.on("end", () => guarded.push(null));
  socket.on("error", (error) => guarded.destroy(error));
  socket.on("close", () => guarded.destroy());
  return guarded;
}
