import type { LocalTime } from "../../receiving/time/zoned-time.ts";
import { decodeNumber, decodeTime } from "./bcd.ts";
import { functionOf } from "./functions.ts";

/** One element of a report. `undefined` values are missing, or no digits. */
export type Element =
  | { readonly kind: "number"; readonly code: string; readonly value: number | undefined }
  | { readonly kind: "series"; readonly code: string; readonly values: readonly (number | undefined)[] }
  /** The station's state and alarm bits. */
  | { readonly kind: "states"; readonly bits: number }
  | { readonly kind: "text"; readonly text: string };

/** Elements measured at one time. */
export interface Group {
  readonly observedAt: LocalTime | undefined;
  readonly elements: readonly Element[];
}

export interface Body {
  readonly serial: number;
  readonly sentAt: LocalTime | undefined;
  /** As digits, for keys. */
  readonly sentAtDigits: string;
  readonly groups: readonly Group[];
  /**
   * Whether every byte was understood. Where not, an element of a maker's own may have shifted the rest: nothing in it
   * may be taken for a value.
   */
  readonly isUnderstood: boolean;
}

const HEAD_BYTES = 8;
const STATION_BYTES = 5;
const TIME_BYTES = 5;
const CLASS_BYTES = 1;
const STATE_BYTES = 4;
const OBSERVED = 0xf0;
const STATION = 0xf1;
const TEXT = 0xf2;
const PICTURE = 0xf3;
const RAIN_SERIES = 0xf4;
const FIRST_LEVEL_SERIES = 0xf5;
const LAST_LEVEL_SERIES = 0xfc;
const MAKERS_OWN = 0xff;
const TIME_STEP = 0x04;
const STATES = 0x45;
const MAX_TEXT_CHARS = 1_000;

/**
 * Reads the text of an upward frame.
 *
 * @returns undefined where it has no serial number and time.
 * @see SL 651-2014, section 6.6 and appendix C
 */
export function parseBody(body: Buffer, functionCode: number): Body | undefined {
  if (body.length < HEAD_BYTES) return undefined;
  const sent = body.subarray(2, HEAD_BYTES);
  const reader = new ElementReader(body, functionOf(functionCode).kind === "series");
  const isUnderstood = functionOf(functionCode).kind === "picture" || reader.readAll();
  return {
    serial: body.readUInt16BE(0),
    sentAt: decodeTime(sent),
    sentAtDigits: sent.toString("hex"),
    groups: reader.groups,
    isUnderstood,
  };
}

/** What is read of one body so far. */
class ElementReader {
  readonly groups: { observedAt: LocalTime | undefined; elements: Element[] }[] = [];
  readonly #bytes: Buffer;
  readonly #isSeries: boolean;
  #at = HEAD_BYTES;

  constructor(bytes: Buffer, isSeries: boolean) {
    this.#bytes = bytes;
    this.#isSeries = isSeries;
  }

  /** @returns whether the elements end where the bytes do. */
  readAll(): boolean {
    while (this.#at < this.#bytes.length) {
      if (!this.#readOne()) return false;
    }
    return true;
  }

  #readOne(): boolean {
    const code = this.#bytes[this.#at] ?? 0;
    const isDoubled = this.#bytes[this.#at + 1] === code;
    if (code === STATION) return isDoubled && this.#readStation();
    if (code === OBSERVED) return isDoubled && this.#readObserved();
    if (code === TEXT) return isDoubled && this.#readText();
    if (code === PICTURE) return false;
    if (code === MAKERS_OWN) {
      const own = this.#bytes[this.#at + 1];
      return own !== undefined && this.#readElement(`FF${twoDigits(own)}`, 2);
    }
    return this.#readElement(twoDigits(code), 1);
  }

  #readStation(): boolean {
    const after = this.#at + 2 + STATION_BYTES;
    // In reports the station's class stands between its address and the time of observation; in answers it does not.
    const hasClass = this.#bytes[after + CLASS_BYTES] === OBSERVED && this.#bytes[after] !== OBSERVED;
    return this.#advance(2 + STATION_BYTES + (hasClass ? CLASS_BYTES : 0)) !== undefined;
  }

  #readObserved(): boolean {
    const bytes = this.#advance(2 + TIME_BYTES);
    const observedAt = bytes && decodeTime(bytes.subarray(2));
    if (observedAt === undefined) return false;
    this.groups.push({ observedAt, elements: [] });
    return true;
  }

  #readText(): boolean {
    const text = this.#bytes.toString("latin1", this.#at + 2).slice(0, MAX_TEXT_CHARS);
    this.#add({ kind: "text", text: text.replaceAll(/[^ -~]/g, "?") });
    this.#at = this.#bytes.length;
    return true;
  }

  /** An identifier of `idBytes`, its definition (length and decimals), its data. */
  #readElement(code: string, idBytes: number): boolean {
    const definition = this.#bytes[this.#at + idBytes];
    if (definition === undefined) return false;
    const [length, decimals] = [definition >> 3, definition & 0x07];
    const bytes = this.#advance(idBytes + 1 + length)?.subarray(idBytes + 1);
    if (bytes === undefined) return false;
    const id = idBytes === 1 ? Number.parseInt(code, 16) : MAKERS_OWN;
    if (id === RAIN_SERIES) this.#add({ kind: "series", code, values: binarySeries(bytes, 1, 0.1) });
    else if (id >= FIRST_LEVEL_SERIES && id <= LAST_LEVEL_SERIES) {
      this.#add({ kind: "series", code, values: binarySeries(bytes, 2, 0.01) });
    } else if (id === STATES && length === STATE_BYTES) this.#add({ kind: "states", bits: bytes.readUInt32BE(0) });
    else if (this.#isSeries && id !== TIME_STEP) return this.#readSeries(code, bytes, decimals);
    else this.#add({ kind: "number", code, value: decodeNumber(bytes, decimals) });
    return true;
  }

  /** In a report of even intervals the data of one element follow each other to the end. */
  #readSeries(code: string, first: Buffer, decimals: number): boolean {
    const values = [decodeNumber(first, decimals)];
    if (first.length === 0) return false;
    while (this.#at < this.#bytes.length) {
      const bytes = this.#advance(first.length);
      if (bytes === undefined) return false;
      values.push(decodeNumber(bytes, decimals));
    }
    this.#add({ kind: "series", code, values });
    return true;
  }

  #add(element: Element): void {
    const last = this.groups.at(-1);
    if (last === undefined) this.groups.push({ observedAt: undefined, elements: [element] });
    else last.elements.push(element);
  }

  /** The next bytes; undefined where there are not so many. */
  #advance(count: number): Buffer | undefined {
    if (this.#at + count > this.#bytes.length) return undefined;
    const bytes = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return bytes;
  }
}

/** Twelve values of five minutes each, binary, FF or FFFF where there is none. */
function binarySeries(bytes: Buffer, width: 1 | 2, scale: number): readonly (number | undefined)[] {
  const values: (number | undefined)[] = [];
  const none = width === 1 ? 0xff : 0xffff;
  for (let at = 0; at + width <= bytes.length; at += width) {
    const raw = bytes.readUIntBE(at, width);
    values.push(raw === none ? undefined : Math.round(raw * scale * 100) / 100);
  }
  return values;
}

function twoDigits(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
