import type { DeviceDeps } from "../../adapter.ts";
import type { DeviceEvent } from "../../event.ts";

type Rows = Readonly<Record<string, string | null>>;

/** How one version's book goes on, and how the device's memory keeps it. */
export interface BookRules<Book, Input, Outcome> {
  step(book: Book, input: Input): readonly [Book, Outcome];
  /** Whether it was entered before. Then it goes into the record by itself, once. */
  isRepeat(outcome: Outcome): boolean;
  /** The rows in which two books differ, null for one that is no more. */
  rows(before: Book, after: Book): Rows;
  /** @param nowMs  wall clock, for a book that was lost. */
  read(memory: DeviceDeps["memory"], nowMs: number): Book;
}

/** One message of a station, and what it means for the rest of the gateway. */
export interface Entry<Book, Input, Outcome> {
  readonly input: Input;
  /** The station's own mark of the message: the same for a retry. */
  readonly key: string;
  /** Published at once and written down with the book. */
  events(this: void, outcome: Outcome, book: Book): readonly DeviceEvent[];
}

/** Keeps one station's book on the disk: one message at a time, written down before it is answered. */
export class BookKeeper<Book, Input, Outcome> {
  readonly #rules: BookRules<Book, Input, Outcome>;
  readonly #deps: Pick<DeviceDeps, "commit" | "memory" | "clock">;
  #book: Book | undefined;
  /** The end of the last message's turn; undefined where none is under way. */
  #turn: Promise<unknown> | undefined;

  constructor(rules: BookRules<Book, Input, Outcome>, deps: Pick<DeviceDeps, "commit" | "memory" | "clock">) {
    this.#rules = rules;
    this.#deps = deps;
  }

  get book(): Book {
    this.#book ??= this.#rules.read(this.#deps.memory, this.#deps.clock.now().wallMs);
    return this.#book;
  }

  /** @throws DeviceError `device/not-committed`, or the signal's reason: the book is as it was. */
  enter(entry: Entry<Book, Input, Outcome>, signal: AbortSignal): Promise<Outcome> {
    // One after the other: two starts at the same moment must not get the same number.
    const entered =
      this.#turn === undefined ? this.#enter(entry, signal) : this.#turn.then(() => this.#enter(entry, signal));
    const over = (): void => {
      if (this.#turn === turn) this.#turn = undefined;
    };
    const turn = entered.then(over, over);
    this.#turn = turn;
    return entered;
  }

  async #enter({ input, key, events }: Entry<Book, Input, Outcome>, signal: AbortSignal): Promise<Outcome> {
    const { memory } = this.#deps;
    const before = this.book;
    const [book, outcome] = this.#rules.step(before, input);
    const rows = this.#rules.rows(before, book);
    const hasRows = Object.keys(rows).length > 0;
    const said = events(outcome, book);
    if (said.length > 0) {
      const request = { key: this.#rules.isRepeat(outcome) ? `${key} again` : key, events: said };
      const answer = await this.#deps.commit(hasRows ? { ...request, rows } : request, signal);
      // Written down in an earlier life, whose book was lost since.
      if (answer === "known" && hasRows) await memory.save(rows);
    } else if (hasRows) await memory.save(rows);
    this.#book = book;
    return outcome;
  }
}
