import type { Stream } from "@outpost/wire/streams.ts";

import type { DiskLadder, Entry, JournalStatus } from "../journal.ts";
import type { JournalLimits } from "../limits.ts";
import { isTurnedAway } from "../space/ladder.ts";
import type { JournalFile } from "../store/journal-file.ts";
import { holdsRows } from "../store/ledger.ts";
import { appendRow, confirmRows, readRows, renumberFrom, type NewRow } from "../store/rows.ts";
import { appendVoid } from "../store/voids.ts";
import { DROPPED, DUPLICATE, JOINS, unpackEntry, type Answer, type AppendRequest, type Request } from "./protocol.ts";

/** The hello names at most so many epochs. Where more hold rows, the oldest come first and the others when these are empty. */
const MAX_EPOCHS_TOLD = 64;

/** What performing requests needs to know, and what it reports beside the answers. */
export interface Round {
  readonly file: JournalFile;
  readonly level: DiskLadder;
  readonly run: string;
  readonly wallMs: number;
  readonly runningMs: number;
  readonly limits: Pick<JournalLimits, "chunkRows" | "maxDedupeKeys">;
  /** How the journal stands, for a status request. */
  status(): JournalStatus;
  /** Entries turned away by the ladder in this round, to be given numbers at its end. */
  readonly drops: Map<Stream, Drops>;
  /** Streams that gained rows. */
  readonly written: Set<Stream>;
  /** Set where a new epoch began. */
  openedEpoch: string | undefined;
}

export interface Drops {
  readonly count: number;
  readonly firstRecordedAtMs: number;
}

/** What became of a request: answered, or done in part and to be taken up again after others. */
export type Performed =
  | { readonly kind: "answered"; readonly answer: Answer }
  | { readonly kind: "again"; readonly request: Request };

/** Carries one request out. Runs inside the round's SQLite transaction: an error undoes the whole round. */
export function perform(request: Request, round: Round): Performed {
  const { file } = round;
  const { id } = request;
  switch (request.kind) {
    case "append":
      return answered(append(request, round));
    case "save-state":
      file.state.save(request.rows);
      return answered({ kind: "done", id });
    case "load-state":
      return answered({ kind: "state", id, rows: file.state.load(request.prefix) });
    case "load-keys":
      return answered({ kind: "keys", id, keys: file.dedupe.newest(request.prefix, request.maxKeys) });
    case "read":
      return answered({ kind: "rows", id, rows: readRows(file, request) });
    case "confirm": {
      const intervals = confirmRows(file, request, round.limits.chunkRows);
      if (intervals.length > 0) return { kind: "again", request: { ...request, intervals } };
      return answered({ kind: "done", id });
    }
    case "open-epoch":
      return answered({ kind: "epoch", id, epoch: openEpoch(round, request.reason) });
    case "renumber":
      // The fleet proves that the current numbers were used before: every further one would be a conflict too.
      if (request.epoch === file.ledger.current.epoch) {
        openEpoch(round, "numbers were used twice", file.ledger.successorOf(request.epoch));
      }
      for (const stream of renumberFrom(file, request.epoch, request.from)) round.written.add(stream);
      return answered({ kind: "done", id });
    case "status":
      return answered({ kind: "status", id, status: round.status() });
  }
}

/** Gives numbers to what was turned away: one void row at the end of each stream. */
export function writeDrops(round: Round): void {
  const { file } = round;
  for (const [stream, { count, firstRecordedAtMs }] of round.drops) {
    appendVoid({ table: file.table(stream), ledger: file.ledger }, count, "dropped-disk-full", firstRecordedAtMs);
    round.written.add(stream);
  }
}

/** Adds to the drops of a stream. */
export function noteDrop(drops: Map<Stream, Drops>, stream: Stream, recordedAtMs: number): void {
  const before = drops.get(stream);
  drops.set(stream, {
    count: (before?.count ?? 0) + 1,
    firstRecordedAtMs: before?.firstRecordedAtMs ?? recordedAtMs,
  });
}

/** What the file tells of itself for a status. */
export function describeFile(file: JournalFile): Pick<JournalStatus, "epoch" | "epochs" | "waiting"> {
  const { ledger } = file;
  const past = ledger.epochs.slice(0, -1).filter(holdsRows);
  const told = [...past.slice(0, MAX_EPOCHS_TOLD - 1), ledger.current];
  return {
    epoch: ledger.current.epoch,
    epochs: told.map(({ epoch, tallies }) => ({
      epoch,
      nextSequences: Object.fromEntries([...tallies].map(([stream, tally]) => [stream, tally.nextSequence])),
    })),
    waiting: {
      alarm: ledger.rowsOf("alarm"),
      result: ledger.rowsOf("result"),
      occurrence: ledger.rowsOf("occurrence"),
      measurement: ledger.rowsOf("measurement"),
      evidence: ledger.rowsOf("evidence"),
    },
  };
}

function answered(answer: Answer): Performed {
  return { kind: "answered", answer };
}

function openEpoch(round: Round, reason: string, epoch?: string): string {
  round.openedEpoch = round.file.ledger.openEpoch(round.wallMs, reason, epoch);
  return round.openedEpoch;
}

function append(request: AppendRequest, round: Round): Answer {
  const { file, run } = round;
  const { id, mustKeep, oldestPending, entries } = request;
  const before = mustKeep ? file.answers.find(run, id) : undefined;
  if (before !== undefined) return { kind: "appended", id, epoch: before.epoch, outcomes: before.outcomes };
  const { epoch } = file.ledger.current;
  const states = new Map(entries.states);
  const outcomes: number[] = [];
  let group: Group = { key: undefined, isRepeat: false, isNoted: false };
  for (let index = 0; index < entries.count; index += 1) {
    const entry = unpackEntry(entries, index);
    if (entry.mark !== JOINS) group = groupOf(entry.mark, file);
    outcomes.push(appendEntry(entry, states.get(index), group, round));
  }
  if (mustKeep) file.answers.save(run, id, { epoch, outcomes }, oldestPending);
  return { kind: "appended", id, epoch, outcomes };
}

/** Entries that are remembered together, under the key of the first. */
interface Group {
  readonly key: string | undefined;
  readonly isRepeat: boolean;
  isNoted: boolean;
}

function groupOf(key: string | undefined, { dedupe }: JournalFile): Group {
  return { key, isRepeat: key !== undefined && dedupe.has(key), isNoted: false };
}

function appendEntry(row: NewRow, state: Entry["state"], group: Group, round: Round): number {
  const { file } = round;
  if (group.isRepeat) return DUPLICATE;
  // State is what protects the site: it is kept even where the entry it came with is turned away.
  if (state !== undefined) file.state.save(state);
  if (isTurnedAway(row.stream, round.level)) {
    noteDrop(round.drops, row.stream, row.recordedAtMs);
    return DROPPED;
  }
  const sequence = appendRow(file, row);
  if (group.key !== undefined && !group.isNoted) {
    file.dedupe.note(group.key, round.runningMs, round.limits.maxDedupeKeys);
    group.isNoted = true;
  }
  round.written.add(row.stream);
  return sequence;
}
