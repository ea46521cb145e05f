/** One colour for each 8 × 8 block, row by row: Y, Cb and Cr as JPEG has them, 0 to 255, 128 is no colour. */
export interface Blocks {
  readonly columns: number;
  readonly rows: number;
  /** `columns` × `rows` × 3 bytes. */
  readonly colours: Uint8Array;
}

/** What may stand between the beginning and the picture itself. */
export interface JpegExtras {
  /** A JPEG inside an EXIF segment, as cameras put one there; at most 65,000 bytes. */
  readonly thumbnail?: Buffer;
  readonly comment?: string;
}

/** Lengths 2 to 9 as in T.81 table K.3: the code of each difference category, 0 to 11. */
const DC_COUNTS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0];
const DC_CODES = ["00", "010", "011", "100", "101", "110", "1110", "11110", "111110", "1111110", "11111110"];
const END_OF_BLOCK = "00";
/** With steps of 8 a block's quantised mean is its colour less 128. */
const STEP = 8;

/**
 * A baseline JPEG of plain blocks: every block has its mean and no detail, which needs no cosine transform.
 *
 * @see ITU-T T.81, annexes B and F
 */
export function encodeJpeg(blocks: Blocks, extras: JpegExtras = {}): Buffer {
  const { columns, rows } = blocks;
  const frame = Buffer.from([8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
  frame.writeUInt16BE(rows * STEP, 1);
  frame.writeUInt16BE(columns * STEP, 3);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from("JFIF\0\x01\x01\0\0\x01\0\x01\0\0", "latin1")),
    ...(extras.thumbnail === undefined ? [] : [segment(0xe1, Buffer.concat([EXIF, extras.thumbnail]))]),
    ...(extras.comment === undefined ? [] : [segment(0xfe, Buffer.from(extras.comment, "utf8"))]),
    segment(0xdb, Buffer.from([0, ...Array.from({ length: 64 }, () => STEP)])),
    segment(0xc0, frame),
    segment(0xc4, Buffer.from([0x00, ...DC_COUNTS, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])),
    segment(0xc4, Buffer.from([0x10, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xf0])),
    segment(0xda, Buffer.from([3, 1, 0x00, 2, 0x00, 3, 0x00, 0, 63, 0])),
    scan(blocks),
    Buffer.from([0xff, 0xd9]),
  ]);
}

const EXIF = Buffer.from("Exif\0\0II*\0\b\0\0\0\0\0\0\0\0\0", "latin1");

function segment(code: number, payload: Buffer): Buffer {
  const head = Buffer.from([0xff, code, 0, 0]);
  head.writeUInt16BE(payload.length + 2, 2);
  return Buffer.concat([head, payload]);
}

function scan({ columns, rows, colours }: Blocks): Buffer {
  const bits = new BitWriter();
  const last = [0, 0, 0];
  for (let block = 0; block < columns * rows; block += 1) {
    for (let component = 0; component < 3; component += 1) {
      const mean = (colours[block * 3 + component] ?? 128) - 128;
      const difference = mean - (last[component] ?? 0);
      last[component] = mean;
      const category = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
      bits.write(DC_CODES[category] ?? "");
      if (category > 0) bits.writeNumber(difference < 0 ? difference + 2 ** category - 1 : difference, category);
      bits.write(END_OF_BLOCK);
    }
  }
  return bits.finish();
}

class BitWriter {
  readonly #bytes: number[] = [];
  #current = 0;
  #count = 0;

  write(code: string): void {
    for (const bit of code) this.#push(bit === "1" ? 1 : 0);
  }

  writeNumber(value: number, bits: number): void {
    for (let bit = bits - 1; bit >= 0; bit -= 1) this.#push((value >> bit) & 1);
  }

  /** The last byte is filled with ones, as T.81 says. */
  finish(): Buffer {
    while (this.#count > 0) this.#push(1);
    return Buffer.from(this.#bytes);
  }

  #push(bit: number): void {
    this.#current = (this.#current << 1) | bit;
    this.#count += 1;
    if (this.#count < 8) return;
    this.#bytes.push(this.#current);
    if (this.#current === 0xff) this.#bytes.push(0);
    this.#current = 0;
    this.#count = 0;
  }
}
