import assert from "node:assert";

import type { CommitRequest } from "@outpost/firmware-adapters/adapter.ts";
import { DeviceError } from "@outpost/firmware-adapters/errors.ts";
import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { Entry, Journal } from "../journal/journal.ts";
import { CommonDeadline } from "./common-deadline.ts";
import { eventEntry } from "./entries.ts";

/** De-duplication keys and memory rows of devices begin so; the device's id follows. */
export const DEVICE_PREFIX = "device/";
/** Keys known without asking the disk; beyond it the disk still knows them. */
export const MAX_KNOWN_KEYS = 20_000;
/** Commits under way; one more is refused, and its device sends again. */
const MAX_UNDER_WAY = 2_000;
/** A disk that has not taken it after this has not taken it, as far as the device is told. */
const COMMIT_TIMEOUT_MS = 15_000;

export interface DeviceCommitsDeps {
  readonly clock: Clock;
  /** Takes an event to the alarm path, in this turn. */
  publish(event: DeviceEvent): void;
  /** Rows of a device's memory are on the disk. */
  onRows(deviceId: string, rows: Readonly<Record<string, string | null>>): void;
}

/**
 * Writes down what devices send until it is acknowledged, once each, whatever is lost between them and us. The alarm
 * path has it before the disk does; what it says twice goes nowhere twice.
 */
export class DeviceCommits {
  readonly #deps: DeviceCommitsDeps;
  /** Newest last. */
  readonly #known = new Set<string>();
  readonly #underWay = new Map<string, Promise<"committed" | "known">>();
  readonly #deadline: CommonDeadline;
  readonly #journalToCome = Promise.withResolvers<Journal>();
  #journal: Journal | undefined;

  constructor(deps: DeviceCommitsDeps) {
    this.#deps = deps;
    this.#deadline = new CommonDeadline(deps.clock, COMMIT_TIMEOUT_MS);
  }

  /** What was written before a restart. @param keys  oldest first. */
  restore(keys: readonly string[]): void {
    for (const key of keys) this.#know(key);
  }

  /** From now on there is a disk to write to. */
  use(journal: Journal): void {
    this.#journal = journal;
    this.#journalToCome.resolve(journal);
  }

  /** As `DeviceDeps.commit` promises. */
  async commit(deviceId: string, request: CommitRequest, signal: AbortSignal): Promise<"committed" | "known"> {
    signal.throwIfAborted();
    assert(request.events.length > 0, "a key is written down with what happened; rows alone are saved by memory");
    const key = `${DEVICE_PREFIX}${deviceId}/${request.key}`;
    if (this.#known.has(key)) return "known";
    const before = this.#underWay.get(key);
    if (before !== undefined) {
      await this.#within(before, signal);
      return "known";
    }
    if (this.#underWay.size >= MAX_UNDER_WAY) {
      throw new DeviceError("device/not-committed", `${MAX_UNDER_WAY} wait for the disk already`);
    }
    for (const event of request.events) this.#deps.publish(event);
    const writing = this.#write(deviceId, key, request);
    this.#underWay.set(key, writing);
    // Whoever waits for it hears how it went; where nobody waits any more, it went as it went.
    const over = (): boolean => this.#underWay.delete(key);
    writing.then(over, over);
    return await this.#within(writing, signal);
  }

  async #write(deviceId: string, key: string, { events, rows }: CommitRequest): Promise<"committed" | "known"> {
    const journal = this.#journal ?? (await this.#journalToCome.promise);
    const outcomes = await journal.append(entriesOf(events, { deviceId, key, rows }));
    // Where the disk ladder gives up measurements, an occurrence that came with them is still on the disk.
    if (outcomes.every(({ kind }) => kind === "dropped")) {
      throw new DeviceError("device/not-committed", "the disk is too full for it");
    }
    this.#know(key);
    // Known to the disk alone: it is long ago, and its rows were written then.
    if (outcomes[0]?.kind === "duplicate") return "known";
    if (rows !== undefined) this.#deps.onRows(deviceId, rows);
    return "committed";
  }

  /** The end of `writing`, for as long as the caller can wait. The writing itself goes on. */
  async #within<T>(writing: Promise<T>, signal: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    writing.then(resolve, reject);
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    const late = this.#deadline.begin(() =>
      reject(new DeviceError("device/not-committed", "the disk does not answer")),
    );
    try {
      return await promise;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DeviceError) throw error;
      throw new DeviceError("device/not-committed", asError(error).message, { cause: error });
    } finally {
      signal.removeEventListener("abort", onAbort);
      late[Symbol.dispose]();
    }
  }

  #know(key: string): void {
    this.#known.add(key);
    if (this.#known.size <= MAX_KNOWN_KEYS) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
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
