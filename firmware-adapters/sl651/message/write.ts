import type { LocalTime } from "../../receiving/time/zoned-time.ts";
import { encodeNumber, encodeTime } from "./bcd.ts";

/** One element as a station writes it. */
export interface WrittenElement {
  /** Its identifier: one byte. */
  readonly code: number;
  readonly value: number | undefined;
  readonly bytes: number;
  readonly decimals: number;
}

/** What a station's report says. */
export interface WrittenReport {
  readonly serial: number;
  readonly sentAt: LocalTime;
  /** Ten hexadecimal digits. */
  readonly station: string;
  /** A letter: H river, P rain, K reservoir … */
  readonly stationClass: string;
  readonly observedAt: LocalTime;
  readonly elements: readonly WrittenElement[];
  /** The state word; absent where the station says nothing of it. */
  readonly states?: number;
  /** Twelve values of five minutes of an hour's rain, in mm; absent in other reports than the hour's. */
  readonly rainOf5min?: readonly number[];
}

/** The text of a report of values (31 to 34, 37). For simulators and tests: a gateway writes none. */
export function encodeReport(report: WrittenReport): Buffer {
  const { serial, sentAt, station, stationClass, observedAt, elements, states, rainOf5min } = report;
  const head = Buffer.alloc(2);
  head.writeUInt16BE(serial);
  const word = Buffer.alloc(4);
  word.writeUInt32BE(states ?? 0);
  return Buffer.concat([
    head,
    encodeTime(sentAt),
    Buffer.from([0xf1, 0xf1]),
    Buffer.from(station, "hex"),
    Buffer.from(stationClass, "latin1"),
    Buffer.from([0xf0, 0xf0]),
    encodeTime(observedAt).subarray(0, 5),
    ...(rainOf5min === undefined ? [] : [Buffer.from([0xf4, 12 << 3, ...rainOf5min.map((mm) => Math.round(mm * 10))])]),
    ...elements.map(encodeElement),
    ...(states === undefined ? [] : [Buffer.from([0x45, 4 << 3]), word]),
  ]);
}

function encodeElement({ code, value, bytes, decimals }: WrittenElement): Buffer {
  return Buffer.concat([Buffer.from([code, (bytes << 3) | decimals]), encodeNumber(value, bytes, decimals)]);
}

/** The text of a message that is only a serial number and a time: keep-alive, answers. */
export function encodeBare(serial: number, sentAt: LocalTime): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(serial);
  return Buffer.concat([head, encodeTime(sentAt)]);
}
