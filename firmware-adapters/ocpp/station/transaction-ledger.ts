import type { DeviceDeps } from "../../adapter.ts";
import type { DeviceEvent } from "../../event.ts";
import { tagKey } from "../authorisation/authorisation.ts";
import { BookKeeper } from "../transactions/book-keeper.ts";
import { rules16 } from "../transactions/book-rules.ts";
import type { Book, BookInput, BookOutcome } from "../transactions/book.ts";
import { rules201 } from "../transactions/book201-rules.ts";
import { runningOn, type Book201, type Event201, type Outcome201 } from "../transactions/book201.ts";
import type { OcppVersion } from "../words.ts";
import type { BookMessage } from "./station-host.ts";
import { TransactionEvents } from "./transaction-events.ts";
import { TransactionEvents201 } from "./transaction-events201.ts";

export interface LedgerDeps extends Pick<DeviceDeps, "commit" | "memory" | "clock"> {
  /** How often the station is set to meter, for whoever looks for holes; undefined where others set it. */
  readonly meterEveryMs?: number;
  /** What the samples of a message say of the points of its connector. */
  measured(connectorId: number, samples: BookMessage["samples"]): readonly DeviceEvent[];
}

/** What runs on a connector. */
export interface Running {
  readonly transactionId: string;
  /** In the words of 2.0.1; undefined in 1.6. */
  readonly chargingState: string | undefined;
}

/** One station's transactions, in the book of each version it has spoken. */
export class TransactionLedger {
  readonly #deps: LedgerDeps;
  readonly #book16: BookKeeper<Book, BookInput, BookOutcome>;
  readonly #book201: BookKeeper<Book201, Event201, Outcome201>;
  readonly #events16: TransactionEvents;
  readonly #events201: TransactionEvents201;
  #version: OcppVersion | undefined;

  constructor(deviceId: string, deps: LedgerDeps) {
    this.#deps = deps;
    this.#book16 = new BookKeeper(rules16, deps);
    this.#book201 = new BookKeeper(rules201, deps);
    this.#events16 = new TransactionEvents(deviceId, deps.clock, deps.meterEveryMs);
    this.#events201 = new TransactionEvents201(deviceId, deps.clock, deps.meterEveryMs);
  }

  /** From now on the station speaks this: what is open in the other version's book has ended unheard. */
  speaks(version: OcppVersion): void {
    this.#version = version;
  }

  /** @throws DeviceError `device/not-committed`, or the signal's reason: nothing was entered. */
  enter(input: BookInput, message: BookMessage, signal: AbortSignal): Promise<BookOutcome> {
    const events = (outcome: BookOutcome): readonly DeviceEvent[] => [
      // What is told again says nothing of how things are now.
      ...(outcome.kind === "duplicate" ? [] : this.#deps.measured(connectorOf(outcome, input), message.samples)),
      ...this.#events16.of(outcome, input, message),
    ];
    return this.#book16.enter({ input, key: message.key, events }, signal);
  }

  /** @throws DeviceError `device/not-committed`, or the signal's reason: nothing was entered. */
  enter201(input: Event201, message: BookMessage, signal: AbortSignal): Promise<Outcome201> {
    const events = (outcome: Outcome201): readonly DeviceEvent[] => [
      ...(isLatest(outcome, input) ? this.#deps.measured(outcome.transaction.connectorId, message.samples) : []),
      ...this.#events201.of(outcome, input, message),
    ];
    return this.#book201.enter({ input, key: message.key, events }, signal);
  }

  /** The connector of a transaction of 2.0.1; undefined where no message has said so. */
  connectorOf(transactionId: string): number | undefined {
    const found = this.#book201.book.transactions.find(({ id }) => id === transactionId);
    return found === undefined || found.connectorId === 0 ? undefined : found.connectorId;
  }

  running(connectorId: number): Running | undefined {
    const of201 = this.#version === "ocpp1.6" ? undefined : runningOn(this.#book201.book, connectorId);
    if (of201 !== undefined) return { transactionId: of201.id, chargingState: of201.chargingState };
    if (this.#version === "ocpp2.0.1") return undefined;
    const of16 = this.#book16.book.open.findLast((one) => one.connectorId === connectorId);
    return of16 === undefined ? undefined : { transactionId: String(of16.id), chargingState: undefined };
  }

  isChargingWith(idTag: string, exceptConnector: number | undefined): boolean {
    const open = [
      ...(this.#version === "ocpp2.0.1" ? [] : this.#book16.book.open),
      ...(this.#version === "ocpp1.6"
        ? []
        : this.#book201.book.transactions.filter(({ phase, isRefused }) => phase === "open" && !isRefused)),
    ];
    return open.some(
      (one) => one.idTag !== undefined && tagKey(one.idTag) === tagKey(idTag) && one.connectorId !== exceptConnector,
    );
  }
}

/** What is told again, or has been overtaken, says nothing of how things are now. */
function isLatest({ kind, transaction }: Outcome201, { atMs }: Event201): boolean {
  return kind !== "duplicate" && kind !== "late" && atMs >= transaction.lastAtMs;
}

function connectorOf(outcome: BookOutcome, input: BookInput): number {
  if (outcome.kind === "started" || outcome.kind === "stopped" || outcome.kind === "metered") {
    return outcome.transaction.connectorId;
  }
  return input.kind === "stop" ? 0 : input.connectorId;
}
