import type { ReceivedRow } from "@outpost/wire/batch.ts";
import { streamOf, type AlarmRecord, type NotificationRecord, type WireRecord } from "@outpost/wire/records.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import type { BatchHeader } from "@outpost/wire/uplink.ts";

import { isOfTransaction, readRecord, type TransactionWord } from "../charging/read-record.ts";
import { encodeConfidence } from "../store/columns.ts";
import type { CopyRows } from "./copy-rows.ts";
import { pointKey, type GatewayNumbers, type PointName } from "./directory.ts";

type RecordOf<Kind extends WireRecord["kind"]> = Extract<WireRecord, { kind: Kind }>;

/** A batch as it came, its rows checked one by one. */
export interface Batch {
  readonly gatewayId: string;
  readonly header: BatchHeader;
  readonly rows: readonly ReceivedRow[];
}

/** How a device says it is. */
export type DeviceStatus = Pick<RecordOf<"status">, "state" | "reason">;

/** Where a row stands in the group's COPY bytes. */
interface Copied {
  readonly start: number;
  readonly end: number;
}

/** What a row becomes in the database. `body` is always as it came. */
export type Content = { readonly body: string } & (
  | (Copied & { readonly kind: "measurement"; readonly pointNo: number; readonly record: RecordOf<"measurement"> })
  // Most of an occurrence is kept as bytes only: what lives until the commit costs the collector the most.
  | (Copied & {
      readonly kind: "occurrence";
      readonly deviceNo: number;
      readonly status: DeviceStatus | undefined;
      /** What a charge point says of a charging transaction. */
      readonly charging: TransactionWord | undefined;
    })
  | { readonly kind: "alarm"; readonly record: AlarmRecord | NotificationRecord }
  | { readonly kind: "result"; readonly record: RecordOf<"result"> }
  | { readonly kind: "void"; readonly record: RecordOf<"void"> }
  | { readonly kind: "poison"; readonly reason: string }
);

/** A row and its place; a void row stands for all numbers from `sequence` through `through`. */
export interface PreparedRow {
  readonly sequence: number;
  readonly through: number;
  readonly recordedAtMs: number;
  readonly content: Content;
}

export interface PreparedBatch {
  readonly gatewayNo: number;
  readonly epochNo: number;
  readonly ordinal: number;
  readonly stream: Stream;
  readonly isReplay: boolean;
  readonly rows: readonly PreparedRow[];
}

/** Batches that are committed together. */
export interface PreparedGroup {
  readonly batches: readonly PreparedBatch[];
  readonly measurements: CopyRows;
  readonly occurrences: CopyRows;
}

/** The longest time JavaScript and PostgreSQL can both hold. */
const MAX_TIME_MS = 8_640_000_000_000_000;
/** `\u0000` in JSON: legal there, but no text in PostgreSQL can hold it. An even number of backslashes before it is none. */
const ZERO_CHARACTER = /(?<!\\)(?:\\\\)*\\u0000/;

/** The device and point names that the good rows of a batch use. */
export function namesIn(batch: Batch): { devices: Set<string>; points: Map<string, PointName> } {
  const devices = new Set<string>();
  const points = new Map<string, PointName>();
  for (const row of batch.rows) {
    if (findFault(row, batch.header.stream) !== undefined || row.kind !== "record") continue;
    const { record } = row;
    if (record.kind === "measurement") points.set(pointKey(record), record);
    if (record.kind === "measurement" || record.kind === "occurrence" || record.kind === "status") {
      devices.add(record.deviceId);
    }
  }
  return { devices, points };
}

/** Turns a batch into rows ready to be copied. Names must have been entered; those still unknown were too many. */
export function prepareBatch(
  batch: Batch,
  numbers: GatewayNumbers,
  group: { readonly measurements: CopyRows; readonly occurrences: CopyRows },
): PreparedBatch {
  const { stream, epoch, isReplay } = batch.header;
  const found = numbers.epochs.get(epoch);
  if (found === undefined) throw new Error(`the epoch ${epoch} was not entered`);
  const { epochNo, ordinal } = found;
  const rows = batch.rows.map((row): PreparedRow => {
    const content = contentOf(row, { stream, epochNo, ordinal, numbers, ...group });
    const through = content.kind === "void" ? content.record.throughSequence : row.sequence;
    return { sequence: row.sequence, through, recordedAtMs: storableMs(row.recordedAtMs), content };
  });
  return { gatewayNo: numbers.gatewayNo, epochNo, ordinal, stream, isReplay, rows };
}

/** The recorded time as it is stored, also of a row that goes to quarantine because of it. */
function storableMs(recordedAtMs: number): number {
  return Math.min(Math.max(Math.round(recordedAtMs), 0), MAX_TIME_MS);
}

interface RowContext {
  readonly stream: Stream;
  readonly epochNo: number;
  readonly ordinal: number;
  readonly numbers: GatewayNumbers;
  readonly measurements: CopyRows;
  readonly occurrences: CopyRows;
}

function contentOf(row: ReceivedRow, context: RowContext): Content {
  const fault = findFault(row, context.stream);
  if (fault !== undefined || row.kind !== "record") return { kind: "poison", reason: fault ?? "", body: row.body };
  const { record, body } = row;
  switch (record.kind) {
    case "measurement":
      return measurementContent(row, record, context);
    case "occurrence":
    case "status":
      return occurrenceContent(row, record, context);
    case "alarm":
    case "notification":
      return { kind: "alarm", record, body };
    case "result":
      return { kind: "result", record, body };
    case "void":
      return { kind: "void", record, body };
  }
}

/** Why this row cannot become what it says it is, or undefined. */
function findFault(row: ReceivedRow, stream: Stream): string | undefined {
  if (row.kind === "poison") return row.reason;
  if (row.recordedAtMs < 0 || row.recordedAtMs > MAX_TIME_MS) return `recorded at ${row.recordedAtMs} ms`;
  if (row.body.includes("\\u0000") && ZERO_CHARACTER.test(row.body)) return "holds a zero character";
  const { record } = row;
  if (record.kind === "void") {
    return record.throughSequence < row.sequence ? "a void range that ends before it begins" : undefined;
  }
  if (streamOf(record) !== stream) return `a ${record.kind} in the stream "${stream}"`;
  if (record.kind === "measurement" && (record.value === null) !== (record.badReason !== undefined)) {
    return record.value === null ? "no value and no reason why" : "a value, and a reason why there is none";
  }
  return undefined;
}

function measurementContent(row: ReceivedRow, record: RecordOf<"measurement">, context: RowContext): Content {
  const pointNo = context.numbers.points.get(pointKey(record));
  if (pointNo === undefined) return { kind: "poison", reason: "more points than a gateway may have", body: row.body };
  const copy = context.measurements;
  const start = copy.length;
  copy.beginRow(9);
  copy.timestamptz(storableMs(row.recordedAtMs));
  copy.timestamptz(record.occurredAtMs);
  copy.int8(row.sequence);
  copy.int4(context.epochNo);
  copy.int4(pointNo);
  if (record.value === null) copy.null();
  else copy.float8(record.value);
  copy.int2(encodeConfidence(record.clockConfidence));
  copy.text(record.unit);
  if (record.badReason === undefined) copy.null();
  else copy.text(record.badReason);
  return { kind: "measurement", start, end: copy.length, pointNo, record, body: row.body };
}

function occurrenceContent(row: ReceivedRow, record: RecordOf<"occurrence" | "status">, context: RowContext): Content {
  const deviceNo = context.numbers.devices.get(record.deviceId);
  if (deviceNo === undefined) return { kind: "poison", reason: "more devices than a gateway may have", body: row.body };
  const copy = context.occurrences;
  const start = copy.length;
  copy.beginRow(6);
  copy.timestamptz(storableMs(row.recordedAtMs));
  copy.timestamptz(record.occurredAtMs);
  copy.int8(row.sequence);
  copy.int4(context.epochNo);
  copy.int4(deviceNo);
  copy.jsonb(row.body);
  const status = record.kind === "status" ? { state: record.state, reason: record.reason } : undefined;
  const charging =
    record.kind === "occurrence" && isOfTransaction(record.name)
      ? readRecord(record, [context.ordinal, row.sequence])
      : undefined;
  return { kind: "occurrence", start, end: copy.length, deviceNo, status, charging, body: row.body };
}
