import { Bell } from "@outpost/kernel/bell.ts";
import type { Clock } from "@outpost/kernel/clock.ts";

import type { StationCall } from "../../words.ts";
import { LineError } from "./line.ts";

/** A message that belongs to a transaction: kept until it is answered, in order. */
export interface TransactionMessage {
  /** For people: `start`, `meter`, `stop`. */
  readonly kind: "start" | "meter" | "stop";
  /** Made when it is sent: only then is it known what number the central side has given. A retry is the same. */
  make(): StationCall;
  onAnswer(result: unknown): void;
  /** It was tried as often as is allowed, and is dropped. */
  onGivenUp(): void;
}

/** One message that was answered, as whoever looks for losses and duplicates wants it. */
export interface Acknowledged {
  readonly action: string;
  readonly payload: object;
  readonly answer: unknown;
  /** How often it was sent, with the one that was answered. */
  readonly sends: number;
  /** Wall clock of the machine. */
  readonly atMs: number;
}

export interface OutboxDeps {
  readonly clock: Clock;
  /** Sends one call now. @throws LineError */
  send(call: StationCall): Promise<unknown>;
  /** How often a message may be tried, and how long to wait after the first failure. */
  retries(): { readonly attempts: number; readonly waitMs: number };
  /** Whether the next answer is to be ignored, as if it were lost on its way. */
  losesAnswer(): boolean;
  /** Whether the message just answered is to be sent once more. */
  sendsTwice(): boolean;
  /** Answered messages that are remembered; the oldest go first. */
  readonly keeps: number;
}

/** Messages kept; the memory of a charge point is small. */
export const MAX_WAITING = 2_000;

/**
 * Messages of transactions on their way to the central side: one at a time, in order, each until it is answered or was
 * tried as often as the station is set to. A lost line is no try.
 *
 * @see OCPP 1.6 edition 2, sections 3.7 and 3.7.1; OCPP 2.0.1 part 2, E13
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  readonly #acknowledged: Acknowledged[] = [];
  #waiting: TransactionMessage[] = [];
  readonly #counts = { acknowledged: 0, dropped: 0, thinned: 0 };
  #isOpen = false;
  readonly #news = new Bell();

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  get length(): number {
    return this.#waiting.length;
  }

  get acknowledged(): readonly Acknowledged[] {
    return this.#acknowledged;
  }

  state(): object {
    return { waiting: this.#waiting.map(({ kind }) => kind), ...this.#counts, messages: this.#acknowledged };
  }

  /** Messages may go out from now on: the line is up and the station is accepted. */
  open(): void {
    this.#isOpen = true;
    this.#news.ring();
  }

  close(): void {
    this.#isOpen = false;
  }

  /** When there is no room, every second meter value goes: a start or a stop never does. */
  push(message: TransactionMessage): void {
    this.#waiting.push(message);
    if (this.#waiting.length > MAX_WAITING) this.#thin();
    this.#news.ring();
  }

  /** Sends what waits, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      const message = this.#waiting[0];
      if (message === undefined || !this.#isOpen) await this.#news.next(signal);
      else await this.#deliver(message, signal);
      signal.throwIfAborted();
    }
  }

  async #deliver(message: TransactionMessage, signal: AbortSignal): Promise<void> {
    let failures = 0;
    for (let sends = 1; this.#isOpen; sends += 1) {
      const call = message.make();
      const answer = await this.#try(call);
      signal.throwIfAborted();
      if (answer.kind === "answered") {
        this.#take(message);
        this.#note({ ...call, answer: answer.result, sends, atMs: this.#deps.clock.now().wallMs });
        message.onAnswer(answer.result);
        if (this.#deps.sendsTwice()) await this.#try(call);
        return;
      }
      if (answer.kind === "offline") return this.close();
      failures += 1;
      const { attempts, waitMs } = this.#deps.retries();
      if (failures >= Math.max(1, attempts)) {
        this.#take(message);
        this.#counts.dropped += 1;
        message.onGivenUp();
        return;
      }
      await this.#deps.clock.sleep(waitMs * failures, signal);
    }
  }

  async #try(
    call: StationCall,
  ): Promise<{ readonly kind: "answered"; readonly result: unknown } | { readonly kind: "failed" | "offline" }> {
    try {
      const result = await this.#deps.send(call);
      return this.#deps.losesAnswer() ? { kind: "failed" } : { kind: "answered", result };
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      return { kind: error.code === "offline" ? "offline" : "failed" };
    }
  }

  #take(message: TransactionMessage): void {
    this.#waiting = this.#waiting.filter((one) => one !== message);
  }

  #note(acknowledged: Acknowledged): void {
    this.#counts.acknowledged += 1;
    this.#acknowledged.push(acknowledged);
    if (this.#acknowledged.length > this.#deps.keeps) this.#acknowledged.shift();
  }

  #thin(): void {
    const before = this.#waiting.length;
    let meters = 0;
    this.#waiting = this.#waiting.filter(({ kind }, index) => {
      if (kind !== "meter" || index === 0) return true;
      meters += 1;
      return meters % 2 === 0;
    });
    this.#counts.thinned += before - this.#waiting.length;
  }
}
