import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import type { AlarmRecord, NotificationRecord, WireRecord } from "@outpost/wire/records.ts";

import type { EventBus } from "../devices/event-bus.ts";
import type { Entry, Journal } from "../journal/journal.ts";
import { alarmEntry, eventEntry, notificationEntry, resultEntry } from "./entries.ts";

type StateRows = Readonly<Record<string, string | null>>;
type ResultRecord = Extract<WireRecord, { kind: "result" }>;
/** `rows`: state rows without an entry wait in a map, the newest of each key. */
type Urgent =
  | { readonly kind: "entry"; readonly entry: Entry; readonly alarm?: AlarmRecord }
  | { readonly kind: "rows" };

const MAX_MEASUREMENTS = 20_000;
const MAX_OCCURRENCES = 10_000;
const MAX_URGENT = 10_000;
const MAX_BATCH = 5_000;
const RETRY_MS = 250;

export interface RecorderDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: EventBus;
  /** A step of an alarm is on the disk. */
  onAlarmWritten?(record: AlarmRecord): void;
  /** Stands in for a device where the gateway itself is what something happened to. */
  readonly gatewayId: string;
}

/**
 * Stands between what happens and the journal, so that nobody on the alarm path ever waits for a disk.
 *
 * Three queues, drained on their own: measurements drop the oldest when full, and how many is recorded as an occurrence;
 * occurrences and statuses likewise; alarm steps and results come last in being dropped, and only where ten thousand of
 * them found no disk.
 */
export class Recorder {
  readonly #deps: RecorderDeps;
  readonly #measurements = new BoundedQueue<DeviceEvent>({ maxLength: MAX_MEASUREMENTS, whenFull: "drop-oldest" });
  readonly #occurrences = new BoundedQueue<DeviceEvent>({ maxLength: MAX_OCCURRENCES, whenFull: "drop-oldest" });
  readonly #urgent = new BoundedQueue<Urgent>({ maxLength: MAX_URGENT, whenFull: "drop-oldest" });
  #rows: Record<string, string | null> = {};
  #hasRows = false;
  #lostTold = 0;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    deps.bus.subscribe(this.#measurements, (event) => event.kind === "measurement" && event.isReportable);
    deps.bus.subscribe(this.#occurrences, (event) => event.kind !== "measurement");
  }

  /** Events and steps that found no place since the start. */
  get lost(): number {
    return this.#measurements.lost + this.#occurrences.lost + this.#urgent.lost;
  }

  /** A step of an alarm with its state rows, or state rows alone; returns at once. */
  writeAlarm(record: AlarmRecord | undefined, rows: StateRows): void {
    if (record !== undefined) {
      this.#pushUrgent(alarmEntry(record, rows), record);
      return;
    }
    Object.assign(this.#rows, rows);
    if (this.#hasRows) return;
    this.#hasRows = true;
    this.#urgent.push({ kind: "rows" });
  }

  /** Who was told of an alarm; returns at once. */
  writeNotification(record: NotificationRecord, rows: StateRows): void {
    this.#pushUrgent(notificationEntry(record, rows));
  }

  /** How a command ended; returns at once. */
  writeResult(record: ResultRecord, rows: StateRows): void {
    this.#pushUrgent(resultEntry(record, rows));
  }

  /** Writes to `journal` until `signal` aborts, then what still waits, as long as the journal takes it. */
  async run(journal: Journal, signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#drain(this.#urgent, signal, (items) => this.#writeUrgent(journal, items, signal)),
      this.#drain(this.#occurrences, signal, async (events) => {
        await this.#append(
          journal,
          events.map((event) => eventEntry(event)),
          signal,
        );
      }),
      this.#drain(this.#measurements, signal, async (events) => {
        await this.#append(
          journal,
          events.map((event) => eventEntry(event)),
          signal,
        );
        this.#tellOfLoss();
      }),
    ]);
  }

  #pushUrgent(entry: Entry, alarm?: AlarmRecord): void {
    // Older rows of the same keys must not be written after this entry.
    for (const key of Object.keys(entry.state ?? {})) delete this.#rows[key];
    this.#urgent.push({ kind: "entry", entry, ...(alarm === undefined ? {} : { alarm }) });
  }

  async #drain<T>(
    queue: BoundedQueue<T>,
    signal: AbortSignal,
    write: (items: readonly T[]) => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      let items: readonly T[];
      try {
        items = await queue.take(MAX_BATCH, signal);
      } catch {
        // The signal aborted: what was pushed meanwhile is written below.
        break;
      }
      await write(items);
    }
    const never = new AbortController().signal;
    while (queue.length > 0) await write(await queue.take(MAX_BATCH, never));
  }

  async #writeUrgent(journal: Journal, items: readonly Urgent[], signal: AbortSignal): Promise<void> {
    const entries = items.flatMap((item) => (item.kind === "entry" ? [item.entry] : []));
    if (entries.length > 0 && (await this.#append(journal, entries, signal))) {
      for (const item of items) {
        if (item.kind === "entry" && item.alarm !== undefined) this.#deps.onAlarmWritten?.(item.alarm);
      }
    }
    // Not only where their mark is among the items: a full queue may have dropped it.
    if (!this.#hasRows) return;
    const rows = this.#rows;
    this.#rows = {};
    this.#hasRows = false;
    await this.#persistently("state rows", signal, () => journal.saveState(rows));
  }

  async #append(journal: Journal, entries: readonly Entry[], signal: AbortSignal): Promise<boolean> {
    return await this.#persistently(`${entries.length} entries`, signal, () => journal.append(entries));
  }

  /**
   * Tries until the journal takes it. Once we are stopping, one failure is the end: the journal is going away too.
   *
   * @returns whether it is written.
   */
  async #persistently(what: string, signal: AbortSignal, write: () => Promise<unknown>): Promise<boolean> {
    for (;;) {
      try {
        await write();
        return true;
      } catch (error) {
        const fields = { code: errorCode(error), reason: asError(error).message };
        // Trying again would fail in the same way, and hold up everything behind it.
        if (errorCode(error) === "journal/too-large" || signal.aborted) {
          this.#deps.log.error(`journal refused ${what}`, fields);
          return false;
        }
        this.#deps.log.warn(`journal did not take ${what} yet`, fields);
        await this.#deps.clock.sleep(RETRY_MS, signal).catch(() => {});
      }
    }
  }

  #tellOfLoss(): void {
    const { lost } = this;
    if (lost === this.#lostTold) return;
    const { wallMs, monotonicMs, confidence } = this.#deps.clock.now();
    this.#occurrences.push({
      kind: "occurrence",
      deviceId: this.#deps.gatewayId,
      name: "events-lost",
      details: { count: lost - this.#lostTold, reason: "more events than the journal could take" },
      occurredAtMs: wallMs,
      monotonicMs,
      clockConfidence: confidence,
    });
    this.#lostTold = lost;
  }
}
