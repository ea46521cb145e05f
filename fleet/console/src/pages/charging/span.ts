import { zoneOffsetMs } from "../../i18n/format.ts";

export const SPANS = ["today", "week", "month", "days"] as const;
export type SpanName = (typeof SPANS)[number];

/** What time is looked at: so many days until now, or from one day through another. Days as `2026-11-25`. */
export interface SpanChoice {
  readonly name: SpanName;
  readonly from: string;
  readonly through: string;
}

const DAY_MS = 86_400_000;
const DAYS_BACK: Readonly<Record<Exclude<SpanName, "days">, number>> = { today: 0, week: 6, month: 30 };
/** The fleet adds up no more. */
export const MAX_SPAN_DAYS = 399;

/** The day that clocks in a zone show. */
export function dayIn(ms: number, zone: string): string {
  return new Date(ms + zoneOffsetMs(ms, zone)).toISOString().slice(0, 10);
}

/** The instant at which a day begins in a zone; undefined where the text names no day. */
export function beginOf(day: string, zone: string): number | undefined {
  const utcMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (!Number.isFinite(utcMs) || utcMs < DAY_MS) return undefined;
  // The offset in force at midnight; the first guess may stand on the other side of a change of clocks.
  const guessMs = utcMs - zoneOffsetMs(utcMs, zone);
  return utcMs - zoneOffsetMs(guessMs, zone);
}

/**
 * The instants a choice means. A span that lasts until now has no end: a station's clock may be ahead.
 *
 * @returns undefined where chosen days are none, in the wrong order, or too far apart.
 */
export function stretchOf(
  { name, from, through }: SpanChoice,
  nowMs: number,
  zone: string,
): { readonly fromMs: number; readonly toMs: number | undefined } | undefined {
  if (name !== "days") {
    const today = beginOf(dayIn(nowMs, zone), zone) ?? nowMs;
    return { fromMs: beginOf(dayIn(today + DAY_MS / 2 - DAYS_BACK[name] * DAY_MS, zone), zone) ?? 0, toMs: undefined };
  }
  const fromMs = beginOf(from, zone);
  const lastMs = beginOf(through, zone);
  if (fromMs === undefined || lastMs === undefined || lastMs < fromMs) return undefined;
  if (lastMs - fromMs > (MAX_SPAN_DAYS - 1) * DAY_MS) return undefined;
  return { fromMs, toMs: beginOf(dayIn(lastMs + DAY_MS * 1.5, zone), zone) ?? lastMs + DAY_MS };
}

/** Every day from one through another, for bars without holes between them. */
export function daysBetween(from: string, through: string): readonly string[] {
  const [first, last] = [from, through].map((day) => Date.parse(`${day}T00:00:00Z`));
  if (first === undefined || last === undefined || !(last >= first)) return [];
  const count = Math.min(MAX_SPAN_DAYS + 1, (last - first) / DAY_MS + 1);
  return Array.from({ length: count }, (_, index) => new Date(first + index * DAY_MS).toISOString().slice(0, 10));
}
