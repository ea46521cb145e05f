/** Whether the zone is an IANA name we know. */
export function isZone(zone: string): boolean {
  return formatIn(zone) !== undefined;
}

/** Clocks at the sites. Their formats are kept: making one costs as much as writing a thousand times. */
export class SiteClocks {
  readonly #formats = new Map<string, Intl.DateTimeFormat | undefined>();

  /** An instant as clocks there show it, `2026-11-25 08:30:05`, and the zone: UTC where `zone` is none we know. */
  write(ms: number, zone: string): string {
    return this.#formatIn(zone)?.format(ms) ?? new Date(ms).toISOString().slice(0, 19).replace("T", " ");
  }

  /** The zone that `write` counts in. */
  zoneOf(zone: string | null): string {
    return zone !== null && this.#formatIn(zone) !== undefined ? zone : "UTC";
  }

  #formatIn(zone: string): Intl.DateTimeFormat | undefined {
    if (!this.#formats.has(zone)) this.#formats.set(zone, formatIn(zone));
    return this.#formats.get(zone);
  }
}

/** Names only: `+08:00` means one thing to JavaScript and the opposite to PostgreSQL. */
const NAME = /^[A-Za-z][\w+-]*(?:\/[\w+-]+)*$/;

function formatIn(zone: string): Intl.DateTimeFormat | undefined {
  if (!NAME.test(zone)) return undefined;
  try {
    // Sweden writes times as ISO 8601 does.
    return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  } catch {
    return undefined;
  }
}
