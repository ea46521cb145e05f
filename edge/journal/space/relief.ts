import type { Log } from "@outpost/kernel/log.ts";
import type { Stream } from "@outpost/wire/streams.ts";

import type { DiskLadder } from "../journal.ts";
import { failureOf } from "../store/failures.ts";
import type { JournalFile } from "../store/journal-file.ts";
import { dropQuarantined } from "../store/quarantine.ts";
import { giveUpOldest } from "../store/rows.ts";
import { PAGE_BYTES, placeOf, MAX_ORDINAL } from "../store/schema.ts";
import { putVoid } from "../store/voids.ts";
import { Ballast } from "./ballast.ts";
import { planLadder, rungOf, type LadderStep } from "./ladder.ts";
import { fillOf, measureSpace, type Space, type SpaceRule } from "./space.ts";
import { thinOut, THINNING_WINDOWS_MS, valueOf } from "./thinning.ts";

const LAST_PLACE = placeOf(MAX_ORDINAL + 1, 0) - 1;
/** Pages moved by one step of shrinking: as much as a chunk of rows. */
const SHRINK_PAGES = 256;

/** Carries out what the ladder plans: the ballast, giving up, thinning, and giving space back to the disk. */
export class Relief {
  readonly #rule: SpaceRule;
  readonly #log: Log;
  readonly #ballast: Ballast;
  /** Up to where measurements were thinned by each window. Forgotten at a restart: thinning again finds little. */
  readonly #thinnedThrough = new Map<number, number>();
  #spareBytesSeen = 0;
  #level: DiskLadder = "normal";

  constructor(rule: SpaceRule, log: Log) {
    this.#rule = rule;
    this.#log = log;
    this.#ballast = new Ballast(rule.directory, rule.division.ballastBytes);
  }

  get level(): DiskLadder {
    return this.#level;
  }

  measure(file: JournalFile): Space {
    return measureSpace(file, this.#rule, this.#ballast.isHeld);
  }

  /** Forgets what it knew about the file before: another one is in use. */
  fileChanged(file: JournalFile): void {
    this.#thinnedThrough.clear();
    this.#applyQuota(file);
  }

  /** Gives the ballast back to the disk. @returns false where it was gone already. */
  releaseBallast(file: JournalFile | undefined): boolean {
    const isReleased = this.#ballast.release();
    if (isReleased) this.#log.warn("the disk is full: the alarms' reserve is in use");
    if (file !== undefined) this.#applyQuota(file);
    return isReleased;
  }

  /**
   * Finds space after a write found none. The means get graver with each attempt: fold the log in and delete damaged
   * files kept for a look, give the ballast back, then climb the ladder.
   *
   * @param attempt  0 for the first after a write that worked.
   * @returns        false where there is nothing left to give.
   */
  makeRoom(file: JournalFile, attempt: number): boolean {
    if (attempt === 0) {
      this.#foldLog(file);
      dropQuarantined(file.path);
      return true;
    }
    if (this.releaseBallast(file)) return true;
    const before = this.#level;
    const step = this.#plan(file, true);
    if (step.kind === "rest") return this.#level !== before;
    return this.#carryOutSmaller(file, step);
  }

  /**
   * One step of ordinary upkeep: the ladder, the ballast, shrinking.
   *
   * @returns the stream whose rows changed, if any, and whether there is more to do.
   * @throws  the error of SQLite or the file system.
   */
  upkeep(file: JournalFile): { readonly changed: Stream | undefined; readonly isMore: boolean } {
    const before = this.#level;
    const step = this.#plan(file, false);
    if (step.kind !== "rest") return { changed: this.#carryOut(file, step, this.#rule.limits.chunkRows), isMore: true };
    if (this.#level !== before) return { changed: undefined, isMore: true };
    return { changed: undefined, isMore: this.#takeBallast(file) || this.#shrink(file) };
  }

  #plan(file: JournalFile, isFull: boolean): LadderStep {
    const { ledger } = file;
    const { level, step } = planLadder({
      level: this.#level,
      fill: fillOf(this.measure(file)),
      isFull,
      held: {
        evidence: ledger.recordsOf("evidence"),
        measurement: ledger.recordsOf("measurement"),
        occurrence: ledger.recordsOf("occurrence"),
      },
      thinnableMs: this.#thinnableWindow(file),
    });
    if (level !== this.#level) this.#log.warn("the disk ladder moved", { from: this.#level, to: level });
    this.#level = level;
    return step;
  }

  #thinnableWindow(file: JournalFile): number | undefined {
    // Looked up only where thinning is near: it reads part of a table.
    if (rungOf(this.#level) < rungOf("no-evidence")) return undefined;
    const enough = Math.ceil(this.#rule.limits.chunkRows / 4);
    return THINNING_WINDOWS_MS.find((windowMs) => {
      const after = this.#thinnedThrough.get(windowMs) ?? 0;
      return file.table("measurement").places(after + 1, LAST_PLACE, enough).length >= enough;
    });
  }

  /** A step on a disk that is full may itself be too large: then a tenth, then a hundredth of it. */
  #carryOutSmaller(file: JournalFile, step: LadderStep): boolean {
    const { chunkRows } = this.#rule.limits;
    for (const rows of [chunkRows, Math.ceil(chunkRows / 10), Math.ceil(chunkRows / 100)]) {
      try {
        this.#carryOut(file, step, rows);
        return true;
      } catch (error) {
        if (failureOf(error) !== "full") throw error;
      }
    }
    return false;
  }

  #carryOut(file: JournalFile, step: LadderStep, rows: number): Stream | undefined {
    switch (step.kind) {
      case "rest":
        return undefined;
      case "give-up":
        file.atomically(() => {
          const where = { beforePlace: LAST_PLACE, maxRecords: rows };
          giveUpOldest(file, step.stream, where, "dropped-disk-full");
        });
        return step.stream;
      case "thin":
        this.#thin(file, step.windowMs, rows);
        return "measurement";
    }
  }

  #thin(file: JournalFile, windowMs: number, rows: number): void {
    const table = file.table("measurement");
    const stored = table.records((this.#thinnedThrough.get(windowMs) ?? 0) + 1, LAST_PLACE, rows);
    const going = thinOut(
      stored.map((row) => ({ ...row, value: valueOf(row.body) })),
      windowMs,
    );
    file.atomically(() => {
      for (const run of runsOf(going)) {
        putVoid({ table, ledger: file.ledger }, run, "thinned", run.recordedAtMs);
      }
    });
    const last = stored.at(-1);
    if (last !== undefined) this.#thinnedThrough.set(windowMs, last.place);
  }

  /** @returns whether something was done that may let more be done. */
  #takeBallast(file: JournalFile): boolean {
    if (this.#ballast.isHeld) return false;
    if (this.#ballast.take()) {
      this.#applyQuota(file);
      this.#log.info("the alarms' reserve is held again", { bytes: this.#ballast.bytes });
      return true;
    }
    // The disk has no room for it, but the file may: give pages back.
    return this.measure(file).spareBytes >= this.#ballast.bytes && this.#givePagesBack(file);
  }

  /** Gives pages back once they are a quarter of the file; under pressure they are kept, or others would take them. */
  #shrink(file: JournalFile): boolean {
    if (this.#level !== "normal") return false;
    const { spareBytes, liveBytes } = this.measure(file);
    const isWorthIt = spareBytes > this.#rule.division.walBytes && spareBytes * 3 > liveBytes;
    // While a backlog is being confirmed, moving pages would only take the disk from the drain.
    const isStillGrowing = spareBytes > this.#spareBytesSeen;
    this.#spareBytesSeen = spareBytes;
    return isWorthIt && !isStillGrowing && this.#givePagesBack(file);
  }

  /** @returns false where the disk is too full even to move pages; nothing is lost by waiting. */
  #givePagesBack(file: JournalFile): boolean {
    try {
      file.db.exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
      this.#foldLog(file);
      return true;
    } catch (error) {
      if (failureOf(error) !== "full") throw error;
      return false;
    }
  }

  #foldLog(file: JournalFile): void {
    try {
      file.db.pragma("wal_checkpoint(RESTART)");
    } catch (error) {
      // The log stays as it is, and is folded in when there is space again.
      if (failureOf(error) === undefined || failureOf(error) === "damaged") throw error;
    }
  }

  /** A quota stands in for the file system: what the ballast holds of it, the file must not take. */
  #applyQuota(file: JournalFile): void {
    const { quotaBytes } = this.#rule.limits;
    if (quotaBytes === undefined) return;
    const forFile = quotaBytes - (this.#ballast.isHeld ? this.#ballast.bytes : 0);
    file.db.pragma(`max_page_count = ${Math.max(1, Math.floor(forFile / PAGE_BYTES))}`);
  }
}

/** Joins neighbouring places into runs. */
function runsOf(
  rows: readonly { readonly place: number; readonly recordedAtMs: number }[],
): { from: number; through: number; recordedAtMs: number }[] {
  const runs: { from: number; through: number; recordedAtMs: number }[] = [];
  for (const { place, recordedAtMs } of rows) {
    const run = runs.at(-1);
    if (run !== undefined && place === run.through + 1) run.through = place;
    else runs.push({ from: place, through: place, recordedAtMs });
  }
  return runs;
}
