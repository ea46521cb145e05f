/** Microseconds between 1970 and 2000, where PostgreSQL counts from. */
const POSTGRES_EPOCH_US = 946_684_800_000_000;

/** What goes before the rows of `COPY … (format binary)`: signature, flags, length of the extension. */
export const COPY_HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
export const COPY_TRAILER = Buffer.from([0xff, 0xff]);

/**
 * Writes rows in PostgreSQL's binary COPY format, one after the other, into one growing buffer. The caller keeps the
 * offsets of each row and sends only those that are new.
 *
 * @see PostgreSQL documentation, COPY, "Binary Format"
 */
export class CopyRows {
  readonly #firstBytes: number;
  #bytes = Buffer.alloc(0);
  #length = 0;

  /** @param firstBytes  room made when the first row comes; the buffer doubles from there. */
  constructor(firstBytes = 64 * 1024) {
    this.#firstBytes = firstBytes;
  }

  /** Where the next row begins. */
  get length(): number {
    return this.#length;
  }

  /** The bytes of rows already written, from one offset to another; no copy. */
  slice(start: number, end: number): Buffer {
    return this.#bytes.subarray(start, end);
  }

  beginRow(fieldCount: number): void {
    this.#reserve(2);
    this.#length = this.#bytes.writeInt16BE(fieldCount, this.#length);
  }

  null(): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeInt32BE(-1, this.#length);
  }

  int2(value: number): void {
    this.#field(2);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
  }

  int4(value: number): void {
    this.#field(4);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
  }

  /** A whole number of either sign, exact as far as a JavaScript number is. */
  int8(value: number): void {
    this.#field(8);
    const high = Math.floor(value / 2 ** 32);
    this.#length = this.#bytes.writeInt32BE(high, this.#length);
    this.#length = this.#bytes.writeUInt32BE(value - high * 2 ** 32, this.#length);
  }

  float8(value: number): void {
    this.#field(8);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
  }

  /** @param unixMs  milliseconds since 1970, fractions kept to the microsecond. */
  timestamptz(unixMs: number): void {
    this.int8(Math.round(unixMs * 1_000) - POSTGRES_EPOCH_US);
  }

  text(value: string): void {
    // A UTF-16 unit becomes three bytes at most.
    this.#reserve(4 + value.length * 3);
    const size = this.#bytes.write(value, this.#length + 4, "utf8");
    this.#bytes.writeInt32BE(size, this.#length);
    this.#length += 4 + size;
  }

  /** @param json  JSON text; it goes as it is, after the version byte of the type. */
  jsonb(json: string): void {
    this.#reserve(5 + json.length * 3);
    const size = this.#bytes.write(json, this.#length + 5, "utf8");
    this.#bytes.writeInt32BE(size + 1, this.#length);
    this.#bytes[this.#length + 4] = 1;
    this.#length += 5 + size;
  }

  #field(size: number): void {
    this.#reserve(4 + size);
    this.#length = this.#bytes.writeInt32BE(size, this.#length);
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#firstBytes, this.#bytes.length * 2, this.#length + size));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
