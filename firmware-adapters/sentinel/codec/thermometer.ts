import type { ThermometerSettings } from "../settings.ts";
import { LineSplitter } from "./line-splitter.ts";

/** Finds measurements in a stream of bytes, the same however it is cut into pieces. */
export interface ThermometerParser {
  /** @returns degrees Celsius, in the order of measurement. */
  push(bytes: Uint8Array): readonly number[];
}

/** A parser for a line that may be in the middle of something. */
export function thermometerParser(form: ThermometerSettings["form"]): ThermometerParser {
  return form === "ascii" ? new AsciiThermometer({ isMidLine: true }) : new BinaryThermometer();
}

/** "36.5", "T=36.5", "TEMP: +36.52 C", "36.52C". A digit or two alone is no measurement: noise makes such lines. */
const READING = /^(?:T|TO|TEMP)?\s{0,4}[=:]?\s{0,4}(?<celsius>[+-]?\d{1,3}\.\d{1,4})\s{0,4}(?:C|degC)?$/i;
const MAX_LINE = 40;

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/**
 * One measurement a line, as text.
 *
 * `isMidLine`: nobody knows where the line begins, so what comes before the first line end is passed over. The end of
 * "T=36.5" is "6.5", which looks like a measurement of its own.
 */
export class AsciiThermometer implements ThermometerParser {
  readonly #lines = new LineSplitter({ maxLength: MAX_LINE });
  #isMidLine: boolean;

  constructor({ isMidLine = false }: { readonly isMidLine?: boolean } = {}) {
    this.#isMidLine = isMidLine;
  }

  push(bytes: Uint8Array): readonly number[] {
    const from = this.#isMidLine ? bytes.findIndex((byte) => byte === CARRIAGE_RETURN || byte === LINE_FEED) : 0;
    if (from < 0) return [];
    this.#isMidLine = false;
    return this.#lines.push(bytes.subarray(from)).flatMap((line) => {
      const celsius = READING.exec(line.trim())?.groups?.["celsius"];
      return celsius === undefined ? [] : [Number(celsius)];
    });
  }
}

/** Two start bytes, the kind "temperatures", four bytes of data. */
const HEADER = [0x5a, 0x5a, 0x45, 0x04];
const FRAME_BYTES = 9;
/** What the module can measure, in degrees Celsius: a sum of one byte alone lets too much through. */
const OBJECT_RANGE = { min: -70, max: 380 };
const AMBIENT_RANGE = { min: -40, max: 125 };

/**
 * The frames of a GY-MCU90614 infrared module: `5A 5A 45 04`, object and ambient temperature as signed hundredths of a
 * degree, highest byte first, and the sum of all bytes before. After a frame that fails the next header is looked for inside it.
 */
export class BinaryThermometer implements ThermometerParser {
  readonly #held = Buffer.alloc(FRAME_BYTES);
  #length = 0;

  push(bytes: Uint8Array): readonly number[] {
    const celsius: number[] = [];
    for (const byte of bytes) {
      this.#held[this.#length] = byte;
      this.#length += 1;
      this.#dropWhatIsNoBeginning();
      if (this.#length < FRAME_BYTES) continue;
      if (isFrame(this.#held)) {
        celsius.push(this.#held.readInt16BE(4) / 100);
        this.#length = 0;
      } else {
        this.#dropFirst();
        this.#dropWhatIsNoBeginning();
      }
    }
    return celsius;
  }

  #dropWhatIsNoBeginning(): void {
    while (!this.#isBeginning()) this.#dropFirst();
  }

  #isBeginning(): boolean {
    const known = Math.min(this.#length, HEADER.length);
    for (let at = 0; at < known; at += 1) if (this.#held[at] !== HEADER[at]) return false;
    return true;
  }

  #dropFirst(): void {
    this.#held.copyWithin(0, 1, this.#length);
    this.#length -= 1;
  }
}

function isFrame(frame: Buffer): boolean {
  let sum = 0;
  for (let at = 0; at < FRAME_BYTES - 1; at += 1) sum += frame[at] ?? 0;
  return (
    (sum & 0xff) === frame[FRAME_BYTES - 1] &&
    isIn(OBJECT_RANGE, frame.readInt16BE(4) / 100) &&
    isIn(AMBIENT_RANGE, frame.readInt16BE(6) / 100)
  );
}

function isIn({ min, max }: { readonly min: number; readonly max: number }, celsius: number): boolean {
  return celsius >= min && celsius <= max;
}

/** One frame as the module sends it: for simulators and tests. */
export function encodeBinaryMeasurement(objectC: number, ambientC: number): Buffer {
  const frame = Buffer.alloc(FRAME_BYTES);
  frame.set(HEADER);
  frame.writeInt16BE(Math.round(objectC * 100), 4);
  frame.writeInt16BE(Math.round(ambientC * 100), 6);
  frame[FRAME_BYTES - 1] = frame.subarray(0, -1).reduce((sum, byte) => (sum + byte) & 0xff, 0);
  return frame;
}
