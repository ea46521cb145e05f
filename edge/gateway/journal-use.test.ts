import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { JournalError } from "../journal/errors.ts";
import type { Journal } from "../journal/journal.ts";
import { openJournal } from "../journal/open-journal.ts";
import { runJournalUse } from "./journal-use.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-journal-use-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

function open(): Promise<Journal> {
  return openJournal({ directory, maxBytes: 64 * 1024 * 1024, keepDays: 1, clock: systemClock, log: silentLog });
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("runJournalUse", () => {
  it("lets the site go on when the disk does not give what was written, and takes it up when it does", async () => {
    const clock = new ManualClock();
    const said: string[] = [];
    let refusals = 1;
    const stop = new AbortController();
    const { promise: recording, resolve: onRecording } = Promise.withResolvers<void>();
    const { promise: tried, resolve: onTried } = Promise.withResolvers<void>();
    const running = runJournalUse(
      {
        clock,
        log: silentLog,
        open,
        restore: () => {
          refusals -= 1;
          said.push(refusals < 0 ? "restored" : "not restored");
          if (refusals >= 0) return Promise.reject(new JournalError("journal/disk", "no"));
          return Promise.resolve();
        },
        onTried,
        onRestored: () => {
          said.push("used");
          return Promise.resolve();
        },
        record: async (journal) => {
          said.push("recording");
          onRecording();
          await journal.saveState({ key: "value" });
        },
      },
      stop.signal,
    );
    await tried;
    expect(said).toEqual(["not restored"]);
    await settled();
    await clock.advance(2_000);
    await recording;
    expect(said).toEqual(["not restored", "restored", "used", "recording"]);
    stop.abort();
    await running;
    await using again = await open();
    expect(await again.loadState("key")).toEqual(new Map([["key", "value"]]));
  });

  it("a stop does not wait for a disk that hangs", async () => {
    const clock = new ManualClock();
    const stop = new AbortController();
    const { promise: recording, resolve: onRecording } = Promise.withResolvers<void>();
    let isClosed = false;
    const running = runJournalUse(
      {
        clock,
        log: silentLog,
        open,
        restore: () => Promise.resolve(),
        onTried() {},
        onRestored: () => Promise.resolve(),
        record: async (journal) => {
          onRecording();
          // What hangs is answered when the journal is closed, as the journal promises.
          while (!isClosed) {
            await settled();
            isClosed = await journal.status().then(
              () => false,
              () => true,
            );
          }
        },
      },
      stop.signal,
    );
    await recording;
    stop.abort();
    await settled();
    await clock.advance(5_000);
    await running;
    expect(isClosed).toBe(true);
  });
});
