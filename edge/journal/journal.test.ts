import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Entry, Journal } from "./journal.ts";
import { openJournal } from "./open-journal.ts";

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "journal-"));
});
afterEach(() => {
  fs.rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<Journal> {
  return openJournal({ directory, maxBytes: 2 ** 30, keepDays: 30, clock: systemClock, log: silentLog });
}

function occurrence(number: number): Entry {
  return {
    stream: "occurrence",
    recordedAtMs: number,
    lane: "pump",
    body: JSON.stringify({ kind: "occurrence", number }),
  };
}

describe("the journal", () => {
  it("gives what was written back in order, with numbers from 1, after it was closed and opened again", async () => {
    let epoch = "";
    {
      await using journal = await open();
      const written = await journal.append([1, 2, 3].map(occurrence));
      epoch = (await journal.status()).epoch;
      expect(written).toEqual([1, 2, 3].map((sequence) => ({ kind: "written", epoch, sequence })));
    }
    await using journal = await open();
    expect((await journal.status()).epoch).toBe(epoch);
    const rows = await journal.read({ epoch, stream: "occurrence", after: 1, maxRows: 10, maxBytes: 10_000 });
    expect(rows.map((row) => [row.sequence, row.recordedAtMs])).toEqual([
      [2, 2],
      [3, 3],
    ]);
    await journal.confirm(epoch, "occurrence", [[1, 2]]);
  });
});
