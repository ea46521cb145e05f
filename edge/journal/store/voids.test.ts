import type { VoidReason } from "@outpost/wire/streams.ts";
import { describe, expect, it } from "vitest";

import { openFileHere, scratchDirectory } from "../testing/scratch.ts";
import type { JournalFile } from "./journal-file.ts";
import { appendRow, confirmRows, giveUpOldest, renumberFrom } from "./rows.ts";
import { placeOf, sequenceOf } from "./schema.ts";
import { appendVoid, putVoid } from "./voids.ts";

const stream = "measurement";

/** A file with measurements 1 to `count`, recorded at 101, 102 … */
function fileWith(count: number): JournalFile {
  const file = openFileHere(scratchDirectory());
  file.atomically(() => {
    for (let number = 1; number <= count; number += 1) {
      appendRow(file, { stream, recordedAtMs: 100 + number, lane: "a", body: `{"n":${number}}` });
    }
  });
  return file;
}

function makeVoid(file: JournalFile, from: number, through: number, reason: VoidReason = "thinned"): void {
  const { ordinal } = file.ledger.current;
  const range = { from: placeOf(ordinal, from), through: placeOf(ordinal, through) };
  file.atomically(() => putVoid({ table: file.table(stream), ledger: file.ledger }, range, reason, 100 + from));
}

function confirm(file: JournalFile, ...intervals: [number, number][]): void {
  const { epoch } = file.ledger.current;
  file.atomically(() => expect(confirmRows(file, { epoch, stream, intervals }, 1_000)).toEqual([]));
}

/** What the table holds, in short: "3" for a row, "4-9 thinned @104" for a void and its recorded time. */
function contents(file: JournalFile): string[] {
  const rows = [...file.table(stream).iterate(0, Number.MAX_SAFE_INTEGER, 1_000)];
  const { tallies } = file.ledger.current;
  expect(tallies.get(stream)).toMatchObject({
    rows: rows.length,
    voids: rows.filter((row) => row.through !== null).length,
  });
  return rows.map((row) => {
    const sequence = sequenceOf(row.place);
    if (row.through === null) return String(sequence);
    const through = sequenceOf(row.through);
    const body: unknown = JSON.parse(row.body);
    expect(body).toMatchObject({ kind: "void", throughSequence: through, count: through - sequence + 1 });
    const reason = typeof body === "object" && body !== null && "reason" in body ? String(body.reason) : "";
    return `${sequence}-${through} ${reason} @${row.recordedAtMs}`;
  });
}

describe("a void", () => {
  it("stands at its first number with the recorded time of the row it replaces", () => {
    const file = fileWith(5);
    makeVoid(file, 2, 4);
    expect(contents(file)).toEqual(["1", "2-4 thinned @102", "5"]);
  });

  it("merges with neighbours of its reason on both sides, and not with others", () => {
    const file = fileWith(9);
    makeVoid(file, 2, 3);
    makeVoid(file, 6, 7);
    makeVoid(file, 8, 8, "expired");
    makeVoid(file, 4, 5);
    expect(contents(file)).toEqual(["1", "2-7 thinned @102", "8-8 expired @108", "9"]);
  });

  it("does not merge over a number that was confirmed", () => {
    const file = fileWith(5);
    makeVoid(file, 1, 2);
    confirm(file, [3, 3]);
    makeVoid(file, 4, 5);
    expect(contents(file)).toEqual(["1-2 thinned @101", "4-5 thinned @104"]);
  });

  it("keeps what a confirmation leaves of it: its end, its beginning, both", () => {
    const file = fileWith(30);
    makeVoid(file, 1, 9);
    makeVoid(file, 11, 19);
    makeVoid(file, 21, 29);
    confirm(file, [1, 4], [16, 20], [24, 25]);
    expect(contents(file)).toEqual([
      "5-9 thinned @101",
      "10",
      "11-15 thinned @111",
      "21-23 thinned @121",
      "26-29 thinned @121",
      "30",
    ]);
    confirm(file, [2, 40]);
    expect(contents(file)).toEqual([]);
  });

  it("grows at the end of the stream while entries are dropped", () => {
    const file = fileWith(2);
    const drop = (count: number): void =>
      file.atomically(() => {
        appendVoid({ table: file.table(stream), ledger: file.ledger }, count, "dropped-disk-full", 500);
      });
    drop(3);
    drop(4);
    expect(contents(file)).toEqual(["1", "2", "3-9 dropped-disk-full @500"]);
    expect(file.ledger.tally(stream).nextSequence).toBe(10);
  });

  it("moves with its count, the part that is in conflict", () => {
    const file = fileWith(6);
    const { epoch } = file.ledger.current;
    makeVoid(file, 2, 5);
    file.atomically(() => {
      file.ledger.openEpoch(0, "test");
      renumberFrom(file, epoch, { measurement: 4 });
    });
    const spans = file.table(stream).spans(0, Number.MAX_SAFE_INTEGER);
    expect(spans.map((span) => [sequenceOf(span.place), sequenceOf(span.through)])).toEqual([
      [1, 1],
      [2, 3],
      [1, 2],
      [3, 3],
    ]);
  });
});

describe("giving up the oldest", () => {
  it("leaves one void for what was given up, whatever was thinned or dropped in between", () => {
    const file = fileWith(10);
    makeVoid(file, 2, 3);
    makeVoid(file, 5, 5, "expired");
    const before = placeOf(file.ledger.current.ordinal, 100);
    const giveUp = (): number =>
      file.atomically(() => giveUpOldest(file, stream, { beforePlace: before, maxRecords: 4 }, "dropped-disk-full"));
    expect(giveUp()).toBe(4);
    expect(contents(file)).toEqual(["1-7 dropped-disk-full @101", "8", "9", "10"]);
    expect(giveUp()).toBe(3);
    expect(giveUp()).toBe(0);
    expect(contents(file)).toEqual(["1-10 dropped-disk-full @101"]);
  });

  it("stops below the place it is given", () => {
    const file = fileWith(5);
    const beforePlace = placeOf(file.ledger.current.ordinal, 3);
    file.atomically(() => giveUpOldest(file, stream, { beforePlace, maxRecords: 100 }, "expired"));
    expect(contents(file)).toEqual(["1-2 expired @101", "3", "4", "5"]);
  });

  it("never joins numbers of different epochs", () => {
    const file = fileWith(2);
    file.atomically(() => {
      file.ledger.openEpoch(0, "test");
      appendRow(file, { stream, recordedAtMs: 7, lane: "a", body: "{}" });
      giveUpOldest(file, stream, { beforePlace: Number.MAX_SAFE_INTEGER, maxRecords: 100 }, "expired");
    });
    const spans = file.table(stream).spans(0, Number.MAX_SAFE_INTEGER);
    expect(spans.map((span) => [sequenceOf(span.place), sequenceOf(span.through)])).toEqual([
      [1, 2],
      [1, 1],
    ]);
  });
});
