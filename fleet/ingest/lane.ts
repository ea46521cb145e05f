import { Backoff } from "@outpost/kernel/backoff.ts";
import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { WireError } from "@outpost/wire/errors.ts";
import type { BatchHeader } from "@outpost/wire/uplink.ts";
import type { Pool } from "pg";

import { isTransient } from "../store/database.ts";
import { commitCarefully } from "./careful.ts";
import { commitGroup, type Answer, type Committed } from "./commit.ts";
import { Days } from "./days.ts";
import type { Directory } from "./directory.ts";
import { GroupInMaking, type Parcel } from "./group-in-making.ts";
import type { IngestMetrics } from "./metrics.ts";

const SAY_EVERY_MS = 10_000;

export interface LaneDeps {
  readonly pool: Pool;
  readonly directory: Directory;
  readonly metrics: IngestMetrics;
  readonly log: Log;
  /** All rows of the parcel's batch are committed. */
  readonly onCommitted: (parcel: Parcel, header: BatchHeader, answer: Answer) => void;
  /** The parcel could not be read as a batch at all. */
  readonly onUnreadable: (parcel: Parcel, reason: string) => Promise<void>;
  readonly onChanged: (changed: Pick<Committed, "points" | "devices">) => void;
  /** The parcel is dealt with, whatever became of it. */
  readonly onDone: (parcel: Parcel) => void;
}

/** A group on its way into the database. */
interface Committing {
  readonly done: Promise<void>;
  /** Aborts when it is done. */
  readonly doneSignal: AbortSignal;
}

/**
 * Takes batches one group after the other into the database. While one group is being committed the batches that come
 * are read and join the next: the busier the database, the larger the groups. Lanes are independent: what holds one up
 * holds no other.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #queue: BoundedQueue<Parcel>;
  readonly #days: Days;
  #saidAtMs = -Infinity;

  constructor(deps: LaneDeps, maxParcels: number) {
    this.#deps = deps;
    this.#queue = new BoundedQueue({ maxLength: maxParcels, whenFull: "refuse" });
    this.#days = new Days(deps.pool, deps.log);
  }

  /** @returns false where the lane is full. */
  offer(parcel: Parcel): boolean {
    return this.#queue.push(parcel);
  }

  /** Works until `signal` aborts; the transaction under way is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    let committing: Committing = { done: Promise.resolve(), doneSignal: AbortSignal.abort() };
    while (!signal.aborted) {
      const group = await this.#gather(committing.doneSignal, signal);
      await committing.done;
      committing = this.#begin(group, signal);
    }
    await committing.done;
  }

  /** Gathers one batch at least, and more while the group before is being committed. */
  async #gather(committed: AbortSignal, signal: AbortSignal): Promise<GroupInMaking> {
    const retrying = async <T>(work: () => Promise<T>): Promise<T> => await this.#retrying(signal, work);
    const group = new GroupInMaking({ ...this.#deps, days: this.#days, retrying });
    while (!group.isFull) {
      const enough = group.isEmpty ? signal : AbortSignal.any([signal, committed]);
      const [parcel] = await this.#queue.take(1, enough).catch(() => []);
      if (parcel === undefined) break;
      try {
        await group.add(parcel);
      } catch (error) {
        if (!signal.aborted) await this.#setAside(parcel, error);
      }
      // A batch takes a while to read; the alarms and the API have their turn in between.
      await new Promise(setImmediate);
    }
    return group;
  }

  #begin(group: GroupInMaking, signal: AbortSignal): Committing {
    const finished = new AbortController();
    const commit = async (): Promise<void> => {
      await this.#commit(group, signal);
      finished.abort();
    };
    return { done: commit(), doneSignal: finished.signal };
  }

  /** Never rejects: what could not be committed is never answered, and comes again. */
  async #commit(group: GroupInMaking, signal: AbortSignal): Promise<void> {
    const { pool, metrics, log } = this.#deps;
    const { prepared } = group;
    try {
      if (prepared.batches.length === 0) return;
      const stopTimer = metrics.commitSeconds.startTimer();
      const committed = await this.#retrying(signal, async () => {
        try {
          return await commitGroup(pool, prepared);
        } catch (error) {
          if (isTransient(error)) throw error;
          log.warn("the database refuses a row; looking for it", { reason: asError(error).message });
          return await commitCarefully(pool, prepared);
        }
      });
      stopTimer();
      this.#report(group, committed);
    } catch (error) {
      if (!signal.aborted) log.error("batches were not committed", { reason: asError(error).message });
    } finally {
      for (const parcel of group.parcels) this.#deps.onDone(parcel);
    }
  }

  #report({ batches }: GroupInMaking, committed: Committed): void {
    const { metrics, onCommitted, onChanged } = this.#deps;
    metrics.rows.inc(committed.rowCount);
    metrics.quarantined.inc(committed.quarantinedCount);
    batches.forEach(({ parcel, header }, index) => {
      const answer = committed.answers[index];
      if (answer === undefined) return;
      metrics.batches.inc();
      metrics.bytes.inc(parcel.payload.length);
      metrics.conflicts.inc(answer.conflicts.length);
      onCommitted(parcel, header, answer);
    });
    onChanged(committed);
  }

  /** One gateway's batch that cannot be dealt with holds up neither the lane nor the batches taken with it. */
  async #setAside(parcel: Parcel, error: unknown): Promise<void> {
    const reason = asError(error).message;
    this.#sayRarely("a batch was set aside", { gateway: parcel.gatewayId, reason });
    if (!(error instanceof WireError)) return;
    this.#deps.metrics.quarantined.inc();
    try {
      await this.#deps.onUnreadable(parcel, reason);
    } catch (second) {
      this.#deps.log.warn("a batch could not be kept in quarantine", { reason: asError(second).message });
    }
  }

  /** A gateway may send nonsense for ever; the log must not grow with it. */
  #sayRarely(message: string, fields: object): void {
    const nowMs = systemClock.monotonicMs();
    if (nowMs - this.#saidAtMs < SAY_EVERY_MS) return;
    this.#saidAtMs = nowMs;
    this.#deps.log.warn(message, fields);
  }

  /** Tries again for as long as it takes where the fault will pass: the database restarts, or two were in each other's way. */
  async #retrying<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const backoff = new Backoff({ firstMs: 50, maxMs: 10_000 });
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isTransient(error) || signal.aborted) throw error;
        this.#deps.metrics.retries.inc();
        this.#sayRarely("the database cannot take batches now", { reason: asError(error).message });
        await systemClock.sleep(backoff.nextMs(), signal);
      }
    }
  }
}
