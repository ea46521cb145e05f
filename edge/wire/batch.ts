import { WireError } from "./errors.ts";
import { checkShape, parseJson } from "./message.ts";
import { wireRecord, type WireRecord } from "./records.ts";
import { batchHeader, type BatchHeader } from "./uplink.ts";

/** The largest batch. A gateway makes smaller ones on a slow line. */
export const MAX_BATCH_BYTES = 2 * 1024 * 1024;
/** The largest record body; the journal refuses larger ones before they get here. */
export const MAX_RECORD_BYTES = 64 * 1024;

/** A journal row: its place in the stream, when it was written, and its body as JSON text without line breaks. */
export interface BatchRow {
  readonly sequence: number;
  readonly recordedAtMs: number;
  readonly body: string;
}

/** A row as the fleet reads it: its place is known even where its body makes no sense. */
export type ReceivedRow = {
  readonly sequence: number;
  readonly recordedAtMs: number;
  readonly body: string;
} & ({ readonly kind: "record"; readonly record: WireRecord } | { readonly kind: "poison"; readonly reason: string });

/**
 * Encodes a batch: the header as one line of JSON, then a line for each row: sequence, tab, recorded time, tab, body.
 * The body stands as the journal holds it, so draining encodes nothing twice, and one broken body spoils one line.
 */
export function encodeBatch(header: Omit<BatchHeader, "v" | "count">, rows: readonly BatchRow[]): Buffer {
  const first = JSON.stringify({ v: 1, ...header, count: rows.length } satisfies BatchHeader);
  let text = first;
  for (const row of rows) text += `\n${row.sequence}\t${row.recordedAtMs}\t${row.body}`;
  return Buffer.from(text);
}

/**
 * Decodes a batch. Rows are checked one by one; a row that is no record comes back as `poison`, never as an error.
 *
 * @throws WireError `wire/too-large`; `wire/bad-batch` where the header, the count or a row's place cannot be read.
 */
export function parseBatch(payload: Uint8Array): { header: BatchHeader; rows: ReceivedRow[] } {
  if (payload.byteLength > MAX_BATCH_BYTES) {
    throw new WireError("wire/too-large", `${payload.byteLength} bytes, at most ${MAX_BATCH_BYTES}`);
  }
  const [first = "", ...lines] = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    .toString("utf8")
    .split("\n");
  const header = parseHeader(first);
  if (lines.length !== header.count) {
    throw new WireError("wire/bad-batch", `header says ${header.count} rows, ${lines.length} came`);
  }
  return { header, rows: lines.map(parseRow) };
}

function parseHeader(line: string): BatchHeader {
  try {
    return checkShape(batchHeader, parseJson(Buffer.from(line)));
  } catch (error) {
    throw new WireError("wire/bad-batch", "the header is not readable", { cause: error });
  }
}

function parseRow(line: string): ReceivedRow {
  const first = line.indexOf("\t");
  const second = line.indexOf("\t", first + 1);
  const sequence = Number(line.slice(0, first));
  const recordedAtMs = Number(line.slice(first + 1, second));
  if (first < 1 || second < 0 || !Number.isSafeInteger(sequence) || sequence < 1 || !Number.isFinite(recordedAtMs)) {
    throw new WireError("wire/bad-batch", "a row does not begin with its sequence and recorded time");
  }
  const row = { sequence, recordedAtMs, body: line.slice(second + 1) };
  return { ...row, ...parseBody(row.body) };
}

function parseBody(body: string): { kind: "record"; record: WireRecord } | { kind: "poison"; reason: string } {
  if (body.length > MAX_RECORD_BYTES) return { kind: "poison", reason: `${body.length} characters long` };
  try {
    return { kind: "record", record: checkShape(wireRecord, JSON.parse(body)) };
  } catch (error) {
    return { kind: "poison", reason: error instanceof Error ? error.message.slice(0, 500) : "not readable" };
  }
}
