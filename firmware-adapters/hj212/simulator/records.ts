import type { ZonedTime } from "../../receiving/time/zoned-time.ts";
import { encodeFrame } from "../codec.ts";
import { CN } from "../message/commands.ts";
import { encodeSegment, FLAG, type Message } from "../message/segment.ts";
import { formatQn, formatTime } from "../message/station-time.ts";

/** What a simulated instrument shows. */
export interface Instrument {
  readonly code: string;
  value: number;
  flag: string;
}

/** One record on its way: kept and sent again, under the same QN, until every part of it is answered. */
export interface Outgoing {
  readonly qn: string;
  readonly cn: number;
  /** What the instruments showed, by code. */
  readonly values: Readonly<Record<string, number>>;
  readonly frames: readonly Buffer[];
  /** Numbers of the parts that were answered. */
  readonly answered: Set<number>;
}

export interface RecordHead {
  readonly mn: string;
  readonly password: string;
  readonly nowMs: number;
  readonly zone: ZonedTime;
  /** Into how many parts the record is split; 1 for none. */
  readonly parts: number;
}

const EDITION_2017 = 4;

/** The station's system code, from the first letter of what it measures. */
export function systemOf(instruments: readonly Instrument[]): string {
  const [first] = instruments;
  if (first?.code.startsWith("a") === true) return "22";
  return first?.code.startsWith("L") === true ? "23" : "21";
}

/** A real-time record (CN 2011) or a minute record (CN 2051) of what the instruments show. */
export function newRecord(cn: number, instruments: readonly Instrument[], head: RecordHead): Outgoing {
  const { mn, password, nowMs, zone, parts } = head;
  const groups = instruments.map((instrument) => groupOf(cn, instrument));
  const qn = formatQn(nowMs, zone);
  const count = Math.max(1, Math.min(parts, groups.length));
  const perPart = Math.ceil(groups.length / count);
  const dataTime = `DataTime=${formatTime(nowMs, zone)}`;
  const flag = EDITION_2017 | FLAG.asksAnswer | (count > 1 ? FLAG.isSplit : 0);
  const common = { qn, st: systemOf(instruments), cn, pw: password, mn, flag };
  const frames = Array.from({ length: count }, (_, index) => {
    const some = groups.slice(index * perPart, (index + 1) * perPart);
    const cp = [dataTime, ...some].join(";");
    return frameOf({ ...common, part: count > 1 ? { count, no: index + 1 } : undefined, cp });
  });
  const values = Object.fromEntries(instruments.map(({ code, value }) => [code, value]));
  return { qn, cn, values, frames, answered: new Set() };
}

export function frameOf(message: Message): Buffer {
  return encodeFrame(encodeSegment(message));
}

function groupOf(cn: number, { code, value, flag }: Instrument): string {
  const shown = value.toFixed(3);
  if (cn === CN.realtime) return `${code}-Rtd=${shown},${code}-Flag=${flag}`;
  return `${code}-Min=${shown},${code}-Avg=${shown},${code}-Max=${shown},${code}-Flag=${flag}`;
}
