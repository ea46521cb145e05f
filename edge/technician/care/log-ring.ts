import type { Log } from "@outpost/kernel/log.ts";

const MAX_LINES = 500;
const MAX_CHARS = 1_000;

/** One line of the log as the page shows it. */
export interface LogLine {
  readonly atMs: number;
  readonly level: "info" | "warn" | "error";
  readonly text: string;
}

/** The last five hundred lines, the oldest forgotten first. */
export class LogRing {
  readonly #lines: LogLine[] = [];
  #next = 0;

  /** Oldest first. */
  lines(): readonly LogLine[] {
    return [...this.#lines.slice(this.#next), ...this.#lines.slice(0, this.#next)];
  }

  /** The same log, of which this ring keeps what it says. Debug lines are not kept: they would push out the rest. */
  tap(log: Log): Log {
    const kept =
      (level: "info" | "warn" | "error") =>
      (message: string, fields?: object): void => {
        this.#keep(level, message, fields);
        log[level](message, fields);
      };
    return { debug: (...line) => log.debug(...line), info: kept("info"), warn: kept("warn"), error: kept("error") };
  }

  #keep(level: LogLine["level"], message: string, fields: object | undefined): void {
    const words = fields === undefined ? [] : Object.entries(fields).map(([key, value]) => `${key}=${shown(value)}`);
    this.#lines[this.#next] = { atMs: Date.now(), level, text: [message, ...words].join(" ").slice(0, MAX_CHARS) };
    this.#next = (this.#next + 1) % MAX_LINES;
  }
}

function shown(value: unknown): string {
  if (typeof value === "string") return value.slice(0, MAX_CHARS);
  // What is large is cut, not walked through: a log line must cost nothing.
  if (Array.isArray(value)) return `[${value.length}]`;
  return typeof value === "object" && value !== null ? "{…}" : String(value);
}
