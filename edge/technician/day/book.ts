import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";

import { replaceFile } from "@outpost/kernel/durable-file.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { DRILL_STEPS, type BookView, type DrillView, type PointCheckView } from "../server/views.ts";

const MAX_CHECKS = 5_000;
const MAX_DRILLS = 200;

const verdict = z.enum(["pass", "fail"]);
const comment = z.string().max(500);
const check = z.strictObject({
  deviceId: z.string().max(64),
  pointId: z.string().max(128),
  verdict,
  plate: z.string().max(100),
  comment,
  value: z.number().nullable(),
  unit: z.string().max(16),
  by: z.string().max(40),
  atMs: z.number(),
});
const seenStep = z.strictObject({ atMs: z.number(), detail: z.string().max(200) });
const drill = z.strictObject({
  ruleId: z.string().max(128),
  state: z.enum(["waiting", "done", "ended"]),
  by: z.string().max(40),
  startedAtMs: z.number(),
  occurrenceId: z.string().max(64).nullable(),
  version: z.number(),
  steps: z.partialRecord(z.enum(DRILL_STEPS), seenStep),
  missing: z.array(z.enum(DRILL_STEPS)),
  verdict: verdict.optional(),
  comment: comment.optional(),
});
const book = z.strictObject({
  version: z.literal(1),
  checks: z.array(check).max(MAX_CHECKS),
  drills: z.array(drill).max(MAX_DRILLS),
  network: z.strictObject({ by: z.string().max(40), atMs: z.number(), comment }).nullable(),
});
type Book = z.infer<typeof book>;

const EMPTY: Book = { version: 1, checks: [], drills: [], network: null };

/** What was proved at this site: one word per point and per alarm, the last one counts. A file that outlives restarts. */
export class CommissioningBook {
  readonly #path: string;
  #book: Book;
  #saving: Promise<void> = Promise.resolve();

  private constructor(path: string, kept: Book) {
    this.#path = path;
    this.#book = kept;
  }

  /** A file that makes no sense is logged, put aside as `<path>.unreadable`, and a new book begins. */
  static async open(path: string, log: Log): Promise<CommissioningBook> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) return new CommissioningBook(path, EMPTY);
    try {
      return new CommissioningBook(path, book.parse(JSON.parse(text)));
    } catch (error) {
      log.error("the commissioning book makes no sense and begins anew", { reason: asError(error).message });
      await replaceFile(`${path}.unreadable`, text);
      return new CommissioningBook(path, EMPTY);
    }
  }

  get view(): BookView {
    const { checks, drills, network } = this.#book;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema's optional fields may be undefined, which JSON never is
    return { checks, drills: drills as readonly DrillView[], network };
  }

  /** @returns false where there are too many. */
  async putCheck(one: PointCheckView): Promise<boolean> {
    const others = this.#book.checks.filter(
      ({ deviceId, pointId }) => deviceId !== one.deviceId || pointId !== one.pointId,
    );
    if (others.length >= MAX_CHECKS) return false;
    await this.#save({ ...this.#book, checks: [...others, one] });
    return true;
  }

  async putDrill(view: DrillView): Promise<boolean> {
    const others = this.#book.drills.filter(({ ruleId }) => ruleId !== view.ruleId);
    if (others.length >= MAX_DRILLS) return false;
    await this.#save({ ...this.#book, drills: [...others, { ...view, missing: [...view.missing] }] });
    return true;
  }

  async putNetwork(network: NonNullable<BookView["network"]>): Promise<void> {
    await this.#save({ ...this.#book, network });
  }

  /** Takes over the book of the box that this one replaces. @throws ZodError where it is none. */
  async replace(foreign: unknown): Promise<void> {
    await this.#save(book.parse(foreign));
  }

  /** As it stands, for the export. */
  get whole(): unknown {
    return this.#book;
  }

  /** Resolves when it is on disk: who was told "kept" can rely on it. */
  async #save(next: Book): Promise<void> {
    this.#book = next;
    const mine = this.#saving.then(() => replaceFile(this.#path, JSON.stringify(this.#book)));
    this.#saving = mine.catch(() => {});
    await mine;
  }
}
