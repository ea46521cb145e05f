import { STREAMS, type Stream } from "@outpost/wire/streams.ts";

/** "Outp" as SQLite's application_id: a file of another program is not taken for a journal. */
export const APPLICATION_ID = 0x4f757470;
/** Raised when the tables change. */
export const SCHEMA_VERSION = 1;
/**
 * The oldest agent that can read what this one writes, as its SCHEMA_VERSION. Stored in the file: tables are first
 * added to and only a version later taken from, so that a rolled-back agent finds a journal it understands.
 */
export const READABLE_SINCE = 1;

export const PAGE_BYTES = 4_096;

const SEQUENCES_PER_EPOCH = 2 ** 40;
/** Places stay below 2^53, where numbers are exact. */
export const MAX_ORDINAL = 2 ** 13 - 1;

/**
 * A row's key in its stream's table: the epoch's ordinal in the upper 13 bits, the sequence in the lower 40. One key
 * keeps each table one b-tree that grows at its end, which a second index would not.
 */
export function placeOf(ordinal: number, sequence: number): number {
  return ordinal * SEQUENCES_PER_EPOCH + sequence;
}

/** The sequence a place stands for. */
export function sequenceOf(place: number): number {
  return place % SEQUENCES_PER_EPOCH;
}

/** The ordinal of the epoch a place belongs to. */
export function ordinalOf(place: number): number {
  return Math.floor(place / SEQUENCES_PER_EPOCH);
}

const streamTables = STREAMS.map(
  (stream) => `CREATE TABLE ${stream} (
    place INTEGER PRIMARY KEY,
    recorded_at_ms REAL NOT NULL,
    lane TEXT NOT NULL,
    through INTEGER,
    body TEXT NOT NULL
  );`,
).join("\n");

const recordView = `CREATE VIEW record AS ${STREAMS.map(
  (stream) => `SELECT '${stream}' AS stream, epoch.epoch, place & ${SEQUENCES_PER_EPOCH - 1} AS sequence,
    recorded_at_ms, lane, through, body FROM ${stream} JOIN epoch ON epoch.ordinal = place >> 40`,
).join(" UNION ALL ")};`;

/** Makes the tables of version 1 in an empty file. `through` is set on void rows only: the last sequence they cover. */
export const CREATE_TABLES = `
  CREATE TABLE journal (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE epoch (
    ordinal INTEGER PRIMARY KEY,
    epoch TEXT NOT NULL UNIQUE,
    opened_at_ms REAL NOT NULL,
    reason TEXT NOT NULL
  );
  CREATE TABLE counter (
    ordinal INTEGER NOT NULL,
    stream TEXT NOT NULL,
    next_sequence INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    voids INTEGER NOT NULL,
    PRIMARY KEY (ordinal, stream)
  ) WITHOUT ROWID;
  CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE dedupe (number INTEGER PRIMARY KEY, key TEXT NOT NULL, noted_running_ms REAL NOT NULL);
  CREATE TABLE answer (id INTEGER PRIMARY KEY, run TEXT NOT NULL, epoch TEXT NOT NULL, outcomes TEXT NOT NULL);
  CREATE TABLE age_mark (
    stream TEXT NOT NULL,
    running_ms REAL NOT NULL,
    place INTEGER NOT NULL,
    PRIMARY KEY (stream, running_ms)
  ) WITHOUT ROWID;
  ${streamTables}
  ${recordView}
`;

/** The tables that must be sound for a site to be protected: checked at every opening, whatever the file's size. */
export const VITAL_TABLES = ["journal", "epoch", "counter", "state", "alarm", "result"] as const;

/** Narrows a stream name read from the file. */
export function isStream(value: string): value is Stream {
  return STREAMS.some((stream) => stream === value);
}
