/** A wall-clock reading without a zone. `month` is 1 to 12. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Turns what stations write, local time without a zone, into instants and back. */
export class ZonedTime {
  readonly #format: Intl.DateTimeFormat;

  /** @param zone  an IANA name that this machine knows; anything else is a bug, see `timeZone` in settings.ts. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  }

  /** @returns Unix time in milliseconds, or undefined for a date that does not exist. */
  instantOf(local: LocalTime): number | undefined {
    const asUtcMs = utcMs(local);
    if (asUtcMs === undefined) return undefined;
    // The offset an hour to either side of a change of the clocks is found with the second try.
    const guessMs = asUtcMs - this.#offsetMs(asUtcMs);
    return asUtcMs - this.#offsetMs(guessMs);
  }

  localOf(instantMs: number): LocalTime {
    const part: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(instantMs)) part[type] = Number(value);
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part;
    return { year, month, day, hour, minute, second };
  }

  #offsetMs(instantMs: number): number {
    const wholeSecondsMs = Math.floor(instantMs / 1_000) * 1_000;
    return (utcMs(this.localOf(wholeSecondsMs)) ?? wholeSecondsMs) - wholeSecondsMs;
  }
}

/** The local time read as if it were UTC; undefined where there is no such date or time of day. */
function utcMs({ year, month, day, hour, minute, second }: LocalTime): number | undefined {
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isReal =
    at.getUTCFullYear() === year &&
    at.getUTCMonth() === month - 1 &&
    at.getUTCDate() === day &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute &&
    at.getUTCSeconds() === second;
  return isReal ? at.getTime() : undefined;
}
