import type { Identification } from "../identification.ts";
import type { Heard } from "./answers.ts";

/** What one unit id did in answer to however many requests. */
export interface Tally {
  readonly asked: number;
  /** Answers of its own that were whole. */
  readonly answers: number;
  /** Requests of which two or more whole answers came. */
  readonly doubled: number;
  /** Requests to which something came that was no answer. */
  readonly garbled: number;
  /** The last refusal's code; undefined where it gave data. */
  readonly exceptionCode: number | undefined;
}

export const NO_TALLY: Tally = { asked: 0, answers: 0, doubled: 0, garbled: 0, exceptionCode: undefined };

/** A unit that is there. */
export interface FoundUnit {
  readonly unitId: number;
  /** It answered with an exception, which proves that it is there as well as data would. */
  readonly exceptionCode: number | undefined;
  /** Undefined: it does not say what it is. */
  readonly identification: Identification | undefined;
  /** It answers later than the scan waits for. */
  readonly isSlow: boolean;
}

/** A unit id to which something answers that cannot be made out. */
export interface DoubtfulUnit {
  readonly unitId: number;
  readonly kind: "suspected-duplicate" | "garbled";
  readonly detail: string;
}

/** One garbled answer in three is a spark; two are something. */
const GARBLED_IS_SOMETHING = 2;

/** Adds what was heard after one request to a unit. */
export function tallied(tally: Tally, unitId: number, { frames, strayBytes }: Heard): Tally {
  const own = frames.filter((frame) => frame.unitId === unitId);
  const last = own.at(-1)?.pdu;
  const isRefusal = last !== undefined && last.readUInt8(0) >= 0x80;
  return {
    asked: tally.asked + 1,
    answers: tally.answers + own.length,
    doubled: tally.doubled + (own.length > 1 ? 1 : 0),
    garbled: tally.garbled + (strayBytes > 0 ? 1 : 0),
    exceptionCode: last === undefined ? tally.exceptionCode : isRefusal ? last.readUInt8(1) : undefined,
  };
}

/** What to make of a unit id after it was asked a few times. `silent`: nobody is there. */
export type Judgement = "silent" | "there" | "suspected-duplicate" | "garbled";

/**
 * Judges one unit id. Two units with one address answer at the same time or one after the other: their answers destroy
 * each other, or two come to one request. Where nobody else on the line can be understood either, the speed or the
 * parity is more likely to be wrong than an address to be taken twice.
 *
 * @param isLineGood  whether any unit was understood in these line settings.
 */
export function judge({ answers, doubled, garbled }: Tally, isLineGood: boolean): Judgement {
  if (doubled > 0 || (answers > 0 && garbled >= GARBLED_IS_SOMETHING)) return "suspected-duplicate";
  if (answers > 0) return "there";
  if (garbled < GARBLED_IS_SOMETHING) return "silent";
  return isLineGood ? "suspected-duplicate" : "garbled";
}

/** Why a unit id is doubtful, for people. */
export function doubt(kind: DoubtfulUnit["kind"], { asked, answers, doubled, garbled }: Tally): string {
  if (kind === "garbled") {
    return `${garbled} of ${asked} answers garbled: another speed or parity, a disturbed line, or several units here`;
  }
  if (doubled > 0) return `${doubled} of ${asked} requests were answered twice`;
  return `${garbled} of ${asked} answers garbled, ${answers} whole: probably several units with this address`;
}
