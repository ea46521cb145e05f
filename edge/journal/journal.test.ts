import { cpSync } from "node:fs";

import { MAX_RECORD_BYTES } from "@outpost/wire/batch.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import { describe, expect, it } from "vitest";

import { entry, openHere, readAll, scratchDirectory } from "./testing/scratch.ts";

describe("writing and reading", () => {
  it("gives back in order what was written, numbered from 1, after it was closed and opened again", async () => {
    const directory = scratchDirectory();
    let epoch = "";
    {
      await using journal = await openHere(directory);
      const written = await journal.append([1, 2, 3].map((number) => entry("occurrence", number)));
      epoch = (await journal.status()).epoch;
      expect(written).toEqual([1, 2, 3].map((sequence) => ({ kind: "written", epoch, sequence })));
    }
    await using journal = await openHere(directory);
    expect(journal.quarantined).toBeUndefined();
    expect((await journal.status()).epoch).toBe(epoch);
    expect(await readAll(journal, epoch, "occurrence")).toEqual(
      [1, 2, 3].map((number) => ({ sequence: number, recordedAtMs: 1_000 + number, body: `{"number":${number}}` })),
    );
  });

  it("numbers each stream for itself and keeps the order of calls that were not waited for", async () => {
    await using journal = await openHere(scratchDirectory());
    const streams: Stream[] = ["measurement", "alarm", "occurrence", "evidence", "result"];
    const calls = Array.from({ length: 50 }, async (_, call) =>
      journal.append(streams.map((stream) => entry(stream, call))),
    );
    await Promise.all(calls);
    const { epoch } = await journal.status();
    for (const stream of streams) {
      const rows = await readAll(journal, epoch, stream);
      expect(rows.map((row) => row.body)).toEqual(Array.from({ length: 50 }, (_, n) => `{"number":${n}}`));
      expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    }
  });

  it("splits a call of many entries without losing their order", async () => {
    await using journal = await openHere(scratchDirectory());
    const written = await journal.append(Array.from({ length: 2_501 }, (_, number) => entry("measurement", number)));
    const sequences = written.map((one) => (one.kind === "written" ? one.sequence : 0));
    expect(sequences).toEqual(Array.from({ length: 2_501 }, (_, n) => n + 1));
    expect(await journal.append([])).toEqual([]);
  });

  it("never uses a number again after its row was confirmed", async () => {
    const directory = scratchDirectory();
    let epoch = "";
    {
      await using journal = await openHere(directory);
      await journal.append([1, 2, 3].map((number) => entry("alarm", number)));
      epoch = (await journal.status()).epoch;
      await journal.confirm(epoch, "alarm", [[1, 3]]);
      expect((await journal.status()).waiting.alarm).toBe(0);
    }
    await using journal = await openHere(directory);
    expect(await journal.append([entry("alarm", 4)])).toEqual([{ kind: "written", epoch, sequence: 4 }]);
    expect((await journal.status()).epochs).toEqual([{ epoch, nextSequences: { alarm: 5 } }]);
  });

  it("reads within both limits, but always at least one row", async () => {
    await using journal = await openHere(scratchDirectory());
    const body = JSON.stringify("x".repeat(998));
    await journal.append(Array.from({ length: 10 }, (_, number) => entry("occurrence", number, { body })));
    const { epoch } = await journal.status();
    const read = async (after: number, maxRows: number, maxBytes: number): Promise<number[]> =>
      (await journal.read({ epoch, stream: "occurrence", after, maxRows, maxBytes })).map((row) => row.sequence);
    expect(await read(0, 3, 1e6)).toEqual([1, 2, 3]);
    expect(await read(3, 100, 2_100)).toEqual([4, 5]);
    expect(await read(5, 100, 10)).toEqual([6]);
    expect(await read(10, 100, 1e6)).toEqual([]);
    expect(await journal.read({ epoch: "0".repeat(32), stream: "alarm", after: 0, maxRows: 1, maxBytes: 1 })).toEqual(
      [],
    );
  });

  it("tells its listeners which streams gained rows, after the commit", async () => {
    await using journal = await openHere(scratchDirectory());
    const { epoch } = await journal.status();
    const seen: Stream[] = [];
    const stop = journal.onWritten((streams) => seen.push(...streams));
    await journal.append([entry("result", 1), entry("alarm", 1)]);
    expect(seen).toEqual(["alarm", "result"]);
    expect(await readAll(journal, epoch, "result")).toHaveLength(1);
    stop();
    await journal.append([entry("alarm", 2)]);
    expect(seen).toEqual(["alarm", "result"]);
  });
});

describe("confirming", () => {
  it("deletes exactly the rows of the intervals, however many there are", async () => {
    await using journal = await openHere(scratchDirectory(), { limits: { chunkRows: 10 } });
    await journal.append(Array.from({ length: 200 }, (_, number) => entry("occurrence", number + 1)));
    const { epoch } = await journal.status();
    await journal.confirm(epoch, "occurrence", [
      [1, 97],
      [99, 150],
      [152, 152],
      [199, 5_000],
    ]);
    const left = (await readAll(journal, epoch, "occurrence")).map((row) => row.sequence);
    expect(left).toEqual([98, 151, ...Array.from({ length: 46 }, (_, n) => 153 + n)]);
    expect((await journal.status()).waiting.occurrence).toBe(48);
    // Numbers that were confirmed before they exist are used all the same: the counter alone decides.
    expect(await journal.append([entry("occurrence", 201)])).toMatchObject([{ sequence: 201 }]);
  });

  it("knows nothing of another epoch's rows", async () => {
    await using journal = await openHere(scratchDirectory());
    await journal.append([entry("occurrence", 1)]);
    await journal.confirm("f".repeat(32), "occurrence", [[1, 1]]);
    expect((await journal.status()).waiting.occurrence).toBe(1);
  });
});

describe("what a device sends again", () => {
  it("is one record, also after a restart and inside one call", async () => {
    const directory = scratchDirectory();
    const keyed = entry("occurrence", 1, { dedupeKey: "ps1/frame-7", state: { "ps1/last": "7" } });
    {
      await using journal = await openHere(directory);
      expect(await journal.append([keyed, keyed])).toMatchObject([{ kind: "written" }, { kind: "duplicate" }]);
    }
    await using journal = await openHere(directory);
    const again = { ...keyed, state: { "ps1/last": "changed" } };
    expect(await journal.append([again])).toEqual([{ kind: "duplicate" }]);
    expect(await journal.loadState("ps1/")).toEqual(new Map([["ps1/last", "7"]]));
    expect((await journal.status()).waiting.occurrence).toBe(1);
  });

  it("is known by the key of its first entry, whatever else it brought", async () => {
    const directory = scratchDirectory();
    const message = [
      entry("measurement", 1, { dedupeKey: "ps1/frame-7" }),
      entry("measurement", 2, { joinsPrevious: true }),
      entry("occurrence", 1, { joinsPrevious: true, state: { "ps1/last": "7" } }),
    ];
    const other = entry("occurrence", 2);
    {
      await using journal = await openHere(directory);
      const kinds = (await journal.append([...message, other, ...message])).map(({ kind }) => kind);
      expect(kinds).toEqual([...Array(4).fill("written"), ...Array(3).fill("duplicate")]);
      expect(await journal.loadKeys("", 10)).toEqual(["ps1/frame-7"]);
    }
    await using journal = await openHere(directory);
    const again = message.map((one) => ({ ...one, state: { "ps1/last": "changed" } }));
    expect(await journal.append(again)).toEqual(message.map(() => ({ kind: "duplicate" })));
    expect(await journal.loadState("ps1/")).toEqual(new Map([["ps1/last", "7"]]));
    expect((await journal.status()).waiting).toMatchObject({ measurement: 2, occurrence: 2 });
  });

  it("stays together in one request, however long the call is", async () => {
    await using journal = await openHere(scratchDirectory());
    const before = Array.from({ length: 999 }, (_, index) => entry("measurement", index));
    const message = [
      entry("measurement", 1_000, { dedupeKey: "ps1/frame-7" }),
      entry("measurement", 1_001, { joinsPrevious: true }),
    ];
    await journal.append([...before, ...message]);
    expect(await journal.append(message)).toEqual(message.map(() => ({ kind: "duplicate" })));
  });

  it("is remembered for so many keys and not more", async () => {
    await using journal = await openHere(scratchDirectory(), { limits: { maxDedupeKeys: 3 } });
    const keyed = [0, 1, 2, 3].map((number) => entry("occurrence", number, { dedupeKey: `key ${number}` }));
    await journal.append(keyed);
    const kinds = (await journal.append(keyed.toReversed())).map((one) => one.kind);
    expect(kinds).toEqual(["duplicate", "duplicate", "duplicate", "written"]);
  });
});

describe("state rows", () => {
  it("change with their entry or alone, are found by prefix, and go with null", async () => {
    const directory = scratchDirectory();
    {
      await using journal = await openHere(directory);
      await journal.append([entry("alarm", 1, { state: { "alarm/a": "1", "alarm/b": "2", alarms: "x" } })]);
      await journal.saveState({ "alarm/a": null, "alarm/报警": "三", "timer/a": "4" });
    }
    await using journal = await openHere(directory);
    expect(await journal.loadState("alarm/")).toEqual(
      new Map([
        ["alarm/b", "2"],
        ["alarm/报警", "三"],
      ]),
    );
    expect((await journal.loadState("")).size).toBe(4);
    expect((await journal.loadState("alarm/报")).size).toBe(1);
    expect((await journal.loadState("%")).size).toBe(0);
  });
});

describe("epochs", () => {
  it("a new one begins at 1 in every stream, and the rows of the old one stay readable until confirmed", async () => {
    const directory = scratchDirectory();
    await using journal = await openHere(directory);
    const opened: string[] = [];
    journal.onEpochOpened((epoch) => opened.push(epoch));
    const old = (await journal.status()).epoch;
    await journal.append([entry("alarm", 1), entry("alarm", 2)]);
    const fresh = await journal.openEpoch("asked by a test");
    expect(opened).toEqual([fresh]);
    expect(await journal.append([entry("alarm", 3)])).toEqual([{ kind: "written", epoch: fresh, sequence: 1 }]);
    expect((await journal.status()).epochs).toEqual([
      { epoch: old, nextSequences: { alarm: 3 } },
      { epoch: fresh, nextSequences: { alarm: 2 } },
    ]);
    expect(await readAll(journal, old, "alarm")).toHaveLength(2);
    await journal.confirm(old, "alarm", [[1, 2]]);
    expect((await journal.status()).epochs.map((one) => one.epoch)).toEqual([fresh]);
  });

  it("tells at most 64 of those that hold rows: the oldest and the current one", async () => {
    await using journal = await openHere(scratchDirectory());
    const epochs: string[] = [];
    for (let number = 0; number < 66; number += 1) {
      await journal.append([entry("occurrence", number)]);
      epochs.push((await journal.status()).epoch);
      await journal.openEpoch("another");
    }
    const { epoch, epochs: told } = await journal.status();
    expect(told.map((one) => one.epoch)).toEqual([...epochs.slice(0, 63), epoch]);
  });
});

describe("renumbering", () => {
  it("moves rows to the end of the current epoch with their content and recorded time, in order", async () => {
    await using journal = await openHere(scratchDirectory());
    await journal.append([1, 2, 3, 4].map((number) => entry("alarm", number)));
    const old = (await journal.status()).epoch;
    const fresh = await journal.openEpoch("test");
    await journal.append([entry("alarm", 5)]);
    await journal.renumber(old, { alarm: 3, result: 1 });
    expect((await readAll(journal, old, "alarm")).map((row) => row.sequence)).toEqual([1, 2]);
    expect(await readAll(journal, fresh, "alarm")).toEqual([
      { sequence: 1, recordedAtMs: 1_005, body: '{"number":5}' },
      { sequence: 2, recordedAtMs: 1_003, body: '{"number":3}' },
      { sequence: 3, recordedAtMs: 1_004, body: '{"number":4}' },
    ]);
  });

  it("gives rows the same places again when an image of the disk is put back twice", async () => {
    const [directory, image] = [scratchDirectory(), scratchDirectory()];
    {
      await using journal = await openHere(directory);
      await journal.append([1, 2, 3].map((number) => entry("alarm", number)));
    }
    cpSync(directory, image, { recursive: true });
    const places = [];
    for (const disk of [directory, image]) {
      await using journal = await openHere(disk);
      const { epoch } = await journal.status();
      await journal.renumber(epoch, { alarm: 2 });
      const now = (await journal.status()).epoch;
      places.push({ now, rows: await readAll(journal, now, "alarm") });
    }
    expect(places[0]).toEqual(places[1]);
    expect(places[0]?.rows.map((row) => row.sequence)).toEqual([1, 2]);
  });

  it("of the current epoch begins a new one first", async () => {
    await using journal = await openHere(scratchDirectory());
    await journal.append([1, 2].map((number) => entry("alarm", number)));
    const old = (await journal.status()).epoch;
    await journal.renumber(old, { alarm: 1 });
    const { epoch, epochs } = await journal.status();
    expect(epoch).not.toBe(old);
    expect(epochs).toEqual([{ epoch, nextSequences: { alarm: 3 } }]);
  });
});

function textOf(chars: number): string {
  return JSON.stringify("x".repeat(chars - 2));
}

describe("limits", () => {
  it("takes a body of the wire's limit and refuses one character more", async () => {
    await using journal = await openHere(scratchDirectory());
    await expect(journal.append([entry("alarm", 1, { body: textOf(MAX_RECORD_BYTES) })])).resolves.toHaveLength(1);
    const large = entry("alarm", 2, { body: textOf(MAX_RECORD_BYTES + 1) });
    await expect(journal.append([large])).rejects.toMatchObject({ code: "journal/too-large" });
    await expect(journal.saveState({ key: textOf(MAX_RECORD_BYTES + 1) })).rejects.toMatchObject({
      code: "journal/too-large",
    });
  });

  it("refuses entries above the maximum waiting, while alarms and results still find a place", async () => {
    await using journal = await openHere(scratchDirectory(), { limits: { maxQueuedEntries: 3 } });
    const three = journal.append([1, 2, 3].map((number) => entry("measurement", number)));
    await expect(journal.append([entry("measurement", 4)])).rejects.toMatchObject({ code: "journal/queue-full" });
    const alarms = [journal.append([entry("alarm", 1), entry("alarm", 2)]), journal.append([entry("result", 3)])];
    await expect(journal.append([entry("alarm", 4)])).rejects.toMatchObject({ code: "journal/queue-full" });
    await Promise.all([three, ...alarms]);
    await expect(journal.append([entry("measurement", 5)])).resolves.toHaveLength(1);
  });

  it("writes what waits when it is closed, and then refuses everything", async () => {
    const directory = scratchDirectory();
    const journal = await openHere(directory);
    const waiting = journal.append([entry("measurement", 1)]);
    await journal[Symbol.asyncDispose]();
    await expect(waiting).resolves.toMatchObject([{ kind: "written", sequence: 1 }]);
    await expect(journal.append([entry("alarm", 1)])).rejects.toMatchObject({ code: "journal/closed" });
    await expect(journal.status()).rejects.toMatchObject({ code: "journal/closed" });
    await journal[Symbol.asyncDispose]();
  });
});
