import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { silentLog } from "@outpost/kernel/log.ts";

import { createCore } from "../../gateway/core.ts";
import { RunningSite } from "../../gateway/running-site.ts";
import type { Journal } from "../../journal/journal.ts";
import { openJournal } from "../../journal/open-journal.ts";
import { readSite } from "../../site/read-site.ts";
import { openTimekeeper } from "../../timekeeping/timekeeper.ts";
import { benchSite } from "./bench-site.ts";

const FLOOD_BATCH = 10;
const FLOODS_UNDER_WAY = 4;

/** The gateway's own core on the measurement's site, and its journal. */
export interface CoreUnderTest {
  readonly journal: Journal;
  /** Runs the core against the device at `port` until `signal` aborts. */
  run(port: number, signal: AbortSignal): Promise<void>;
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
    async run(port, signal) {
      const siteFile = join(directory, "site.yaml");
      await writeFile(siteFile, benchSite(port));
      const reading = await readSite(siteFile);
      if (reading.kind === "refused") throw new Error(JSON.stringify(reading.faults));
      const core = createCore({
        clock,
        log: silentLog,
        gatewayId: "bench",
        onActed() {},
        onHealthChanged() {},
        saveMemory: () => Promise.reject(new Error("no device of the bench remembers anything")),
      });
      const site = new RunningSite(
        { ...core, restartUplink: neverNeeded, restartStatusPage: neverNeeded },
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
