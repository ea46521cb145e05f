import type { Clock } from "@outpost/kernel/clock.ts";

import { eventTime, type DeviceEvent, type Occurrence } from "../../event.ts";
import { known } from "../protocol/facts.ts";
import type { BookInput, BookOutcome, OpenTransaction } from "../transactions/book.ts";
import { isRecent, type MeterSample } from "./meter-sample.ts";
import type { BookMessage } from "./station-host.ts";

type Facts = Readonly<Record<string, string | number | boolean>>;

/** Makes the record of what a transaction's messages mean, for one station. */
export class TransactionEvents {
  readonly #deviceId: string;
  readonly #clock: Clock;
  readonly #meterEveryMs: number | undefined;
  readonly #progress: Progress;

  constructor(deviceId: string, clock: Clock, meterEveryMs?: number) {
    this.#deviceId = deviceId;
    this.#meterEveryMs = meterEveryMs;
    this.#clock = clock;
    this.#progress = new Progress(clock);
  }

  /** @returns nothing where the message says nothing new. */
  of(outcome: BookOutcome, input: BookInput, message: BookMessage): readonly DeviceEvent[] {
    switch (outcome.kind) {
      case "started":
        return this.#started(outcome, message);
      case "start-refused":
        return input.kind === "start"
          ? [
              this.#occurrence("transaction-refused", {
                transaction: String(outcome.transactionId),
                connector: input.connectorId,
                idTag: masked(input.idTag),
                ...message.facts,
              }),
            ]
          : [];
      case "stopped":
        return input.kind === "stop" ? this.#stopped(outcome, input, message) : [];
      case "unmatched-stop":
        return input.kind === "stop" ? [this.#unmatched(outcome.transactionId, input, message)] : [];
      case "metered":
        return this.#metered(outcome, message);
      case "unmatched-meter":
        return [];
      case "duplicate":
        return [
          this.#occurrence("transaction-duplicate", {
            transaction: String(outcome.transactionId),
            message: outcome.of,
          }),
        ];
    }
  }

  #started({ transaction, unended }: Extract<BookOutcome, { kind: "started" }>, message: BookMessage): DeviceEvent[] {
    const { id, connectorId, idTag, startedAtMs, meterStartWh } = transaction;
    return [
      ...unended.map((one) => this.#occurrence("transaction-unended", this.#ofOpen(one))),
      this.#occurrence("transaction-started", {
        transaction: String(id),
        connector: connectorId,
        idTag: masked(idTag),
        startedAt: isoTime(startedAtMs),
        meterStartWh,
        ...known({ meterEveryMs: this.#meterEveryMs }),
        ...message.facts,
      }),
    ];
  }

  #stopped(
    { transaction, how }: Extract<BookOutcome, { kind: "stopped" }>,
    input: Extract<BookInput, { kind: "stop" }>,
    message: BookMessage,
  ): DeviceEvent[] {
    const { id, connectorId, meterStartWh } = transaction;
    this.#progress.forget(String(id));
    const ended = this.#occurrence("transaction-ended", {
      transaction: String(id),
      connector: connectorId,
      stoppedAt: isoTime(input.stoppedAtMs),
      meterStopWh: input.meterStopWh,
      energyWh: Math.max(0, input.meterStopWh - meterStartWh),
      ...reasonOf(message.facts),
      ...(input.idTag === undefined ? {} : { idTagStop: masked(input.idTag) }),
    });
    if (how === "by-id") return [ended];
    const claimedId = input.transactionId;
    return [
      ended,
      this.#occurrence("transaction-reconciled", { transaction: String(id), claimedId, how: "connector-time-meter" }),
    ];
  }

  #unmatched(transactionId: number, input: Extract<BookInput, { kind: "stop" }>, message: BookMessage): Occurrence {
    return this.#occurrence("transaction-reconciled", {
      transaction: String(transactionId),
      claimedId: input.transactionId,
      how: "unmatched",
      stoppedAt: isoTime(input.stoppedAtMs),
      meterStopWh: input.meterStopWh,
      ...reasonOf(message.facts),
      ...(input.idTag === undefined ? {} : { idTagStop: masked(input.idTag) }),
    });
  }

  #metered({ transaction }: Extract<BookOutcome, { kind: "metered" }>, { samples }: BookMessage): DeviceEvent[] {
    const last = samples.at(-1);
    if (last === undefined || !this.#progress.isDue(String(transaction.id), last)) return [];
    return [
      this.#occurrence("transaction-updated", {
        transaction: String(transaction.id),
        connector: transaction.connectorId,
        at: isoTime(last.atMs),
        ...sampleFacts(last),
      }),
    ];
  }

  #ofOpen({ id, connectorId, startedAtMs, lastMeterWh, meterStartWh }: OpenTransaction): Facts {
    const energyWh = Math.max(0, lastMeterWh - meterStartWh);
    return {
      transaction: String(id),
      connector: connectorId,
      startedAt: isoTime(startedAtMs),
      meterWh: lastMeterWh,
      energyWh,
    };
  }

  #occurrence(name: string, details: Facts): Occurrence {
    return { kind: "occurrence", deviceId: this.#deviceId, name, details, ...eventTime(this.#clock.now()) };
  }
}

/** Every reading is a point's; of a transaction's record one a minute is enough to follow it. */
export class Progress {
  readonly #clock: Clock;
  /** When each transaction's progress was last written down. */
  readonly #toldAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether this sample is to be written down; then it counts as told. */
  isDue(transaction: string, sample: MeterSample): boolean {
    const nowMs = this.#clock.monotonicMs();
    const toldAtMs = this.#toldAtMs.get(transaction) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - toldAtMs < PROGRESS_EVERY_MS && isRecent(sample, this.#clock)) return false;
    this.forget(transaction);
    this.#toldAtMs.set(transaction, nowMs);
    const [oldest] = this.#toldAtMs.keys();
    if (this.#toldAtMs.size > MAX_TOLD && oldest !== undefined) this.forget(oldest);
    return true;
  }

  forget(transaction: string): void {
    this.#toldAtMs.delete(transaction);
  }
}

const PROGRESS_EVERY_MS = 60_000;
/** Transactions whose end never came are forgotten in the end. */
const MAX_TOLD = 200;
/** A sample as the record has it. */
export function sampleFacts({ energyWh, powerW, currentA, socPercent }: MeterSample): Facts {
  return {
    ...(energyWh === undefined ? {} : { meterWh: energyWh }),
    ...(powerW === undefined ? {} : { powerW }),
    ...(currentA?.L1 === undefined ? {} : { currentL1A: currentA.L1 }),
    ...(currentA?.L2 === undefined ? {} : { currentL2A: currentA.L2 }),
    ...(currentA?.L3 === undefined ? {} : { currentL3A: currentA.L3 }),
    ...(socPercent === undefined ? {} : { socPercent }),
  };
}

/** Why it ended, where that is known. */
export function reasonOf({ reason }: Facts): Facts {
  return reason === undefined ? {} : { reason };
}

/** A card's number is personal data: its end is enough to tell two apart. */
export function masked(idTag: string): string {
  return idTag.length <= 4 ? "****" : `****${idTag.slice(-4)}`;
}

/** A station may send any number for a time; a year that no text can hold is cut. */
export function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, 0), 8_640_000_000_000_000)).toISOString();
}
