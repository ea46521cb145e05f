import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { DURABILITY, type Stream } from "@outpost/wire/streams.ts";

import { checkEntries, checkState, splitEntries, type EntryPart } from "./entries.ts";
import { JournalError } from "./errors.ts";
import type { Entry, Journal, JournalStatus, Written } from "./journal.ts";
import { DEFAULT_LIMITS, type JournalLimits } from "./limits.ts";
import { Outbox, type GoodAnswer } from "./outbox.ts";
import type { Quarantine } from "./store/quarantine.ts";
import { WorkerLife } from "./worker-life.ts";
import { packEntries, unpackOutcomes, type FromWorker, type Request } from "./worker/protocol.ts";

/** What the journal is given. */
export interface OpenJournalOptions {
  /** Made where it is missing. One process at a time. */
  readonly directory: string;
  /** What the journal may use of the disk; the free space of the file system is the other limit. */
  readonly maxBytes: number;
  /** Unconfirmed rows other than alarms and results expire after so many days of running. */
  readonly keepDays: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<JournalLimits>;
  /** The worker's module; tests put one here that dies. */
  readonly workerUrl?: URL;
}

/** A site does not wait longer for its disk: the journal goes on opening by itself. */
const OPEN_WAIT_MS = 15_000;
const DAY_MS = 86_400_000;
const CLOSED = "the journal was closed";

/**
 * Opens the journal of a directory, or makes one. Whatever the disk is like it resolves, because a site is protected
 * without a disk too: where the file cannot be opened now it is tried again, alarms wait in memory, the rest is refused
 * with `journal/disk`, and the status says so.
 */
export async function openJournal(options: OpenJournalOptions): Promise<Journal> {
  const journal = new WorkerJournal(options);
  await journal.opened;
  return journal;
}

class WorkerJournal implements Journal {
  readonly opened: Promise<void>;
  readonly #options: OpenJournalOptions;
  readonly #outbox: Outbox;
  readonly #life: WorkerLife;
  readonly #stop = new AbortController();
  readonly #ticking: Promise<void>;
  readonly #writtenListeners = new Set<(streams: readonly Stream[]) => void>();
  readonly #epochListeners = new Set<(epoch: string) => void>();
  readonly #firstOpening = Promise.withResolvers<void>();
  #epoch: string | undefined;
  #quarantined: Quarantine | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: OpenJournalOptions) {
    this.#options = options;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { directory, maxBytes, keepDays, clock, log } = options;
    this.#outbox = new Outbox(limits);
    this.#life = new WorkerLife({
      url: options.workerUrl ?? new URL("./worker/worker.ts", import.meta.url),
      settings: { directory, maxBytes, keepMs: keepDays * DAY_MS, limits, run: randomBytes(16).toString("hex") },
      clock,
      log,
      onMessage: (message) => this.#onMessage(message),
      onDeath: (why) => this.#outbox.rejectOrdinary(`the journal's worker ended: ${why}`),
      onStart: () => this.#sendKeptAgain(),
    });
    this.#ticking = this.#tick(limits.tickMs);
    const timer = setTimeout(() => this.#firstOpening.resolve(), OPEN_WAIT_MS);
    this.opened = this.#firstOpening.promise.finally(() => clearTimeout(timer));
  }

  get quarantined(): Quarantine | undefined {
    return this.#quarantined;
  }

  async append(entries: readonly Entry[]): Promise<readonly Written[]> {
    checkEntries(entries);
    const parts = splitEntries(entries);
    const [first] = parts;
    if (first === undefined) return [];
    if (parts.length === 1) {
      this.#outbox.checkPlace({ entries: entries.length, chars: first.chars, mustKeep: first.mustKeep });
      return writtenOf(await this.#ask(this.#requestOf(first)));
    }
    this.#outbox.checkPlace({
      entries: entries.length,
      chars: parts.reduce((sum, part) => sum + part.chars, 0),
      mustKeep: parts.some((part) => part.mustKeep),
    });
    return (await Promise.all(parts.map((part) => this.#ask(this.#requestOf(part))))).flatMap(writtenOf);
  }

  async saveState(rows: Readonly<Record<string, string | null>>): Promise<void> {
    checkState(rows);
    await this.#ask({ kind: "save-state", id: this.#outbox.nextId(), rows });
  }

  async loadState(prefix: string): Promise<ReadonlyMap<string, string>> {
    const answer = await this.#ask({ kind: "load-state", id: this.#outbox.nextId(), prefix });
    assert(answer.kind === "state", "a request gets its own kind of answer");
    return answer.rows;
  }

  async loadKeys(prefix: string, maxKeys: number): Promise<readonly string[]> {
    const answer = await this.#ask({ kind: "load-keys", id: this.#outbox.nextId(), prefix, maxKeys });
    assert(answer.kind === "keys", "a request gets its own kind of answer");
    return answer.keys;
  }

  async read(query: Parameters<Journal["read"]>[0]): ReturnType<Journal["read"]> {
    const answer = await this.#ask({ ...query, kind: "read", id: this.#outbox.nextId() });
    assert(answer.kind === "rows", "a request gets its own kind of answer");
    return answer.rows;
  }

  async confirm(...[epoch, stream, intervals]: Parameters<Journal["confirm"]>): Promise<void> {
    await this.#ask({ kind: "confirm", id: this.#outbox.nextId(), epoch, stream, intervals });
  }

  async openEpoch(reason: string): Promise<string> {
    const answer = await this.#ask({ kind: "open-epoch", id: this.#outbox.nextId(), reason });
    assert(answer.kind === "epoch", "a request gets its own kind of answer");
    return answer.epoch;
  }

  async renumber(...[epoch, from]: Parameters<Journal["renumber"]>): Promise<void> {
    await this.#ask({ kind: "renumber", id: this.#outbox.nextId(), epoch, from });
  }

  async status(): Promise<JournalStatus> {
    const answer = await this.#ask({ kind: "status", id: this.#outbox.nextId() });
    assert(answer.kind === "status", "a request gets its own kind of answer");
    return answer.status;
  }

  onWritten(listener: (streams: readonly Stream[]) => void): () => void {
    this.#writtenListeners.add(listener);
    return () => this.#writtenListeners.delete(listener);
  }

  onEpochOpened(listener: (epoch: string) => void): () => void {
    this.#epochListeners.add(listener);
    return () => this.#epochListeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    this.#stop.abort(new Error(CLOSED));
    await this.#ticking;
    await this.#life.close();
    const lost = this.#outbox.rejectAll(CLOSED);
    if (lost > 0) this.#options.log.error("alarms or results were never written", { requests: lost });
  }

  #requestOf({ entries, chars, mustKeep }: EntryPart): Request {
    return {
      kind: "append",
      id: this.#outbox.nextId(),
      entries: packEntries(entries),
      chars,
      mustKeep,
      // Whoever marked an entry waits to acknowledge it: a device must not wait for company that nobody needs.
      isGrouped: entries.every(({ stream, dedupeKey }) => DURABILITY[stream] === "grouped" && dedupeKey === undefined),
      oldestPending: this.#outbox.oldestKept,
    };
  }

  #ask(request: Request): Promise<GoodAnswer> {
    if (this.#closing !== undefined) return Promise.reject(new JournalError("journal/closed", CLOSED));
    const isKept = request.kind === "append" && request.mustKeep;
    if (!this.#life.isAlive && !isKept) {
      return Promise.reject(new JournalError("journal/closed", "the journal's worker is being started again"));
    }
    const answer = this.#outbox.expect(request);
    this.#life.post(request);
    return answer;
  }

  #sendKeptAgain(): void {
    for (const request of this.#outbox.keptRequests) this.#life.post(request);
  }

  #onMessage(message: FromWorker): void {
    switch (message.kind) {
      case "opened":
        this.#firstOpening.resolve();
        break;
      case "answers":
        this.#life.isWell();
        for (const answer of message.answers) this.#outbox.arrived(answer);
        if (message.written.length > 0) for (const listener of this.#writtenListeners) listener(message.written);
        break;
      case "epoch-opened":
        this.#onEpoch(message.epoch);
        break;
      case "quarantined":
        this.#quarantined = message.quarantine;
        break;
      case "log":
        this.#options.log[message.level](message.message, message.fields);
        break;
    }
  }

  #onEpoch(epoch: string): void {
    // A worker that was started again tells the epoch it found.
    const isNew = this.#epoch !== undefined && this.#epoch !== epoch;
    this.#epoch = epoch;
    if (isNew) for (const listener of this.#epochListeners) listener(epoch);
  }

  /** The worker has no clock of its own: time comes to it in messages. */
  async #tick(tickMs: number): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // Cut short where the journal is closed; the next line sees that.
      await clock.sleep(tickMs, signal).catch(() => {});
      if (signal.aborted) return;
      const { wallMs, monotonicMs } = clock.now();
      this.#life.post({ kind: "tick", wallMs, monotonicMs });
    }
  }
}

function writtenOf(answer: GoodAnswer): readonly Written[] {
  assert(answer.kind === "appended", "a request gets its own kind of answer");
  return unpackOutcomes(answer.epoch, answer.outcomes);
}
