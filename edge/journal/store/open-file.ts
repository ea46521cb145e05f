import fs from "node:fs";
import path from "node:path";

import { syncDirectory } from "@outpost/kernel/durable-file.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import Database from "better-sqlite3";

import type { JournalLimits } from "../limits.ts";
import { isOlderThan, markOpening, readAnchor, type Anchor } from "./anchor.ts";
import { failureOf } from "./failures.ts";
import { JournalFile } from "./journal-file.ts";
import { putAside, salvageState, type Quarantine } from "./quarantine.ts";
import {
  APPLICATION_ID,
  CREATE_TABLES,
  MAX_ORDINAL,
  PAGE_BYTES,
  READABLE_SINCE,
  SCHEMA_VERSION,
  VITAL_TABLES,
} from "./schema.ts";

/** Somebody looking into the file with a tool holds it for moments; the worker waits that long. */
const BUSY_TIMEOUT_MS = 250;

/** Where the journal lies and what bounds its opening. */
export interface FilePlace {
  readonly directory: string;
  readonly limits: JournalLimits;
  /** Pages of the log after which SQLite checkpoints by itself. */
  readonly walPages: number;
}

/** A journal file ready for use. */
export interface OpenedFile {
  readonly file: JournalFile;
  /** The mark of this opening, for the anchor. */
  readonly generation: string;
  /** Set where the file found was damaged or gone. */
  readonly quarantined: Quarantine | undefined;
}

export function journalPath(directory: string): string {
  return path.join(directory, "journal.db");
}

export function anchorPath(directory: string): string {
  return path.join(directory, "journal.anchor");
}

/**
 * Opens the journal file of a directory, or makes one: where there is none, where the one found is damaged (it is put
 * aside, its state rows are carried over as far as they can be read). An older image of the journal gets a new epoch.
 *
 * @throws the error of SQLite or the file system where the disk is full or takes nothing.
 */
export function openFile(place: FilePlace, wallMs: number): OpenedFile {
  fs.mkdirSync(place.directory, { recursive: true, mode: 0o700 });
  const file = journalPath(place.directory);
  const anchor = readAnchor(anchorPath(place.directory));
  if (!fs.existsSync(file)) {
    const reason = anchor === undefined ? undefined : "the journal file is gone";
    return makeFile(place, { reason, anchor, wallMs });
  }
  const found = openFound(place, file);
  if (found.kind === "damaged") return makeFile(place, { reason: found.reason, anchor, wallMs });
  return { ...begin(found.file, { anchor, wallMs }), quarantined: undefined };
}

/** Puts the file aside that proved damaged while it was in use, and begins a new one. */
export function replaceDamaged(place: FilePlace, reason: string, wallMs: number): OpenedFile {
  return makeFile(place, { reason, anchor: readAnchor(anchorPath(place.directory)), wallMs });
}

type Found =
  | { readonly kind: "sound"; readonly file: JournalFile }
  | { readonly kind: "damaged"; readonly reason: string };

function openFound(place: FilePlace, file: string): Found {
  let db: Database.Database | undefined;
  try {
    db = connect(place, file);
    const reason = faultOf(db, file, place.limits);
    if (reason === undefined) return { kind: "sound", file: new JournalFile(file, db) };
    db.close();
    return { kind: "damaged", reason };
  } catch (error) {
    db?.close();
    const failure = failureOf(error);
    // Whatever else SQLite finds wrong with a file at its opening (a table that is missing, say) is damage too.
    if (failure === "disk" || failure === "full" || !(error instanceof Database.SqliteError)) throw error;
    return { kind: "damaged", reason: asError(error).message };
  }
}

/** Why the file must not be used, or undefined. Throws what SQLite throws on a damaged one. */
function faultOf(db: Database.Database, file: string, limits: JournalLimits): string | undefined {
  if (db.pragma("application_id", { simple: true }) !== APPLICATION_ID) return "the file holds no journal";
  // Folding the log in first lets the size on disk be compared with what the header says.
  db.pragma("wal_checkpoint(TRUNCATE)");
  const bytes = Number(db.pragma("page_count", { simple: true })) * Number(db.pragma("page_size", { simple: true }));
  const size = fs.statSync(file).size;
  if (size < bytes) return `the file was cut off: ${size} of ${bytes} bytes are left`;
  const since = db.prepare<[], { value: string }>("SELECT value FROM journal WHERE key = 'readable_since'").get();
  if (Number(since?.value) > SCHEMA_VERSION) return "the file was written by a newer agent";
  for (const check of size <= limits.checkWholeBytes ? ["(1)"] : VITAL_TABLES.map((table) => `('${table}')`)) {
    const verdict = String(db.pragma(`quick_check${check}`, { simple: true }));
    if (verdict !== "ok") return `SQLite's check says: ${verdict.slice(0, 200)}`;
  }
  const last = db.prepare<[], { ordinal: number | null }>("SELECT max(ordinal) AS ordinal FROM epoch").get()?.ordinal;
  if (last == null) return "the file has no epoch";
  return last >= MAX_ORDINAL ? "the file has no epoch number left" : undefined;
}

function connect(place: FilePlace, file: string): Database.Database {
  const db = new Database(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma("cell_size_check = ON");
    db.pragma("journal_mode = WAL");
    db.pragma("synchronous = FULL");
    db.pragma(`wal_autocheckpoint = ${place.walPages}`);
    // Above what checkpoints leave: a log cut off and grown again each time makes every fsync dearer.
    db.pragma(`journal_size_limit = ${2 * place.walPages * PAGE_BYTES}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

interface Making {
  /** Why the file found must go; undefined: there was none. */
  readonly reason: string | undefined;
  readonly anchor: Anchor | undefined;
  readonly wallMs: number;
}

/** Makes a new file whole under another name first: where the disk is full, the old one stays as it is. */
function makeFile(place: FilePlace, making: Making): OpenedFile {
  const file = journalPath(place.directory);
  const made = `${file}.new`;
  for (const suffix of ["", "-journal"]) fs.rmSync(made + suffix, { force: true });
  const hasOld = fs.existsSync(file);
  fillFile(made, hasOld ? salvageState(file) : new Map<string, string>(), making);
  const aside = putAside(file, place.limits.maxQuarantined);
  fs.renameSync(made, file);
  syncDirectory(place.directory);
  const opened = begin(new JournalFile(file, connect(place, file)), { ...making, isMadeNow: true });
  if (making.reason === undefined) return { ...opened, quarantined: undefined };
  return { ...opened, quarantined: { path: hasOld ? aside : file, reason: making.reason } };
}

function fillFile(made: string, state: ReadonlyMap<string, string>, making: Making): void {
  const db = new Database(made);
  try {
    // These can only be said before the first table is made.
    db.pragma(`page_size = ${PAGE_BYTES}`);
    db.pragma("auto_vacuum = INCREMENTAL");
    db.pragma("synchronous = FULL");
    db.exec(
      `BEGIN; ${CREATE_TABLES}
       INSERT INTO journal VALUES ('readable_since', '${READABLE_SINCE}');
       PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT;`,
    );
    const file = new JournalFile(made, db);
    file.atomically(() => {
      file.ledger.openEpoch(making.wallMs, making.reason ?? "the first journal of this directory");
      file.state.save(Object.fromEntries(state));
    });
  } finally {
    db.close();
  }
}

function begin(
  file: JournalFile,
  from: { readonly anchor: Anchor | undefined; readonly wallMs: number; readonly isMadeNow?: boolean },
): { file: JournalFile; generation: string } {
  try {
    const generation = file.atomically(() => {
      if (from.isMadeNow !== true && isOlderThan(from.anchor, file)) {
        file.ledger.openEpoch(from.wallMs, "an older image of the journal was put back");
      }
      return markOpening(file, from.anchor);
    });
    return { file, generation };
  } catch (error) {
    file[Symbol.dispose]();
    throw error;
  }
}
