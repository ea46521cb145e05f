import { Backoff } from "@outpost/kernel/backoff.ts";
import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { parseBatch } from "@outpost/wire/batch.ts";
import { WireError } from "@outpost/wire/errors.ts";
import type { Pool } from "pg";

import type { Publish } from "../broker/bus.ts";
import { isTransient } from "../store/database.ts";
import { ensureDay, PARTITIONED, partitionDay } from "../store/partitions.ts";
import { commitCarefully } from "./careful.ts";
import { commitGroup, type Answer, type Committed } from "./commit.ts";
import { CopyRows } from "./copy-rows.ts";
import type { Directory, GatewayNumbers } from "./directory.ts";
import { namesIn, prepareBatch, type Batch, type PreparedBatch, type PreparedGroup } from "./group.ts";
import type { IngestMetrics } from "./metrics.ts";

/** A transaction takes up to so much; enough to make its own cost small, little enough to be answered soon. */
const MAX_GROUP_BYTES = 4 * 1024 * 1024;
const MAX_GROUP_BATCHES = 64;
const SAY_EVERY_MS = 10_000;

/** A batch as it came from the broker. */
export interface Parcel {
  readonly gatewayId: string;
  readonly payload: Buffer;
  readonly reply: Publish;
}

export interface LaneDeps {
  readonly pool: Pool;
  readonly directory: Directory;
  readonly metrics: IngestMetrics;
  readonly log: Log;
  /** All rows of the parcel's batch are committed. */
  readonly onCommitted: (parcel: Parcel, batch: Batch, answer: Answer) => void;
  /** The parcel could not be read as a batch at all. */
  readonly onUnreadable: (parcel: Parcel, reason: string) => Promise<void>;
  readonly onChanged: (changed: Pick<Committed, "points" | "devices">) => void;
  /** The parcel is dealt with, whatever became of it. */
  readonly onDone: (parcel: Parcel) => void;
}

interface Group {
  readonly parcels: readonly Parcel[];
  readonly batches: readonly { readonly parcel: Parcel; readonly batch: Batch }[];
  readonly prepared: PreparedGroup;
}

/**
 * Takes batches one group after the other into the database. While one group is being committed the next is read and
 * checked. Lanes are independent: what holds one up holds no other.
 */
export class Lane {
  readonly #deps: LaneDeps;
  readonly #queue: BoundedQueue<Parcel>;
  readonly #knownDays = new Set<string>();
  #saidAtMs = -Infinity;

  constructor(deps: LaneDeps, maxParcels: number) {
    this.#deps = deps;
    this.#queue = new BoundedQueue({ maxLength: maxParcels, whenFull: "refuse" });
  }

  /** @returns false where the lane is full. */
  offer(parcel: Parcel): boolean {
    return this.#queue.push(parcel);
  }

  /** Works until `signal` aborts; the transaction under way is finished first. */
  async run(signal: AbortSignal): Promise<void> {
    let committing = Promise.resolve();
    const carried: Parcel[] = [];
    while (!signal.aborted) {
      const parcels = await this.#takeGroup(carried, signal).catch(() => []);
      const group = await this.#prepare(parcels, signal);
      await committing;
      committing = this.#commit(group, signal);
    }
    await committing;
  }

  /** @param carried  what was taken from the queue but was too much for the last group. */
  async #takeGroup(carried: Parcel[], signal: AbortSignal): Promise<Parcel[]> {
    if (carried.length === 0) carried.push(...(await this.#queue.take(MAX_GROUP_BATCHES, signal)));
    let bytes = 0;
    const fits = carried.findIndex((parcel) => (bytes += parcel.payload.length) > MAX_GROUP_BYTES);
    return carried.splice(0, fits < 0 ? carried.length : Math.max(1, fits));
  }

  async #prepare(parcels: readonly Parcel[], signal: AbortSignal): Promise<Group> {
    const copies = { measurements: new CopyRows(), occurrences: new CopyRows() };
    const batches: { parcel: Parcel; batch: Batch }[] = [];
    const prepared: PreparedBatch[] = [];
    for (const parcel of parcels) {
      try {
        const batch = { gatewayId: parcel.gatewayId, ...parseBatch(parcel.payload) };
        const numbers = await this.#retrying(signal, async () => await this.#enterNames(batch));
        prepared.push(prepareBatch(batch, numbers, copies));
        batches.push({ parcel, batch });
      } catch (error) {
        if (!signal.aborted) await this.#setAside(parcel, error);
      }
      // A group may take long to read; the alarms and the API have their turn in between.
      await new Promise(setImmediate);
    }
    return { parcels, batches, prepared: { batches: prepared, ...copies } };
  }

  /** One gateway's batch that cannot be dealt with holds up neither the lane nor the batches taken with it. */
  async #setAside(parcel: Parcel, error: unknown): Promise<void> {
    const reason = asError(error).message;
    this.#sayRarely("a batch was set aside", { gateway: parcel.gatewayId, reason });
    if (!(error instanceof WireError)) return;
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

  /** Enters what the batch names for the first time, and makes the partitions its rows need. */
  async #enterNames(batch: Batch): Promise<GatewayNumbers> {
    const { directory } = this.#deps;
    const numbers = await directory.gateway(batch.gatewayId);
    await directory.ensureEpochs(numbers, [batch.header.epoch]);
    const { devices, points } = namesIn(batch);
    await directory.ensureDevices(numbers, devices);
    await directory.ensurePoints(numbers, points);
    await this.#ensureDays(batch);
    return numbers;
  }

  /** Partitions are made when a first row needs them. Without one, the default partition takes the rows. */
  async #ensureDays({ header, rows }: Batch): Promise<void> {
    const table = PARTITIONED.find((name) => name === header.stream);
    if (table === undefined) return;
    const nowMs = Date.now();
    for (const row of rows) {
      const day = partitionDay(row.recordedAtMs, nowMs);
      const key = `${table}/${day}`;
      if (day === undefined || this.#knownDays.has(key)) continue;
      try {
        await ensureDay(this.#deps.pool, table, day);
        this.#knownDays.add(key);
      } catch (error) {
        if (isTransient(error)) throw error;
        this.#deps.log.warn("a partition could not be made", { key, reason: asError(error).message });
      }
    }
  }

  async #commit(group: Group, signal: AbortSignal): Promise<void> {
    const { pool, metrics, log } = this.#deps;
    const stopTimer = metrics.commitSeconds.startTimer();
    try {
      if (group.batches.length === 0) return;
      const committed = await this.#retrying(signal, async () => {
        try {
          return await commitGroup(pool, group.prepared);
        } catch (error) {
          if (isTransient(error)) throw error;
          log.warn("the database refuses a row; looking for it", { reason: asError(error).message });
          return await commitCarefully(pool, group.prepared);
        }
      });
      this.#report(group, committed);
    } catch (error) {
      if (!signal.aborted) log.error("batches were not committed", { reason: asError(error).message });
    } finally {
      stopTimer();
      for (const parcel of group.parcels) this.#deps.onDone(parcel);
    }
  }

  #report({ batches }: Group, committed: Committed): void {
    const { metrics, onCommitted, onChanged } = this.#deps;
    metrics.rows.inc(committed.rowCount);
    metrics.quarantined.inc(committed.quarantinedCount);
    batches.forEach(({ parcel, batch }, index) => {
      const answer = committed.answers[index];
      if (answer === undefined) return;
      metrics.batches.inc();
      metrics.bytes.inc(parcel.payload.length);
      metrics.conflicts.inc(answer.conflicts.length);
      onCommitted(parcel, batch, answer);
    });
    onChanged(committed);
  }

  /** Tries again for as long as it takes where the fault will pass: the database is restarting, or two got in each other's way. */
  async #retrying<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const backoff = new Backoff({ firstMs: 50, maxMs: 10_000 });
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isTransient(error) || signal.aborted) throw error;
        this.#deps.metrics.retries.inc();
        if (backoff.tries > 2)
          this.#deps.log.warn("the database cannot take batches now", { reason: asError(error).message });
        await systemClock.sleep(backoff.nextMs(), signal);
      }
    }
  }
}
