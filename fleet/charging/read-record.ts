import { UNMATCHED, type RecordPlace, type TransactionFacts } from "./facts.ts";

/** An occurrence as the wire brings it. */
export interface TransactionRecord {
  readonly name: string;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly occurredAtMs: number;
}

/** What one record says of which transaction. */
export interface TransactionWord {
  readonly transaction: string;
  readonly facts: TransactionFacts;
}

/** Every record of a charging transaction is called so; nothing else is. */
const PREFIX = "transaction-";
const MAX_TRANSACTION = 64;
const MAX_TEXT = 200;
const MAX_TIME_MS = 8_640_000_000_000_000;
const MAX_CONNECTOR = 65_535;
const MAX_WH = 1e15;
/** More seldom nobody meters a bill. */
const MAX_METER_EVERY_MS = 86_400_000;

/** Whether an occurrence is about a charging transaction: nearly all are not, and this is all that they cost. */
export function isOfTransaction(name: string): boolean {
  return name.startsWith(PREFIX);
}

/**
 * Reads one occurrence of a charge point.
 *
 * @param at  the record's place: of two begins the first counts.
 * @returns undefined where it names no transaction or says nothing we know; it stays an occurrence all the same.
 */
export function readRecord(record: TransactionRecord, at: RecordPlace): TransactionWord | undefined {
  const { details, occurredAtMs } = record;
  const transaction = textOf(details["transaction"], MAX_TRANSACTION + 1);
  if (transaction === null || transaction.length > MAX_TRANSACTION) return undefined;
  const said = readName(record, at);
  if (said === undefined) return undefined;
  const facts = { ...NOTHING, ...said, firstOccurredAtMs: occurredAtMs, lastOccurredAtMs: occurredAtMs };
  const seqNos = clusterOf(details["seqNo"], details["seqNo"]);
  return { transaction, facts: { ...facts, seqNos, isOffline: details["isOffline"] === true } };
}

const NOTHING: Omit<TransactionFacts, "firstOccurredAtMs" | "lastOccurredAtMs"> = {
  started: null,
  refused: null,
  tag: null,
  ended: null,
  unended: null,
  unmatched: null,
  reconciled: null,
  meter: null,
  meteredConnector: null,
  meterEveryMs: null,
  heard: [],
  missed: [],
  seqNos: [],
  isOffline: false,
  duplicateCount: 0,
};

type Details = TransactionRecord["details"];

function readName({ name, details }: TransactionRecord, at: RecordPlace): Partial<TransactionFacts> | undefined {
  switch (name) {
    case "transaction-started": {
      const started = readBegin(details, at);
      return { started, heard: heardAt(started.startedAtMs), meterEveryMs: durationOf(details["meterEveryMs"]) };
    }
    case "transaction-refused": {
      const refused = readBegin(details, at);
      return { refused, heard: heardAt(refused.startedAtMs) };
    }
    case "transaction-updated": {
      const atMs = instantOf(details["at"]);
      const wh = energyOf(details["meterWh"]);
      const meter = atMs === null || wh === null ? null : { atMs, wh };
      const { place, idTag, idTagStatus, connector } = readBegin(details, at);
      const tag = idTag === null ? null : { place, idTag, idTagStatus };
      return { meter, tag, heard: heardAt(atMs), meteredConnector: connector };
    }
    case "transaction-ended": {
      const ended = readEnd(details, at);
      return { ended, heard: heardAt(ended.stoppedAtMs) };
    }
    case "transaction-unended": {
      const { connector, startedAtMs } = readBegin(details, at);
      const meterWh = energyOf(details["meterWh"]);
      return { unended: { place: [...at], connector, startedAtMs, meterWh, energyWh: energyOf(details["energyWh"]) } };
    }
    case "transaction-reconciled": {
      const how = textOf(details["how"], MAX_TEXT) ?? "";
      const reconciled = { place: [...at] as [number, number], how, claimedId: textOf(details["claimedId"], MAX_TEXT) };
      // 1.6 tells of an end that fits nothing; 2.0.1 says so of any message, and its end has a record of its own.
      const end = readEnd(details, at);
      return { reconciled, unmatched: how === UNMATCHED && end.stoppedAtMs !== null ? end : null };
    }
    case "transaction-gap":
      return { missed: clusterOf(details["fromSeqNo"], details["toSeqNo"]) };
    case "transaction-duplicate":
      return { duplicateCount: 1 };
    default:
      return undefined;
  }
}

function readBegin(details: Details, at: RecordPlace): NonNullable<TransactionFacts["started"]> {
  return {
    place: [...at],
    connector: connectorOf(details),
    idTag: textOf(details["idTag"], MAX_TEXT),
    idTagStatus: textOf(details["idTagStatus"], MAX_TEXT),
    startedAtMs: instantOf(details["startedAt"]),
    meterStartWh: energyOf(details["meterStartWh"]),
  };
}

function readEnd(details: Details, at: RecordPlace): NonNullable<TransactionFacts["ended"]> {
  return {
    place: [...at],
    connector: connectorOf(details),
    stoppedAtMs: instantOf(details["stoppedAt"]),
    meterStopWh: energyOf(details["meterStopWh"]),
    energyWh: energyOf(details["energyWh"]),
    reason: textOf(details["reason"], MAX_TEXT),
  };
}

function heardAt(atMs: number | null): [number, number][] {
  return atMs === null ? [] : [[atMs, atMs]];
}

function clusterOf(from: Details[string] | undefined, through: Details[string] | undefined): [number, number][] {
  return isCount(from) && isCount(through) && from <= through ? [[from, through]] : [];
}

function isCount(value: Details[string] | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function connectorOf(details: Details): number | null {
  const connector = details["connector"];
  if (typeof connector !== "number" || !Number.isInteger(connector)) return null;
  return connector >= 0 && connector <= MAX_CONNECTOR ? connector : null;
}

function durationOf(value: Details[string] | undefined): number | null {
  return typeof value === "number" && value > 0 && value <= MAX_METER_EVERY_MS ? value : null;
}

function energyOf(value: Details[string] | undefined): number | null {
  return typeof value === "number" && Math.abs(value) <= MAX_WH ? value : null;
}

function instantOf(value: Details[string] | undefined): number | null {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return ms >= 0 && ms <= MAX_TIME_MS ? ms : null;
}

function textOf(value: Details[string] | undefined, maxLength: number): string | null {
  if (value === undefined || value === "" || typeof value === "boolean") return null;
  return String(value).slice(0, maxLength);
}
