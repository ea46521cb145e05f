import type { Clock } from "@outpost/kernel/clock.ts";

import { eventTime, type DeviceEvent, type Occurrence } from "../../event.ts";
import { known, type Facts } from "../protocol/facts.ts";
import { recordIdOf, type Event201, type Outcome201, type Transaction201 } from "../transactions/book201.ts";
import type { Gap } from "../transactions/seq-nos.ts";
import type { BookMessage } from "./station-host.ts";
import { isoTime, masked, Progress, reasonOf, sampleFacts } from "./transaction-events.ts";

/** Makes the record of what a transaction's messages of 2.0.1 mean, for one station: the same records as of 1.6. */
export class TransactionEvents201 {
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
  of(outcome: Outcome201, event: Event201, message: BookMessage): readonly DeviceEvent[] {
    const { transaction } = outcome;
    switch (outcome.kind) {
      case "started":
        return [
          ...this.#gap(transaction, outcome.gap),
          ...outcome.unended.map((one) => this.#occurrence("transaction-unended", ofUnended(one))),
          this.#started(transaction, event, message),
        ];
      case "updated":
        return [
          ...this.#unknown(outcome),
          ...this.#gap(transaction, outcome.gap),
          ...this.#updated(transaction, event, message),
        ];
      case "ended":
        return [
          ...this.#unknown(outcome),
          ...this.#gap(transaction, outcome.gap),
          this.#ended(transaction, event, message),
        ];
      case "late":
        return outcome.of === "started"
          ? [this.#started(transaction, event, message), this.#reconciled(transaction)]
          : [this.#occurrence("transaction-updated", { ...progressOf(transaction, event, message), isLate: true })];
      case "duplicate":
        return [
          this.#occurrence("transaction-duplicate", {
            transaction: recordIdOf(transaction),
            message: outcome.of,
            ...known({ seqNo: event.seqNo }),
          }),
        ];
    }
  }

  #started(transaction: Transaction201, event: Event201, { facts }: BookMessage): Occurrence {
    const { connectorId, phase, meterStartWh } = transaction;
    return this.#occurrence(event.isAccepted ? "transaction-started" : "transaction-refused", {
      transaction: recordIdOf(transaction),
      connector: connectorId,
      startedAt: isoTime(event.atMs),
      ...known({ meterStartWh, meterEveryMs: this.#meterEveryMs, isLate: phase === "ended" ? true : undefined }),
      ...tagFacts(event),
      ...facts,
    });
  }

  /** A tag that is shown while it runs is always written down; of its readings one a minute is enough to follow it. */
  #updated(transaction: Transaction201, event: Event201, message: BookMessage): readonly Occurrence[] {
    const last = message.samples.at(-1);
    const isTag = event.idTag !== undefined;
    if (!isTag && (last === undefined || !this.#progress.isDue(transaction.id, last))) return [];
    if (isTag && !event.isAccepted) {
      return [
        this.#occurrence("transaction-refused", {
          transaction: recordIdOf(transaction),
          connector: transaction.connectorId,
          ...tagFacts(event),
          ...message.facts,
        }),
      ];
    }
    return [this.#occurrence("transaction-updated", progressOf(transaction, event, message))];
  }

  #ended(transaction: Transaction201, event: Event201, { facts }: BookMessage): Occurrence {
    const { id, connectorId, meterStopWh } = transaction;
    this.#progress.forget(id);
    return this.#occurrence("transaction-ended", {
      transaction: recordIdOf(transaction),
      connector: connectorId,
      stoppedAt: isoTime(event.atMs),
      ...known({ meterStopWh, energyWh: energyOf(transaction), seqNo: event.seqNo }),
      ...reasonOf(facts),
      ...(event.idTag === undefined ? {} : { idTagStop: masked(event.idTag) }),
      ...known({ isOffline: facts["isOffline"] }),
    });
  }

  /** Its first message came last: only now is it known how much was charged. */
  #reconciled(transaction: Transaction201): Occurrence {
    const { id, connectorId, meterStopWh } = transaction;
    return this.#occurrence("transaction-reconciled", {
      transaction: recordIdOf(transaction),
      claimedId: id,
      connector: connectorId,
      how: "late-start",
      ...known({ meterStopWh, energyWh: energyOf(transaction) }),
    });
  }

  #unknown({ transaction, isUnknown }: Extract<Outcome201, { readonly isUnknown: boolean }>): readonly Occurrence[] {
    if (!isUnknown) return [];
    const { id, connectorId } = transaction;
    return [
      this.#occurrence("transaction-reconciled", {
        transaction: recordIdOf(transaction),
        claimedId: id,
        connector: connectorId,
        how: "unmatched",
      }),
    ];
  }

  #gap(transaction: Transaction201, gap: Gap | undefined): readonly Occurrence[] {
    if (gap === undefined) return [];
    const { from, to } = gap;
    const missed = { fromSeqNo: from, toSeqNo: to, missing: to - from + 1 };
    const facts = { transaction: recordIdOf(transaction), connector: transaction.connectorId, ...missed };
    return [this.#occurrence("transaction-gap", facts)];
  }

  #occurrence(name: string, details: Facts): Occurrence {
    return { kind: "occurrence", deviceId: this.#deviceId, name, details, ...eventTime(this.#clock.now()) };
  }
}

function progressOf(transaction: Transaction201, event: Event201, { samples, facts }: BookMessage): Facts {
  const last = samples.at(-1);
  return {
    transaction: recordIdOf(transaction),
    connector: transaction.connectorId,
    at: isoTime(last?.atMs ?? event.atMs),
    ...(last === undefined ? {} : sampleFacts(last)),
    ...known({ seqNo: event.seqNo, isOffline: facts["isOffline"] }),
    ...tagFacts(event),
    ...known({ idTagStatus: event.idTag === undefined ? undefined : facts["idTagStatus"] }),
  };
}

function ofUnended(transaction: Transaction201): Facts {
  const { connectorId, startedAtMs, meterStartWh, lastMeterWh } = transaction;
  return {
    transaction: recordIdOf(transaction),
    connector: connectorId,
    ...known({
      startedAt: startedAtMs === undefined ? undefined : isoTime(startedAtMs),
      meterWh: lastMeterWh,
      energyWh: meterStartWh === undefined ? undefined : energyOf({ ...transaction, meterStopWh: lastMeterWh }),
    }),
  };
}

function tagFacts({ idTag }: Event201): Facts {
  return idTag === undefined ? {} : { idTag: masked(idTag) };
}

/** Undefined where the station has not told both ends: a charge is not guessed. */
function energyOf({ meterStartWh, meterStopWh }: Transaction201): number | undefined {
  return meterStartWh === undefined || meterStopWh === undefined ? undefined : Math.max(0, meterStopWh - meterStartWh);
}
