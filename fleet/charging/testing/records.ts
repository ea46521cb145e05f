import type { BatchRow } from "@outpost/wire/batch.ts";

import type { TransactionRecord } from "../read-record.ts";

export const CHARGING_FROM_MS = Date.UTC(2026, 10, 23, 8);
const MINUTE_MS = 60_000;

type Details = TransactionRecord["details"];

/** An instant as charge points write it. @param minute  minutes after `CHARGING_FROM_MS`. */
export function isoAt(minute: number): string {
  return new Date(CHARGING_FROM_MS + minute * MINUTE_MS).toISOString();
}

function record(name: string, minute: number, details: Details): TransactionRecord {
  return { name: `transaction-${name}`, details, occurredAtMs: CHARGING_FROM_MS + minute * MINUTE_MS };
}

/** Records as a gateway writes them of a charge point; `more` adds or replaces details. */
export const records = {
  started: (transaction: string, minute = 0, more: Details = {}) =>
    record("started", minute, {
      transaction,
      connector: 1,
      idTag: "****7788",
      startedAt: isoAt(minute),
      meterStartWh: 1_000,
      idTagStatus: "Accepted",
      ...more,
    }),
  refused: (transaction: string, minute = 0, more: Details = {}) =>
    record("refused", minute, { transaction, connector: 1, idTag: "****0000", idTagStatus: "Invalid", ...more }),
  updated: (transaction: string, minute: number, more: Details = {}) =>
    record("updated", minute, {
      transaction,
      connector: 1,
      at: isoAt(minute),
      meterWh: 1_000 + minute * 120,
      powerW: 7_200,
      ...more,
    }),
  ended: (transaction: string, minute: number, more: Details = {}) =>
    record("ended", minute, {
      transaction,
      connector: 1,
      stoppedAt: isoAt(minute),
      meterStopWh: 1_000 + minute * 120,
      energyWh: minute * 120,
      reason: "Local",
      ...more,
    }),
  unended: (transaction: string, minute: number) =>
    record("unended", minute, { transaction, connector: 1, startedAt: isoAt(0), meterWh: 1_600, energyWh: 600 }),
  reconciled: (transaction: string, minute: number) =>
    record("reconciled", minute, { transaction, claimedId: -1, how: "connector-time-meter" }),
  unmatched: (transaction: string, minute: number) =>
    record("reconciled", minute, {
      transaction,
      claimedId: 4711,
      how: "unmatched",
      stoppedAt: isoAt(minute),
      meterStopWh: 9_000,
      reason: "PowerLoss",
    }),
  /** What 2.0.1 says of a message that is not the first, where nothing was heard before. */
  unknown: (transaction: string, minute: number) =>
    record("reconciled", minute, { transaction, claimedId: transaction, connector: 1, how: "unmatched" }),
  lateStart: (transaction: string, minute: number) =>
    record("reconciled", minute, { transaction, claimedId: transaction, connector: 1, how: "late-start" }),
  gap: (transaction: string, minute: number, fromSeqNo: number, toSeqNo: number) =>
    record("gap", minute, { transaction, connector: 1, fromSeqNo, toSeqNo, missing: toSeqNo - fromSeqNo + 1 }),
  duplicate: (transaction: string, minute: number) => record("duplicate", minute, { transaction, message: "stop" }),
} as const;

/** A record as a journal holds it. */
export function chargingRow(sequence: number, deviceId: string, one: TransactionRecord): BatchRow {
  const body = { kind: "occurrence", deviceId, clockConfidence: "plausible", ...one };
  return { sequence, recordedAtMs: one.occurredAtMs, body: JSON.stringify(body) };
}
