import { monotonicMs } from "@outpost/kernel/clock.ts";

/** What a modem said to one command: the lines before the final one, and the final one: OK or an error of some kind. */
export interface AtAnswer {
  readonly lines: readonly string[];
  readonly final: string;
}

/** More than this without a line break is no modem. */
const MAX_PENDING = 4_096;
const MAX_LINES = 100;
const FINAL = /^(?:OK|ERROR|NO CARRIER|\+CM[ES] ERROR: .*)$/;

/** Reads a modem's answers out of its bytes. Echoes and what it says unasked stand among the lines of an answer. */
export class AtLines {
  readonly #read: (timeoutMs: number) => Promise<Uint8Array>;
  #pending = "";

  /** @param read  gives the next bytes, or throws when none come in time. */
  constructor(read: (timeoutMs: number) => Promise<Uint8Array>) {
    this.#read = read;
  }

  /** @throws the reader's error where no final line comes in time; Error where it is no modem that speaks. */
  async answer(withinMs: number): Promise<AtAnswer> {
    const untilMs = monotonicMs() + withinMs;
    const lines: string[] = [];
    for (;;) {
      const line = this.#takeLine();
      if (line === undefined) await this.#more(untilMs);
      else if (FINAL.test(line)) return { lines, final: line };
      else if (line !== "") lines.push(line);
      if (lines.length > MAX_LINES) throw new Error("the modem does not come to an end");
    }
  }

  /** Waits for the `>` after which a text is entered. @throws Error with the modem's own word where it refuses. */
  async prompt(withinMs: number): Promise<void> {
    const untilMs = monotonicMs() + withinMs;
    for (;;) {
      if (/^\s*>/.test(this.#pending)) {
        this.#pending = "";
        return;
      }
      const line = this.#takeLine();
      if (line === undefined) await this.#more(untilMs);
      else if (FINAL.test(line)) throw new Error(`the modem takes no message: ${line}`);
    }
  }

  #takeLine(): string | undefined {
    const end = this.#pending.search(/[\r\n]/);
    if (end < 0) return undefined;
    const line = this.#pending.slice(0, end).trim();
    this.#pending = this.#pending.slice(end + 1);
    return line;
  }

  async #more(untilMs: number): Promise<void> {
    const bytes = await this.#read(Math.max(1, untilMs - monotonicMs()));
    this.#pending += Buffer.from(bytes).toString("latin1");
    if (this.#pending.length > MAX_PENDING) throw new Error("what is on the line is no modem");
  }
}
