import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { silentLog } from "@outpost/kernel/log.ts";

import { createCore } from "../../gateway/core.ts";
import { RunningSite } from "../../gateway/running-site.ts";
import type { Journal } from "../../journal/journal.ts";
import { openJournal } from "../../journal/open-journal.ts";
import { memoryKey } from "../../recording/device-commits.ts";
import { readSite } from "../../site/read-site.ts";
import { openTimekeeper } from "../../timekeeping/timekeeper.ts";

const FLOOD_BATCH = 10;
const FLOODS_UNDER_WAY = 4;

/** The gateway's own core on the measurement's site, and its journal. */
export interface CoreUnderTest {
  readonly journal: Journal;
  /** Runs the core on a site, given as the text of its file, until `signal` aborts. */
  run(siteText: string, signal: AbortSignal): Promise<void>;
  /** Keeps the journal's worker busy with fsyncs until `signal` aborts. @returns how many rows it took. */
  flood(signal: AbortSignal): Promise<number>;
}

/** Opens journal and clock in `directory`; they are closed with `stack`. */
export async function openCoreUnderTest(directory: string, stack: AsyncDisposableStack): Promise<CoreUnderTest> {
  await mkdir(directory, { recursive: true });
  const statePath = join(directory, "time-floor.json");
  const clock = stack.use(await openTimekeeper({ statePath, buildTimeMs: 0, log: silentLog }));
  const limits = { maxBytes: 2 * 1024 * 1024 * 1024, keepDays: 1 };
  const journal = stack.use(
    await openJournal({ directory: join(directory, "journal"), ...limits, clock, log: silentLog }),
  );
  return {
    journal,
    async run(siteText, signal) {
      const siteFile = join(directory, "site.yaml");
      await writeFile(siteFile, siteText);
      const reading = await readSite(siteFile);
      if (reading.kind === "refused") throw new Error(JSON.stringify(reading.faults));
      const core = createCore({
        clock,
        log: silentLog,
        gatewayId: "bench",
        onActed() {},
        onHealthChanged() {},
        saveMemory: async (deviceId, rows) => {
          const named = Object.entries(rows).map(([row, value]) => [memoryKey(deviceId, row), value]);
          await journal.saveState(Object.fromEntries(named));
        },
        saveState: (rows) => journal.saveState(rows),
      });
      core.commits.use(journal);
      core.memories.restore(new Map());
      const site = new RunningSite(
        {
          ...core,
          restartUplink: neverNeeded,
          restartStatusPage: neverNeeded,
          restartTechnicianPage: neverNeeded,
          restartVision: neverNeeded,
        },
        reading.site,
      );
      site.prepare();
      site.start();
      await Promise.all([core.engine.run(signal), core.actions.run(signal), core.recorder.run(journal, signal)]);
      await core.devices[Symbol.asyncDispose]();
    },
    async flood(signal) {
      let rows = 0;
      const pour = async (): Promise<void> => {
        while (!signal.aborted) rows += (await journal.append(floodBatch(clock.now().wallMs))).length;
      };
      await Promise.all(Array.from({ length: FLOODS_UNDER_WAY }, pour));
      return rows;
    },
  };
}

/** The site does not change while it is measured. */
async function neverNeeded(): Promise<void> {
  await Promise.resolve();
}

function floodBatch(wallMs: number) {
  const body = JSON.stringify({
    kind: "occurrence",
    deviceId: "flood",
    name: "flood",
    details: { text: "x".repeat(900) },
    occurredAtMs: wallMs,
    clockConfidence: "plausible",
  });
  return Array.from({ length: FLOOD_BATCH }, () => ({
    stream: "occurrence" as const,
    recordedAtMs: wallMs,
    body,
    lane: "flood",
  }));
}
