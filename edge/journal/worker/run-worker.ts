import type { MessagePort } from "node:worker_threads";

import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { Stream } from "@outpost/wire/streams.ts";

import type { AppendRequest, FromWorker, Request, ToWorker, WorkerSettings } from "./protocol.ts";
import { Writer } from "./writer.ts";

/**
 * The worker's life: takes requests from the port, commits what is there as one group, answers after the commit, and
 * does upkeep in between.
 */
export function runWorker(port: MessagePort, settings: WorkerSettings): void {
  const post = (message: FromWorker): void => port.postMessage(message);
  const writer = new Writer(settings, {
    log: logThrough(post),
    onEpochOpened: (epoch) => post({ kind: "epoch-opened", epoch }),
    onQuarantined: (quarantine) => post({ kind: "quarantined", quarantine }),
  });
  const desk = new Desk(writer, settings, post);
  port.on("message", (message: ToWorker) => {
    if (message.kind === "tick") {
      desk.tick(message.wallMs, message.monotonicMs);
    } else if (message.kind === "close") {
      desk.close();
      port.close();
    } else {
      desk.take(message);
    }
  });
  desk.open();
}

/** The requests waiting, and when they are carried out. */
class Desk {
  readonly #writer: Writer;
  readonly #settings: WorkerSettings;
  readonly #post: (message: FromWorker) => void;
  readonly #backoff: Backoff;
  readonly #queue: Request[] = [];
  #queuedChars = 0;
  /** Alarms and results the disk did not take, in order. Bounded by what the main thread lets be on its way. */
  readonly #parked: AppendRequest[] = [];
  #groupTimer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #isRoundDue = false;
  #isUpkeepDue = false;
  #charsSinceUpkeep = 0;

  constructor(writer: Writer, settings: WorkerSettings, post: (message: FromWorker) => void) {
    this.#writer = writer;
    this.#settings = settings;
    this.#post = post;
    const { retryFirstMs, retryMaxMs } = settings.limits;
    this.#backoff = new Backoff({ firstMs: retryFirstMs, maxMs: retryMaxMs });
  }

  open(): void {
    this.#round([]);
    this.#post({ kind: "opened" });
    this.#upkeepSoon();
  }

  take(request: Request): void {
    this.#queue.push(request);
    this.#queuedChars += charsOf(request);
    const mayWait = request.kind === "append" && request.isGrouped;
    if (!mayWait || this.#queuedChars >= this.#writer.transactionBytes) this.#roundSoon();
    else this.#groupTimer ??= setTimeout(() => this.#roundSoon(), this.#settings.limits.groupMs);
  }

  tick(wallMs: number, monotonicMs: number): void {
    this.#tellWritten(this.#writer.tick(wallMs, monotonicMs));
    this.#upkeepSoon();
  }

  close(): void {
    if (this.#parked.length > 0) this.#retry();
    while (this.#queue.length > 0) this.#nextRound();
    clearTimeout(this.#groupTimer);
    clearTimeout(this.#retryTimer);
    this.#writer.close();
  }

  #roundSoon(): void {
    clearTimeout(this.#groupTimer);
    this.#groupTimer = undefined;
    if (this.#isRoundDue) return;
    this.#isRoundDue = true;
    // After the messages that have already arrived: they share one fsync.
    setImmediate(() => {
      this.#isRoundDue = false;
      this.#nextRound();
      if (this.#queue.length > 0) this.#roundSoon();
      // Looking at the disk costs system calls, so not after every small commit.
      if (this.#charsSinceUpkeep >= this.#writer.transactionBytes / 2) this.#upkeepSoon();
    });
  }

  #nextRound(): void {
    if (this.#queue.length === 0) return;
    const requests = this.#queue.splice(0, this.#countForTransaction(this.#queue));
    for (const request of requests) {
      this.#queuedChars -= charsOf(request);
      this.#charsSinceUpkeep += charsOf(request);
    }
    if (this.#parked.length === 0) return this.#round(requests);
    // While alarms wait for the disk, later ones queue behind them, so that their order stays.
    this.#parked.push(...requests.filter(mustBeKept));
    this.#round(requests.filter((request) => !mustBeKept(request)));
  }

  #round(requests: readonly Request[]): void {
    this.#carryOut(requests);
    if (!this.#writer.isWell) this.#retryLater();
    else if (this.#parked.length > 0) this.#retry();
  }

  #carryOut(requests: readonly Request[]): void {
    const result = this.#writer.round(requests);
    this.#queue.unshift(...result.again);
    this.#parked.unshift(...result.parked);
    if (result.answers.length > 0 || result.written.length > 0) {
      this.#post({ kind: "answers", answers: result.answers, written: result.written });
    }
  }

  #retryLater(): void {
    this.#retryTimer ??= setTimeout(() => {
      this.#retryTimer = undefined;
      this.#retry();
    }, this.#backoff.nextMs());
  }

  /** Tries what was parked, a transaction at a time; with nothing parked, whether the disk takes anything. */
  #retry(): void {
    do {
      this.#carryOut(this.#parked.splice(0, this.#countForTransaction(this.#parked)));
    } while (this.#parked.length > 0 && this.#writer.isWell);
    if (this.#writer.isWell) this.#backoff.reset();
    else this.#retryLater();
  }

  /** How many of the first requests share a transaction: at least one. */
  #countForTransaction(requests: readonly Request[]): number {
    let chars = 0;
    let count = 0;
    for (const request of requests) {
      if (count > 0 && chars >= this.#writer.transactionBytes) break;
      chars += charsOf(request);
      count += 1;
    }
    return count;
  }

  #upkeepSoon(): void {
    if (this.#isUpkeepDue) return;
    this.#isUpkeepDue = true;
    setImmediate(() => {
      this.#isUpkeepDue = false;
      this.#charsSinceUpkeep = 0;
      const { changed, isMore } = this.#writer.upkeep();
      if (changed !== undefined) this.#tellWritten([changed]);
      if (isMore) this.#upkeepSoon();
    });
  }

  #tellWritten(written: readonly Stream[]): void {
    if (written.length > 0) this.#post({ kind: "answers", answers: [], written });
  }
}

function mustBeKept(request: Request): request is AppendRequest {
  return request.kind === "append" && request.mustKeep;
}

function charsOf(request: Request): number {
  return request.kind === "append" ? request.chars : 0;
}

function logThrough(post: (message: FromWorker) => void): Log {
  const entry =
    (level: "debug" | "info" | "warn" | "error") =>
    (message: string, fields: object = {}): void =>
      post({ kind: "log", level, message, fields });
  return { debug: entry("debug"), info: entry("info"), warn: entry("warn"), error: entry("error") };
}
