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

/** How finely each unit is measured in the field; more decimals would be noise, fewer would make figures jump. */
const DECIMALS: ReadonlyMap<string, number> = new Map([
  ["m", 2],
  ["L/s", 1],
  ["A", 1],
  ["kW", 1],
  ["V", 1],
  ["h", 0],
  ["m3", 0],
]);

/**
 * A number as people read it: grouped, and always with the same decimals for the same unit.
 *
 * @param unit  the wire's symbol. Other units get decimals by size, whole numbers none: 0.482, 3.25, 41.5, 1,204.
 */
export function quantity(value: number, language: Language, unit = ""): string {
  const size = Math.abs(value);
  const bySize = Number.isInteger(value) ? 0 : size < 1 ? 3 : size < 10 ? 2 : size < 1_000 ? 1 : 0;
  const decimals = DECIMALS.get(unit) ?? bySize;
  return new Intl.NumberFormat(LOCALES[language], {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(value);
}

/** How long ago in words, coarse on purpose: "12 sec ago", "3分钟前". */
export function ago(elapsedMs: number, language: Language): string {
  const seconds = Math.max(0, Math.round(elapsedMs / 1_000));
  const steps = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  const [unit, length] = steps.find(([, least]) => seconds >= least) ?? (["second", 1] as const);
  const words = new Intl.RelativeTimeFormat(LOCALES[language], { style: "short" });
  return words.format(-Math.floor(seconds / length), unit);
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
