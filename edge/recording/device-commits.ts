import assert from "node:assert";

import type { CommitRequest } from "@outpost/firmware-adapters/adapter.ts";
import { DeviceError } from "@outpost/firmware-adapters/errors.ts";
import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";

import type { Entry, Journal, Written } from "../journal/journal.ts";
import { CommonDeadline } from "./common-deadline.ts";
import { eventEntry } from "./entries.ts";
import { KnownKeys } from "./known-keys.ts";
import { Leavers } from "./leavers.ts";

/** De-duplication keys and memory rows of devices begin so; the device's id follows. */
export const DEVICE_PREFIX = "device/";
/** Keys known without asking the disk, at most; beyond them the disk still knows. */
export const MAX_KNOWN_KEYS = 20_000;
/** Commits under way; one more is refused, and its device sends again. */
const MAX_UNDER_WAY = 2_000;
/** A disk that has not taken it after this has not taken it, as far as the device is told. */
const COMMIT_TIMEOUT_MS = 15_000;
/** Devices that go on in one turn of the loop. */
const ANSWERS_A_TURN = 32;

export interface DeviceCommitsDeps {
  readonly clock: Clock;
  /** Takes an event to the alarm path, in this turn. */
  publish(event: DeviceEvent): void;
  /** Rows of a device's memory are on the disk. */
  onRows(deviceId: string, rows: Readonly<Record<string, string | null>>): void;
}

type Answer = "committed" | "known";

/** One commit on its way to the disk. */
interface Underway {
  readonly key: string;
  readonly deviceId: string;
  readonly rows: CommitRequest["rows"];
  readonly entries: readonly Entry[];
  /** How it went, for as long as it takes. */
  readonly written: Promise<Answer>;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/**
 * Writes down what devices send until it is acknowledged, once each, whatever is lost between them and us. The alarm
 * path has it before the disk does; what it says twice goes nowhere twice. What is committed in one turn of the loop
 * goes to the journal together, and its devices go on a few in a turn: a car park's answers must not hold the loop up.
 */
export class DeviceCommits {
  readonly #deps: DeviceCommitsDeps;
  readonly #known = new KnownKeys(MAX_KNOWN_KEYS);
  readonly #underway = new Map<string, Underway>();
  /** Those of them that the journal has not been given yet. */
  #gathered: Underway[] = [];
  /** On the disk; their devices have not been told yet. */
  readonly #answers: (() => void)[] = [];
  readonly #deadline: CommonDeadline;
  readonly #leavers = new Leavers();
  readonly #journal = Promise.withResolvers<Journal>();

  constructor(deps: DeviceCommitsDeps) {
    this.#deps = deps;
    this.#deadline = new CommonDeadline(deps.clock, COMMIT_TIMEOUT_MS);
  }

  /** What was written before a restart. @param keys  oldest first. */
  restore(keys: readonly string[]): void {
    for (const key of keys) this.#known.add(key);
  }

  /** From now on there is a disk to write to. */
  use(journal: Journal): void {
    this.#journal.resolve(journal);
  }

  /** As `DeviceDeps.commit` promises. */
  async commit(deviceId: string, request: CommitRequest, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    assert(request.events.length > 0, "a key is written down with what happened; rows alone are saved by memory");
    const key = `${DEVICE_PREFIX}${deviceId}/${request.key}`;
    if (this.#known.has(key)) return "known";
    const before = this.#underway.get(key);
    if (before !== undefined) {
      await this.#within(before.written, signal);
      return "known";
    }
    if (this.#underway.size >= MAX_UNDER_WAY) {
      throw new DeviceError("device/not-committed", `${MAX_UNDER_WAY} wait for the disk already`);
    }
    for (const event of request.events) this.#deps.publish(event);
    return await this.#within(this.#gather(deviceId, key, request), signal);
  }

  #gather(deviceId: string, key: string, { events, rows }: CommitRequest): Promise<Answer> {
    const { promise: written, resolve, reject } = Promise.withResolvers<Answer>();
    const entries = entriesOf(events, { deviceId, key, rows });
    const one = { key, deviceId, rows, entries, written, resolve, reject };
    this.#underway.set(key, one);
    if (this.#gathered.length === 0) setImmediate(() => void this.#writeGathered());
    this.#gathered.push(one);
    return written;
  }

  async #writeGathered(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = [];
    const journal = await this.#journal.promise;
    await this.#write(journal, gathered);
  }

  /** Never rejects: each hears how it went with itself. */
  async #write(journal: Journal, together: readonly Underway[]): Promise<void> {
    let outcomes: readonly Written[];
    try {
      outcomes = await journal.append(together.flatMap(({ entries }) => entries));
    } catch (error) {
      // One that the journal never takes must not take the others with it.
      if (errorCode(error) === "journal/too-large" && together.length > 1) {
        await Promise.all(together.map((one) => this.#write(journal, [one])));
        return;
      }
      for (const one of together) this.#over(one, () => one.reject(error));
      return;
    }
    let at = 0;
    for (const one of together) {
      const ofOne = outcomes.slice(at, at + one.entries.length);
      at += one.entries.length;
      this.#over(one, () => this.#answer(one, ofOne));
    }
  }

  #answer(one: Underway, outcomes: readonly Written[]): void {
    // Where the disk ladder gives up measurements, an occurrence that came with them is still on the disk.
    if (outcomes.every(({ kind }) => kind === "dropped")) {
      one.reject(new DeviceError("device/not-committed", "the disk is too full for it"));
      return;
    }
    this.#known.add(one.key);
    // Known to the disk alone: it is long ago, and its rows were written then.
    const isKnown = outcomes[0]?.kind === "duplicate";
    if (!isKnown && one.rows !== undefined) this.#deps.onRows(one.deviceId, one.rows);
    one.resolve(isKnown ? "known" : "committed");
  }

  /** What was under way is over; its device goes on in this turn of the loop or one of the next. */
  #over(one: Underway, tell: () => void): void {
    if (this.#answers.length === 0) setImmediate(() => this.#tellSome());
    this.#answers.push(() => {
      this.#underway.delete(one.key);
      tell();
    });
  }

  #tellSome(): void {
    for (const tell of this.#answers.splice(0, ANSWERS_A_TURN)) tell();
    if (this.#answers.length > 0) setImmediate(() => this.#tellSome());
  }

  /** The end of `written`, for as long as the caller can wait. The writing itself goes on. */
  #within(written: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const left = this.#leavers.add(signal, () => end(() => reject(signal.reason)));
      const late = this.#deadline.begin(() =>
        end(() => reject(new DeviceError("device/not-committed", "the disk does not answer"))),
      );
      const end = (settle: () => void): void => {
        left();
        late[Symbol.dispose]();
        settle();
      };
      written.then(
        (answer) => end(() => resolve(answer)),
        (error: unknown) => end(() => reject(notCommitted(error))),
      );
    });
  }
}

function notCommitted(error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  return new DeviceError("device/not-committed", asError(error).message, { cause: error });
}

interface Mark {
  readonly deviceId: string;
  readonly key: string;
  readonly rows: CommitRequest["rows"];
}

/** What the journal's state rows of devices say, by device. */
export function memoryRows(rows: ReadonlyMap<string, string>): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const byDevice = new Map<string, Map<string, string>>();
  for (const [key, value] of rows) {
    const [, deviceId = "", ...rest] = key.split("/");
    const known = byDevice.get(deviceId) ?? new Map<string, string>();
    byDevice.set(deviceId, known.set(rest.join("/"), value));
  }
  return byDevice;
}

/** The first entry carries the key and the rows; the others belong to it. */
function entriesOf(events: readonly DeviceEvent[], { deviceId, key, rows }: Mark): readonly Entry[] {
  return events.map((event, index) => {
    if (index > 0) return eventEntry(event, JOINING);
    if (rows === undefined) return eventEntry(event, { dedupeKey: key });
    const named = Object.entries(rows).map(([row, value]) => [memoryKey(deviceId, row), value]);
    return eventEntry(event, { dedupeKey: key, state: Object.fromEntries(named) });
  });
}

const JOINING = { joinsPrevious: true } as const;

/** The journal's state row of one row of a device's memory. */
export function memoryKey(deviceId: string, row: string): string {
  return `${DEVICE_PREFIX}${deviceId}/${row}`;
}
