import type { Language } from "./language.ts";
import { LOCALES } from "./language.ts";

/**
 * How a site's instants are written: in its own time zone, whatever the zone of the person reading.
 *
 * @param instant.zone  IANA name; one the browser does not know falls back to UTC, and says so in the text.
 */
export interface SiteTime {
  readonly language: Language;
  readonly zone: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Time of day to the second: 14:03:09. */
export function timeOfDay(ms: number, site: SiteTime): string {
  return write(ms, site, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** Day and time to the second, with the year. */
export function dayAndTime(ms: number, site: SiteTime): string {
  return write(ms, site, {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
}

/** Time of day where the instant lies within a day of now, day and time where it does not. */
export function shortTime(ms: number, nowMs: number, site: SiteTime): string {
  return Math.abs(nowMs - ms) < 20 * 3_600_000
    ? timeOfDay(ms, site)
    : write(ms, site, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" });
}

/**
 * A number as people read it: grouped, with as many decimals as its size deserves.
 *
 * @returns 0.482, 3.20, 41.5, 1,204. Exact whole numbers keep no decimals.
 */
export function quantity(value: number, language: Language): string {
  const size = Math.abs(value);
  const decimals = Number.isInteger(value) ? 0 : size < 1 ? 3 : size < 10 ? 2 : size < 1_000 ? 1 : 0;
  return new Intl.NumberFormat(LOCALES[language], {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

/** How long ago in words, coarse on purpose: "12 s", "3 min", "5 h", "2 d". */
export function ago(elapsedMs: number, language: Language): string {
  const seconds = Math.max(0, Math.round(elapsedMs / 1_000));
  const [amount, unit]: [number, "second" | "minute" | "hour" | "day"] =
    seconds < 60
      ? [seconds, "second"]
      : seconds < 3_600
        ? [Math.floor(seconds / 60), "minute"]
        : seconds < 86_400
          ? [Math.floor(seconds / 3_600), "hour"]
          : [Math.floor(seconds / 86_400), "day"];
  return new Intl.NumberFormat(LOCALES[language], { style: "unit", unit, unitDisplay: "short" }).format(amount);
}

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. Unknown zones count as UTC. */
export function zoneOffsetMs(ms: number, zone: string): number {
  const parts = new Map(
    formatOf("en", zone, {
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    })
      .formatToParts(ms)
      .map((part) => [part.type, Number(part.value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const there = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return there - Math.floor(ms / 1_000) * 1_000;
}

/** The zone as readers know it: "GMT+8". */
export function zoneLabel(ms: number, zone: string): string {
  const named = formatOf("en", zone, { timeZoneName: "shortOffset" }).formatToParts(ms);
  return named.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

function write(ms: number, site: SiteTime, options: Intl.DateTimeFormatOptions): string {
  return formatOf(site.language, site.zone, options).format(ms);
}

/** Making a format costs milliseconds, using one microseconds; a page needs some ten of them. */
function formatOf(language: Language, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([language, zone, options]);
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = makeFormat(LOCALES[language], zone, { hourCycle: "h23", ...options });
  formats.set(key, made);
  return made;
}

function makeFormat(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC", timeZoneName: "short" });
  }
}
