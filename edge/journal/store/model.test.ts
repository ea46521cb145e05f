import assert from "node:assert/strict";

import type { Stream, VoidReason } from "@outpost/wire/streams.ts";
import fc from "fast-check";
import { expect, it } from "vitest";

import { openFileHere, scratchDirectory } from "../testing/scratch.ts";
import type { JournalFile } from "./journal-file.ts";
import { appendRow, confirmRows, giveUpOldest, renumberFrom } from "./rows.ts";
import { ordinalOf, placeOf, sequenceOf } from "./schema.ts";
import { appendVoid, putVoid, reasonOf } from "./voids.ts";

/** A simple model of one stream: what each number of each epoch stands for. */
type Cell = { readonly kind: "row"; readonly body: string } | { readonly kind: "void"; readonly reason: VoidReason };
type Model = Map<number, Cell>[];

type Step =
  | { readonly kind: "append"; readonly count: number }
  | { readonly kind: "drop"; readonly count: number }
  | { readonly kind: "confirm"; readonly from: number; readonly length: number; readonly budget: number }
  | { readonly kind: "thin"; readonly skip: number; readonly length: number }
  | { readonly kind: "give-up"; readonly count: number }
  | { readonly kind: "renumber"; readonly from: number }
  | { readonly kind: "open-epoch" };

const stream: Stream = "measurement";
const small = fc.integer({ min: 1, max: 12 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("append"), count: small }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("drop"), count: small }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("confirm"),
      from: fc.integer({ min: 1, max: 60 }),
      length: small,
      budget: small,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("thin"), skip: fc.nat(30), length: small }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("give-up"), count: small }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("renumber"),
      from: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("open-epoch") }) },
);

it("holds what a simple model holds, after any steps", () => {
  const seed = Number(process.env["JOURNAL_SEED"] ?? Date.now() % 2 ** 31);
  console.log(`journal model test: seed ${seed} (JOURNAL_SEED repeats it)`);
  const file = openFileHere(scratchDirectory());
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      file.atomically(() => file.table(stream).remove(0, Number.MAX_SAFE_INTEGER));
      file.db.exec("DELETE FROM counter; DELETE FROM epoch WHERE ordinal < (SELECT max(ordinal) FROM epoch)");
      file.ledger.load();
      const subject = new Subject(file);
      for (const one of steps) {
        file.atomically(() => subject.take(one));
        expect(contentsOf(file, subject.firstOrdinal)).toEqual(subject.model);
        subject.checkCounters();
      }
    }),
    { seed, numRuns: 200 },
  );
});

/** Takes each step on the file and on the model. */
class Subject {
  readonly firstOrdinal: number;
  readonly model: Model = [new Map()];
  readonly #file: JournalFile;
  #nextSequences = [1];
  #number = 0;

  constructor(file: JournalFile) {
    this.#file = file;
    this.firstOrdinal = file.ledger.current.ordinal;
  }

  take(one: Step): void {
    const file = this.#file;
    const deps = { table: file.table(stream), ledger: file.ledger };
    switch (one.kind) {
      case "append":
        for (let count = 0; count < one.count; count += 1) this.#append();
        break;
      case "drop":
        appendVoid(deps, one.count, "dropped-disk-full", 0);
        for (let count = 0; count < one.count; count += 1) this.#push({ kind: "void", reason: "dropped-disk-full" });
        break;
      case "confirm":
        this.#confirm(one);
        break;
      case "thin":
        this.#thin(one);
        break;
      case "give-up":
        this.#giveUp(one.count);
        break;
      case "renumber":
        this.#renumber(one.from);
        break;
      case "open-epoch":
        file.ledger.openEpoch(0, "test");
        this.model.push(new Map());
        this.#nextSequences.push(1);
        break;
    }
  }

  checkCounters(): void {
    const { ledger } = this.#file;
    const tally = ledger.current.tallies.get(stream);
    assert.equal(tally?.nextSequence ?? 1, this.#nextSequences.at(-1));
    const records = this.model.flatMap((cells) => [...cells.values()]).filter((cell) => cell.kind === "row");
    assert.equal(ledger.recordsOf(stream), records.length);
    assert.equal(ledger.rowsOf(stream), this.#file.table(stream).spans(0, Number.MAX_SAFE_INTEGER).length);
  }

  #append(body = `{"n":${(this.#number += 1)}}`): void {
    appendRow(this.#file, { stream, recordedAtMs: this.#number, lane: "a", body });
    this.#push({ kind: "row", body });
  }

  #push(cell: Cell): void {
    const index = this.model.length - 1;
    const next = this.#nextSequences[index] ?? 1;
    this.model[index]?.set(next, cell);
    this.#nextSequences[index] = next + 1;
  }

  #confirm({ from, length, budget }: Extract<Step, { kind: "confirm" }>): void {
    const epoch = this.#file.ledger.epochs[0]?.epoch ?? "";
    const index = (this.#file.ledger.epochs[0]?.ordinal ?? this.firstOrdinal) - this.firstOrdinal;
    const intervals: [number, number][] = [
      [from, from + length - 1],
      [from + length + 1, from + length + 2],
    ];
    let left = confirmRows(this.#file, { epoch, stream, intervals }, budget);
    for (let turn = 0; left.length > 0; turn += 1) {
      assert(turn < 100, "a confirmation comes to its end");
      left = confirmRows(this.#file, { epoch, stream, intervals: left }, budget);
    }
    const next = this.#nextSequences[index] ?? 1;
    for (const [first, last] of intervals) {
      for (let sequence = first; sequence <= Math.min(last, next - 1); sequence += 1)
        this.model[index]?.delete(sequence);
    }
  }

  /** Thins a run of rows of the current epoch that follow each other without a gap. */
  #thin({ skip, length }: Extract<Step, { kind: "thin" }>): void {
    const cells = this.model.at(-1) ?? new Map<number, Cell>();
    const rows = [...cells].filter(([, cell]) => cell.kind === "row").map(([sequence]) => sequence);
    const from = rows[skip];
    if (from === undefined) return;
    let through = from;
    while (through - from + 1 < length && cells.get(through + 1)?.kind === "row") through += 1;
    const { ledger } = this.#file;
    const { ordinal } = ledger.current;
    const range = { from: placeOf(ordinal, from), through: placeOf(ordinal, through) };
    putVoid({ table: this.#file.table(stream), ledger }, range, "thinned", 0);
    for (let sequence = from; sequence <= through; sequence += 1) {
      cells.set(sequence, { kind: "void", reason: "thinned" });
    }
  }

  #giveUp(count: number): void {
    const where = { beforePlace: Number.MAX_SAFE_INTEGER, maxRecords: count };
    const gone = giveUpOldest(this.#file, stream, where, "expired");
    const places = this.model.flatMap((cells, index) =>
      [...cells].map(([sequence, cell]) => ({ index, sequence, cell })),
    );
    const rows = places.filter(({ cell }) => cell.kind === "row").slice(0, count);
    assert.equal(gone, rows.length);
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return;
    const begin = places.findIndex((place) => place === first);
    const end = places.findIndex((place) => place === last);
    for (const { index, sequence } of places.slice(begin, end + 1)) {
      this.model[index]?.set(sequence, { kind: "void", reason: "expired" });
    }
  }

  #renumber(from: number): void {
    const oldest = this.#file.ledger.epochs[0];
    if (oldest === undefined || oldest === this.#file.ledger.current) return;
    renumberFrom(this.#file, oldest.epoch, { measurement: from });
    const cells = this.model[oldest.ordinal - this.firstOrdinal] ?? new Map<number, Cell>();
    for (const [sequence, cell] of [...cells].toSorted(([a], [b]) => a - b)) {
      if (sequence < from) continue;
      cells.delete(sequence);
      this.#push(cell);
    }
  }
}

/** What the file holds, number by number; checks each void's words and that neighbours of one reason are merged. */
function contentsOf(file: JournalFile, firstOrdinal: number): Model {
  const model: Model =
    file.ledger.epochs.length === 0
      ? []
      : Array.from({ length: file.ledger.current.ordinal - firstOrdinal + 1 }, () => new Map());
  let before: { through: number; reason: VoidReason } | undefined;
  for (const row of file.table(stream).iterate(0, Number.MAX_SAFE_INTEGER, 10_000)) {
    const cells = model[ordinalOf(row.place) - firstOrdinal];
    if (row.through === null) {
      cells?.set(sequenceOf(row.place), { kind: "row", body: row.body });
      before = undefined;
      continue;
    }
    const reason = reasonOf(row);
    const count = row.through - row.place + 1;
    assert.deepEqual(JSON.parse(row.body), { kind: "void", throughSequence: sequenceOf(row.through), count, reason });
    assert(before?.through !== row.place - 1 || before.reason !== reason, "neighbours of one reason are merged");
    before = { through: row.through, reason };
    for (let place = row.place; place <= row.through; place += 1) {
      cells?.set(sequenceOf(place), { kind: "void", reason });
    }
  }
  return model;
}
