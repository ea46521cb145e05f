/** What lines look like. Sizes in bytes. */
export interface LineForm {
  /** Of what stands between prefix and suffix. Longer lines are thrown away whole. */
  readonly maxLength: number;
  readonly prefix?: Uint8Array;
  readonly suffix?: Uint8Array;
}

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;
const NOTHING = new Uint8Array(0);

/**
 * Cuts a stream of bytes into lines of printable ASCII, ended by CR, LF or both. Empty lines, lines with other bytes in
 * them, lines without their prefix and suffix, and lines that are too long are thrown away, each as a whole. Keeps at
 * most one line.
 */
export class LineSplitter {
  readonly #form: Required<LineForm>;
  readonly #held: Buffer;
  #length = 0;
  /** The present line is too long: the rest of it goes too. */
  #isOverlong = false;

  constructor({ maxLength, prefix = NOTHING, suffix = NOTHING }: LineForm) {
    this.#form = { maxLength, prefix, suffix };
    this.#held = Buffer.alloc(maxLength + prefix.length + suffix.length);
  }

  /** Whether nothing of a line has come yet. */
  get isEmpty(): boolean {
    return this.#length === 0 && !this.#isOverlong;
  }

  /** @returns the lines that are whole now, in order, without prefix and suffix. */
  push(bytes: Uint8Array): readonly string[] {
    const lines: string[] = [];
    for (let from = 0; from < bytes.length;) {
      const end = endOfLine(bytes, from);
      this.#keep(bytes, from, end);
      if (end < bytes.length) this.#endLine(lines);
      from = end + 1;
    }
    return lines;
  }

  /** The line has fallen silent: what has come of a line is all of it. */
  flush(): readonly string[] {
    const lines: string[] = [];
    this.#endLine(lines);
    return lines;
  }

  #keep(bytes: Uint8Array, from: number, end: number): void {
    if (this.#isOverlong) return;
    const length = end - from;
    if (this.#length + length > this.#held.length) {
      this.#isOverlong = true;
      return;
    }
    for (let at = 0; at < length; at += 1) this.#held[this.#length + at] = bytes[from + at] ?? 0;
    this.#length += length;
  }

  #endLine(lines: string[]): void {
    const { prefix, suffix } = this.#form;
    const isOverlong = this.#isOverlong;
    const line = this.#held.subarray(0, this.#length);
    this.#length = 0;
    this.#isOverlong = false;
    if (isOverlong || line.length <= prefix.length + suffix.length) return;
    const end = line.length - suffix.length;
    if (!hasAt(line, 0, prefix) || !hasAt(line, end, suffix) || !isPrintable(line, prefix.length, end)) return;
    lines.push(line.toString("latin1", prefix.length, end));
  }
}

function endOfLine(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== CARRIAGE_RETURN && bytes[at] !== LINE_FEED) at += 1;
  return at;
}

function hasAt(line: Uint8Array, at: number, wanted: Uint8Array): boolean {
  return wanted.every((byte, index) => line[at + index] === byte);
}

function isPrintable(line: Uint8Array, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) {
    const byte = line[at] ?? 0;
    if (byte < FIRST_PRINTABLE || byte > LAST_PRINTABLE) return false;
  }
  return true;
}
