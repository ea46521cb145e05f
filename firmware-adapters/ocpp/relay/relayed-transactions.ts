import type { CommitRequest, DeviceDeps } from "../../adapter.ts";
import type { DeviceEvent } from "../../event.ts";
import type { BookMessage } from "../station/station-host.ts";
import { TransactionLedger, type LedgerDeps, type Running } from "../station/transaction-ledger.ts";
import type { BookInput, BookOutcome } from "../transactions/book.ts";
import type { Event201, Outcome201 } from "../transactions/book201.ts";

export interface RelayedDeps extends Pick<DeviceDeps, "commit" | "memory" | "clock" | "publish"> {
  measured: LedgerDeps["measured"];
  /** Takes work that goes on by itself; where it fails, that is logged. */
  begin(what: string, work: (signal: AbortSignal) => Promise<unknown>): void;
}

/** Records on their way to the disk; beyond them the disk is too slow, and what happens is published only. */
const MAX_WRITING = 100;

/**
 * The transactions that pass. Nobody here numbers them: those of 1.6 go by the number that upstream has given, as those
 * of 2.0.1 by the id that the station has given, so that one book serves both. What is written down is for our own record
 * and never waited for: upstream answers, not we.
 */
export class RelayedTransactions {
  readonly #deps: RelayedDeps;
  readonly #ledger: TransactionLedger;
  #writing = 0;

  constructor(deviceId: string, deps: RelayedDeps) {
    this.#deps = deps;
    this.#ledger = new TransactionLedger(deviceId, {
      clock: deps.clock,
      memory: {
        isRestored: deps.memory.isRestored,
        rows: deps.memory.rows,
        save: async (rows) => {
          this.#write("row", () => deps.memory.save(rows));
        },
      },
      commit: async (request) => this.#commit(request),
      measured: deps.measured,
    });
    this.#ledger.speaks("ocpp2.0.1");
  }

  running(connectorId: number): Running | undefined {
    return this.#ledger.running(connectorId);
  }

  connectorOf(transactionId: string): number | undefined {
    return this.#ledger.connectorOf(transactionId);
  }

  /**
   * A message of 1.6.
   *
   * @param startedAs  the number that upstream gave a start; undefined for other messages.
   * @returns undefined where it is of no transaction: then only its samples count.
   */
  async enter(
    input: BookInput,
    message: BookMessage,
    startedAs: number | undefined,
    signal: AbortSignal,
  ): Promise<BookOutcome | undefined> {
    const event = eventOf(input, startedAs, message, this);
    if (event === undefined) return undefined;
    await this.#ledger.enter201(event, message, signal);
    // Goes into an answer that is thrown away.
    return { kind: "unmatched-stop", transactionId: startedAs ?? 0 };
  }

  enter201(event: Event201, message: BookMessage, signal: AbortSignal): Promise<Outcome201> {
    return this.#ledger.enter201(event, message, signal);
  }

  #commit(request: CommitRequest): "committed" {
    const renamed = { ...request, events: request.events.map(asSeen) };
    const isWritten = this.#write("record", (signal) => this.#deps.commit(renamed, signal));
    if (!isWritten) for (const event of renamed.events) this.#deps.publish(event);
    return "committed";
  }

  /** @returns whether it is under way. */
  #write(what: string, work: (signal: AbortSignal) => Promise<unknown>): boolean {
    if (this.#writing >= MAX_WRITING) return false;
    this.#writing += 1;
    this.#deps.begin(what, (signal) => work(signal).finally(() => (this.#writing -= 1)));
    return true;
  }
}

/** The fleet must not take for ours, and bill, what upstream bills. */
function asSeen(event: DeviceEvent): DeviceEvent {
  return event.kind === "occurrence" ? { ...event, name: `relayed-${event.name}` } : event;
}

function eventOf(
  input: BookInput,
  startedAs: number | undefined,
  { samples }: BookMessage,
  running: { running(connectorId: number): Running | undefined },
): Event201 | undefined {
  // Numbers are upstream's, which gives none twice.
  const blank = { seqNo: undefined, chargingState: undefined, meterStartWh: undefined, meterStopWh: undefined };
  const nothing = { ...blank, isIdUnique: true };
  switch (input.kind) {
    case "start": {
      const { connectorId, idTag, startedAtMs, meterStartWh, isAccepted } = input;
      if (startedAs === undefined) return undefined;
      const transactionId = String(startedAs);
      const meters = { meterStartWh, meterWh: meterStartWh };
      return {
        ...nothing,
        ...meters,
        kind: "started",
        transactionId,
        atMs: startedAtMs,
        connectorId,
        idTag,
        isAccepted,
      };
    }
    case "stop": {
      const { stoppedAtMs, meterStopWh, idTag } = input;
      const transactionId = String(input.transactionId);
      const meters = { meterStopWh, meterWh: meterStopWh };
      const end = { kind: "ended", transactionId, atMs: stoppedAtMs, connectorId: undefined, idTag } as const;
      return { ...nothing, ...meters, ...end, isAccepted: true };
    }
    case "meter": {
      const { connectorId, meterWh } = input;
      // A number of the station's own, because it never heard upstream's, means what runs there.
      const known = running.running(connectorId)?.transactionId;
      const claimed =
        input.transactionId !== undefined && input.transactionId > 0 ? String(input.transactionId) : known;
      const atMs = samples.at(-1)?.atMs;
      if (claimed === undefined || atMs === undefined) return undefined;
      const update = { kind: "updated", transactionId: claimed, atMs, connectorId, idTag: undefined } as const;
      return { ...nothing, ...update, meterWh, isAccepted: true };
    }
  }
}
