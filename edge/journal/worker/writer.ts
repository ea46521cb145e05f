import fs from "node:fs";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { STREAMS, type Stream } from "@outpost/wire/streams.ts";

import type { JournalStatus } from "../journal.ts";
import { divideSpace } from "../limits.ts";
import { Relief } from "../space/relief.ts";
import { diskOf } from "../space/space.ts";
import { writeAnchor } from "../store/anchor.ts";
import { failureOf } from "../store/failures.ts";
import type { JournalFile } from "../store/journal-file.ts";
import { anchorPath, openFile, replaceDamaged, type FilePlace, type OpenedFile } from "../store/open-file.ts";
import type { Quarantine } from "../store/quarantine.ts";
import { PAGE_BYTES } from "../store/schema.ts";
import { Aging } from "./aging.ts";
import { describeFile, noteDrop, perform, writeDrops, type Drops, type Round } from "./perform.ts";
import {
  DROPPED,
  unpackEntry,
  type Answer,
  type AppendRequest,
  type Request,
  type WorkerSettings,
} from "./protocol.ts";

/** A file that is found damaged more often than this in one round is left for the next try. */
const MAX_REPLACEMENTS = 3;
/** Each step of making room gives something up, so a round ends; this bounds it all the same. */
const MAX_ATTEMPTS = 100;

const NOTHING_DONE = { changed: undefined, isMore: false } as const;

/** What the writer tells while it works. */
export interface WriterEvents {
  readonly log: Log;
  onEpochOpened(epoch: string): void;
  onQuarantined(quarantine: Quarantine): void;
}

/** What became of a round of requests. */
export interface RoundResult {
  readonly answers: readonly Answer[];
  readonly written: readonly Stream[];
  /** To be taken up again soon: long work done in part. */
  readonly again: readonly Request[];
  /** To be tried again with pauses: what must be kept while the disk takes nothing. */
  readonly parked: readonly AppendRequest[];
}

/** Owns the file: opens it, writes rounds of requests, and deals with a disk that is full, damaged or dead. */
export class Writer {
  readonly #settings: WorkerSettings;
  readonly #events: WriterEvents;
  readonly #relief: Relief;
  readonly #aging: Aging;
  readonly #place: FilePlace;
  readonly transactionBytes: number;
  #opened: OpenedFile | undefined;
  #quarantined: Quarantine | undefined;
  #fault: string | undefined;
  /** Turned away while not even a void could be written; they get their numbers with the next round that works. */
  readonly #unwrittenDrops = new Map<Stream, Drops>();

  constructor(settings: WorkerSettings, events: WriterEvents) {
    const { directory, maxBytes, limits } = settings;
    const division = divideSpace(maxBytes, limits.quotaBytes ?? sizeOfDisk(directory) ?? maxBytes);
    this.#settings = settings;
    this.#events = events;
    this.#relief = new Relief({ directory, maxBytes, limits, division }, events.log);
    this.#aging = new Aging(settings);
    this.#place = { directory, limits, walPages: Math.ceil(division.walBytes / PAGE_BYTES) };
    this.transactionBytes = division.transactionBytes;
  }

  /** Whether the last write or opening worked. */
  get isWell(): boolean {
    return this.#opened !== undefined && this.#fault === undefined;
  }

  /**
   * Carries requests out in one SQLite transaction. Whatever the disk does, each request is answered, to be taken up
   * again, or parked.
   */
  round(requests: readonly Request[]): RoundResult {
    const attempted = this.#attempt(() => this.#tryRound(this.#file(), requests));
    if (attempted.kind === "gave-up") return this.#park(requests, attempted.error);
    this.#setFault(undefined);
    return attempted.value;
  }

  /** Work that comes with time: ages, retention, the anchor. @returns the streams that gained void rows. */
  tick(wallMs: number, monotonicMs: number): readonly Stream[] {
    this.#aging.advance(wallMs, monotonicMs);
    const opened = this.#opened;
    if (opened === undefined) return [];
    try {
      return this.#aging.work(opened);
    } catch (error) {
      // None of it is urgent: a full disk is for writes of records to deal with, and the next tick tries again.
      if (failureOf(error) !== "full" && !this.#recover(error, 0)) this.#setFault(asError(error).message);
      return [];
    }
  }

  /** One step of upkeep of the disk. */
  upkeep(): { readonly changed: Stream | undefined; readonly isMore: boolean } {
    if (this.#opened === undefined) return NOTHING_DONE;
    const attempted = this.#attempt(() => this.#relief.upkeep(this.#file()));
    if (attempted.kind === "worked") return attempted.value;
    this.#setFault(asError(attempted.error).message);
    return NOTHING_DONE;
  }

  /** Notes how things stand and closes the file. Never throws what the disk does: there is nobody to try again. */
  close(): void {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    try {
      this.#aging.remember(opened.file);
      writeAnchor(anchorPath(this.#settings.directory), opened.file, opened.generation);
    } catch (error) {
      if (failureOf(error) === undefined) throw error;
      this.#events.log.warn("the journal closed without its last notes", { reason: asError(error).message });
    } finally {
      opened.file[Symbol.dispose]();
    }
  }

  #file(): JournalFile {
    if (this.#opened === undefined) this.#use(openFile(this.#place, this.#aging.wallMs));
    const opened = this.#opened;
    if (opened === undefined) throw new Error("a file that was opened is in use");
    return opened.file;
  }

  #use(opened: OpenedFile): void {
    const { file, quarantined } = opened;
    this.#opened = opened;
    this.#relief.fileChanged(file);
    this.#aging.fileChanged(file);
    if (quarantined !== undefined) {
      this.#quarantined = quarantined;
      this.#events.log.error("the journal was damaged and put aside; a new epoch begins", { ...quarantined });
      this.#events.onQuarantined(quarantined);
    }
    this.#events.onEpochOpened(file.ledger.current.epoch);
    this.#anchor(opened);
  }

  /** An anchor that cannot be written now stays the old one: the journal knows both marks. */
  #anchor(opened: OpenedFile): void {
    try {
      writeAnchor(anchorPath(this.#settings.directory), opened.file, opened.generation);
    } catch (error) {
      if (failureOf(error) === undefined) throw error;
      this.#events.log.warn("the journal's anchor could not be written", { reason: asError(error).message });
    }
  }

  #tryRound(file: JournalFile, requests: readonly Request[]): RoundResult {
    const round: Round = {
      file,
      level: this.#relief.level,
      run: this.#settings.run,
      wallMs: this.#aging.wallMs,
      runningMs: this.#aging.runningMs,
      limits: this.#settings.limits,
      status: () => this.#status(file),
      drops: new Map(this.#unwrittenDrops),
      written: new Set(),
      openedEpoch: undefined,
    };
    const performed = file.atomically(() => {
      // While the disk is in doubt every round really writes, so that one that only reads does not clear the fault.
      if (this.#fault !== undefined) this.#aging.note(file);
      const all = requests.map((request) => perform(request, round));
      writeDrops(round);
      return all;
    });
    this.#unwrittenDrops.clear();
    if (round.openedEpoch !== undefined) this.#epochOpened(round.openedEpoch);
    return {
      answers: performed.flatMap((one) => (one.kind === "answered" ? [one.answer] : [])),
      written: STREAMS.filter((stream) => round.written.has(stream)),
      again: performed.flatMap((one) => (one.kind === "again" ? [one.request] : [])),
      parked: [],
    };
  }

  #epochOpened(epoch: string): void {
    this.#events.onEpochOpened(epoch);
    if (this.#opened !== undefined) this.#anchor(this.#opened);
  }

  #status(file: JournalFile): JournalStatus {
    const space = this.#relief.measure(file);
    return {
      ...describeFile(file),
      bytesUsed: space.usedBytes,
      bytesAllowed: space.allowedBytes,
      ladder: this.#relief.level,
      writeFault: this.#fault,
      quarantined: this.#quarantined,
    };
  }

  #attempt<T>(work: () => T): { kind: "worked"; value: T } | { kind: "gave-up"; error: unknown } {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return { kind: "worked", value: work() };
      } catch (error) {
        if (!this.#recover(error, attempt)) return { kind: "gave-up", error };
      }
    }
  }

  /** Deals with a failed write. @returns whether trying again makes sense. */
  #recover(error: unknown, attempt: number): boolean {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    if (failure === "disk" || attempt >= MAX_ATTEMPTS) return false;
    try {
      if (failure === "damaged") return attempt < MAX_REPLACEMENTS && this.#replace(asError(error).message);
      const file = this.#opened?.file;
      return file === undefined ? this.#relief.releaseBallast(undefined) : this.#relief.makeRoom(file, attempt);
    } catch (worse) {
      // The remedy met the same disk. The next try begins with whatever is wrong then.
      if (failureOf(worse) === undefined) throw worse;
      return false;
    }
  }

  #replace(reason: string): boolean {
    this.#opened?.file[Symbol.dispose]();
    this.#opened = undefined;
    this.#use(replaceDamaged(this.#place, reason, this.#aging.wallMs));
    return true;
  }

  #park(requests: readonly Request[], error: unknown): RoundResult {
    this.#setFault(asError(error).message);
    const parked: AppendRequest[] = [];
    const answers: Answer[] = [];
    for (const request of requests) {
      if (request.kind === "append" && request.mustKeep) parked.push(request);
      else answers.push(this.#answerWithoutWriting(request, error));
    }
    return { answers, written: [], again: [], parked };
  }

  #answerWithoutWriting(request: Request, error: unknown): Answer {
    const { id } = request;
    const file = this.#opened?.file;
    const isReading = request.kind === "read" || request.kind.startsWith("load-") || request.kind === "status";
    if (isReading && file !== undefined) return this.#readOnly(file, request);
    if (request.kind === "append" && failureOf(error) === "full" && request.entries.states.length === 0) {
      return this.#dropWhole(request);
    }
    return { kind: "failed", id, code: "journal/disk", message: asError(error).message };
  }

  #readOnly(file: JournalFile, request: Request): Answer {
    const nothing = { drops: new Map<Stream, Drops>(), written: new Set<Stream>(), openedEpoch: undefined };
    const { run, limits } = this.#settings;
    const { wallMs, runningMs } = this.#aging;
    try {
      const round: Round = {
        ...nothing,
        file,
        run,
        wallMs,
        runningMs,
        level: this.#relief.level,
        limits,
        status: () => this.#status(file),
      };
      const performed = perform(request, round);
      if (performed.kind === "answered") return performed.answer;
    } catch (error) {
      if (failureOf(error) === undefined) throw error;
    }
    return { kind: "failed", id: request.id, code: "journal/disk", message: "the journal cannot be read" };
  }

  #dropWhole(request: AppendRequest): Answer {
    const { entries } = request;
    const outcomes = Array.from({ length: entries.count }, (_, index) => {
      const { stream, recordedAtMs } = unpackEntry(entries, index);
      noteDrop(this.#unwrittenDrops, stream, recordedAtMs);
      return DROPPED;
    });
    return { kind: "appended", id: request.id, epoch: "", outcomes };
  }

  #setFault(fault: string | undefined): void {
    if (fault !== undefined && this.#fault === undefined) {
      this.#events.log.error("the journal cannot be written; alarms wait in memory", { reason: fault });
    }
    if (fault === undefined && this.#fault !== undefined) this.#events.log.info("the journal is written again");
    this.#fault = fault;
  }
}

/** Undefined where it cannot be looked at: opening the file will meet the same trouble, and deal with it. */
function sizeOfDisk(directory: string): number | undefined {
  try {
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    return diskOf(directory).totalBytes;
  } catch (error) {
    if (failureOf(error) === undefined) throw error;
    return undefined;
  }
}
