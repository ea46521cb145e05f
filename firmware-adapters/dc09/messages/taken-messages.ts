import type { DeviceMemory } from "../../adapter.ts";
import { findRepeated, isSameTime, type Identity, type Now, type Taken } from "./retransmission.ts";

/** The row of the device's memory. */
export const TAKEN_ROW = "taken";
/** A panel sends one message at a time; with two paths, a few. */
const MAX_TAKEN = 32;
const MAX_TIMES = 8;

/** The latest messages of one account, in memory and in a row that goes to disk with each of them. */
export class TakenMessages {
  readonly #memory: DeviceMemory;
  #taken: readonly Taken[] = [];
  #isLoaded = false;

  constructor(memory: DeviceMemory) {
    this.#memory = memory;
  }

  /** False while it is unknown what was taken in before: then nothing may count as new. */
  get isKnown(): boolean {
    if (!this.#isLoaded && this.#memory.isRestored) {
      this.#taken = parseRow(this.#memory.rows.get(TAKEN_ROW));
      this.#isLoaded = true;
    }
    return this.#isLoaded;
  }

  /** The message that this one repeats, noted as heard again. */
  hearAgain(identity: Identity, now: Now, withinMs: number): Taken | undefined {
    const repeated = findRepeated(this.#taken, identity, now, withinMs);
    return repeated && this.#heard(repeated, identity, now);
  }

  /** The message that this one is to the letter, its time included. */
  findSame(identity: Identity): Taken | undefined {
    return this.#taken.find(
      (one) => one.sequence === identity.sequence && one.digest === identity.digest && isSameTime(one, identity),
    );
  }

  /** Takes a new message in. */
  add(identity: Identity, key: string, now: Now): Taken {
    const { sequence, digest } = identity;
    const isNew = { isCommitted: false, isAcknowledged: false, isOvertaken: false };
    const seen = { wallMs: now.wallMs, monotonicMs: now.monotonicMs };
    const taken: Taken = { sequence, digest, key, sentAtMs: timesWith([], identity), seen, ...isNew };
    this.overtake(sequence);
    this.#taken = [...this.#taken, taken].slice(-MAX_TAKEN);
    return taken;
  }

  /** Something came under another number. */
  overtake(sequence: string): void {
    this.#taken = this.#taken.map((one) => (one.sequence === sequence ? one : { ...one, isOvertaken: true }));
  }

  note(key: string, change: Partial<Pick<Taken, "isCommitted" | "isAcknowledged">>): void {
    this.#taken = this.#taken.map((one) => (one.key === key ? { ...one, ...change } : one));
  }

  /** @param committing  the key of the message that goes to disk together with this row. */
  row(committing?: string): string {
    return JSON.stringify(
      this.#taken.map((one) => [
        one.sequence,
        one.digest,
        one.key,
        one.sentAtMs,
        one.seen.wallMs,
        (one.isCommitted || one.key === committing ? 1 : 0) + (one.isAcknowledged ? 2 : 0) + (one.isOvertaken ? 4 : 0),
      ]),
    );
  }

  #heard(taken: Taken, identity: Identity, { wallMs, monotonicMs }: Now): Taken {
    const heard: Taken = { ...taken, sentAtMs: timesWith(taken.sentAtMs, identity), seen: { wallMs, monotonicMs } };
    this.#taken = this.#taken.map((one) => (one === taken ? heard : one));
    return heard;
  }
}

function timesWith(times: readonly number[], { sentAtMs }: Identity): readonly number[] {
  if (sentAtMs === undefined || times.includes(sentAtMs)) return times;
  return [...times, sentAtMs].slice(-MAX_TIMES);
}

function parseRow(row: string | undefined): readonly Taken[] {
  if (row === undefined) return [];
  try {
    const entries: unknown = JSON.parse(row);
    return Array.isArray(entries) ? entries.slice(-MAX_TAKEN).flatMap(parseEntry) : [];
  } catch {
    // A row that is no JSON was not written by us: it says nothing.
    return [];
  }
}

function parseEntry(entry: unknown): readonly Taken[] {
  if (!Array.isArray(entry)) return [];
  const [sequence, digest, key, sentAtMs, wallMs, flags]: unknown[] = entry;
  if (typeof sequence !== "string" || typeof digest !== "string" || typeof key !== "string") return [];
  if (typeof wallMs !== "number" || typeof flags !== "number" || !Array.isArray(sentAtMs)) return [];
  return [
    {
      sequence,
      digest,
      key,
      sentAtMs: sentAtMs.filter((time): time is number => typeof time === "number"),
      seen: { wallMs, monotonicMs: undefined },
      isCommitted: (flags & 1) !== 0,
      isAcknowledged: (flags & 2) !== 0,
      isOvertaken: (flags & 4) !== 0,
    },
  ];
}
