import fs from "node:fs";
import path from "node:path";

import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";

import { entry, openHere, readAll, scratchDirectory } from "./testing/scratch.ts";

/** A closed journal with an alarm, its state and enough rows for many pages. */
async function filledDirectory(): Promise<{ directory: string; epoch: string; file: string }> {
  const directory = scratchDirectory();
  await using journal = await openHere(directory);
  await journal.append([entry("alarm", 1, { state: { "alarm/a": "active", "alarm/b": "cleared" } })]);
  const body = JSON.stringify("x".repeat(500));
  await journal.append(Array.from({ length: 400 }, (_, number) => entry("occurrence", number, { body })));
  return { directory, epoch: (await journal.status()).epoch, file: path.join(directory, "journal.db") };
}

function overwrite(file: string, position: number, bytes: Buffer): void {
  const fd = fs.openSync(file, "r+");
  fs.writeSync(fd, bytes, 0, bytes.length, position);
  fs.closeSync(fd);
}

const DAMAGES: [string, (file: string) => void, RegExp][] = [
  ["is gone", (file) => fs.rmSync(file), /gone/],
  ["is empty", (file) => fs.truncateSync(file, 0), /no journal/],
  ["is text", (file) => fs.writeFileSync(file, "hello ".repeat(1_000)), /not a database/],
  ["is zeros", (file) => fs.writeFileSync(file, Buffer.alloc(40_000)), /not a database|no journal/],
  ["was cut off in the middle", (file) => fs.truncateSync(file, 4_096 * 20), /malformed|cut off|check/],
  ["was cut off inside a page", (file) => fs.truncateSync(file, 4_096 * 20 + 17), /malformed|cut off|check/],
  ["lost its first page", (file) => overwrite(file, 0, Buffer.alloc(4_096)), /not a database/],
  ["has garbage in its tables", (file) => overwrite(file, 4_096, Buffer.alloc(4_096 * 30, 0xa5)), /malformed|check/],
  [
    "is another program's",
    (file) => {
      fs.rmSync(file);
      new Database(file).exec("CREATE TABLE other (a); PRAGMA user_version = 1").close();
    },
    /no journal/,
  ],
  [
    "misses a table",
    (file) => {
      new Database(file).exec("DROP VIEW record; DROP TABLE alarm").close();
    },
    /no such table/,
  ],
  [
    "was written by an agent too new to read",
    (file) => {
      new Database(file).exec("UPDATE journal SET value = '9' WHERE key = 'readable_since'").close();
    },
    /newer agent/,
  ],
  [
    "has no epoch",
    (file) => {
      new Database(file).exec("DELETE FROM epoch").close();
    },
    /no epoch/,
  ],
];

describe("a journal file that at opening", () => {
  it.each(DAMAGES)("%s is put aside, and a new epoch begins", async (_, damage, reason) => {
    const { directory, epoch, file } = await filledDirectory();
    damage(file);
    await using journal = await openHere(directory);
    expect(journal.quarantined?.reason).toMatch(reason);
    const status = await journal.status();
    expect(status.quarantined).toEqual(journal.quarantined);
    expect(status.epoch).not.toBe(epoch);
    expect(await journal.append([entry("alarm", 2)])).toEqual([{ kind: "written", epoch: status.epoch, sequence: 1 }]);
  });

  it("is not damaged says nothing", async () => {
    const { directory, epoch } = await filledDirectory();
    await using journal = await openHere(directory);
    expect(journal.quarantined).toBeUndefined();
    expect((await journal.status()).epoch).toBe(epoch);
  });
});

describe("what is put aside", () => {
  it("lies beside the new file, can be opened, and its state rows are carried over", async () => {
    const { directory, file } = await filledDirectory();
    // The tables of records are spoilt from their second page on; the state is on an early page and survives.
    const db = new Database(file, { readonly: true });
    const page = db
      .prepare<[], { pageno: number }>("SELECT max(pageno) AS pageno FROM dbstat WHERE name = 'occurrence'")
      .get();
    db.close();
    overwrite(file, ((page?.pageno ?? 0) - 1) * 4_096, Buffer.alloc(4_096, 0xa5));
    await using journal = await openHere(directory);
    expect(journal.quarantined?.path).toBe(`${file}.damaged-1`);
    expect(await journal.loadState("alarm/")).toEqual(
      new Map([
        ["alarm/a", "active"],
        ["alarm/b", "cleared"],
      ]),
    );
    const aside = new Database(`${file}.damaged-1`, { readonly: true });
    expect(aside.prepare("SELECT count(*) AS n FROM alarm").get()).toEqual({ n: 1 });
    aside.close();
  });

  it("is kept twice and not more", async () => {
    const { directory, file } = await filledDirectory();
    for (let turn = 0; turn < 4; turn += 1) {
      fs.writeFileSync(file, "not a journal");
      await using journal = await openHere(directory);
      expect(journal.quarantined?.path).toBe(`${file}.damaged-${turn + 1}`);
    }
    const kept = fs.readdirSync(directory).filter((name) => /damaged-\d+$/.test(name));
    expect(kept.length).toBe(2);
    expect(kept).toEqual(expect.arrayContaining(["journal.db.damaged-3", "journal.db.damaged-4"]));
  });
});

it("damage met while running puts the file aside, and the entry that met it is written to the new one", async () => {
  const { directory, epoch, file } = await filledDirectory();
  await using journal = await openHere(directory);
  const opened: string[] = [];
  journal.onEpochOpened((fresh) => opened.push(fresh));
  overwrite(file, 4_096, Buffer.alloc(fs.statSync(file).size - 4_096, 0xa5));
  // Another reader makes the worker's cached pages stale, so that it reads the spoilt ones.
  const other = new Database(file);
  other.pragma("user_version = 1");
  other.close();
  const [written] = await journal.append([entry("alarm", 2)]);
  expect(written).toMatchObject({ kind: "written", sequence: 1 });
  expect(journal.quarantined?.reason).toMatch(/malformed/);
  const status = await journal.status();
  expect(status.epoch).not.toBe(epoch);
  expect(opened).toEqual([status.epoch]);
  expect(await readAll(journal, status.epoch, "alarm")).toHaveLength(1);
});

async function snapshot(directory: string): Promise<string> {
  const copy = scratchDirectory();
  fs.cpSync(directory, copy, { recursive: true });
  return copy;
}

function putBack(image: string, directory: string, names: readonly string[]): void {
  for (const name of fs.readdirSync(directory)) if (name !== "journal.anchor") fs.rmSync(path.join(directory, name));
  for (const name of names) fs.copyFileSync(path.join(image, name), path.join(directory, name));
}

describe("an older image of the journal, put back", () => {
  it("from before the last opening begins a new epoch; its unsent rows stay readable", async () => {
    const { directory, epoch } = await filledDirectory();
    const image = await snapshot(directory);
    {
      await using journal = await openHere(directory);
      await journal.append([entry("alarm", 2)]);
    }
    putBack(image, directory, ["journal.db"]);
    await using journal = await openHere(directory);
    expect(journal.quarantined).toBeUndefined();
    const status = await journal.status();
    expect(status.epoch).not.toBe(epoch);
    expect(status.epochs.map((one) => one.epoch)).toEqual([epoch, status.epoch]);
    expect(await readAll(journal, epoch, "alarm")).toHaveLength(1);
    expect(await journal.append([entry("alarm", 3)])).toEqual([{ kind: "written", epoch: status.epoch, sequence: 1 }]);
  });

  it("from the middle of the last run is noticed by its counters", async () => {
    const { directory, epoch } = await filledDirectory();
    let image = "";
    {
      await using journal = await openHere(directory);
      await journal.append([entry("alarm", 2)]);
      image = await snapshot(directory);
      await journal.append([entry("alarm", 3)]);
    }
    putBack(image, directory, ["journal.db", "journal.db-wal"]);
    await using journal = await openHere(directory);
    expect((await journal.status()).epoch).not.toBe(epoch);
    expect(await readAll(journal, epoch, "alarm")).toHaveLength(2);
  });

  it("without its anchor begins a new epoch as well, and twice in a row is one new epoch each time", async () => {
    const { directory, epoch } = await filledDirectory();
    fs.rmSync(path.join(directory, "journal.anchor"));
    let second = "";
    {
      await using journal = await openHere(directory);
      second = (await journal.status()).epoch;
      expect(second).not.toBe(epoch);
    }
    fs.writeFileSync(path.join(directory, "journal.anchor"), "{torn");
    await using journal = await openHere(directory);
    expect((await journal.status()).epochs.map((one) => one.epoch)).toHaveLength(2);
    expect((await journal.status()).epoch).not.toBe(second);
  });

  it("is not seen where an opening ended between its two notes", async () => {
    const { directory, epoch } = await filledDirectory();
    const anchor = fs.readFileSync(path.join(directory, "journal.anchor"));
    {
      await using journal = await openHere(directory);
      expect((await journal.status()).epoch).toBe(epoch);
    }
    // As if the process had been killed after the journal's note and before the anchor's.
    fs.writeFileSync(path.join(directory, "journal.anchor"), anchor);
    await using journal = await openHere(directory);
    expect((await journal.status()).epoch).toBe(epoch);
  });
});
