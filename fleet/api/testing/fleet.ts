import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { silentLog } from "@outpost/kernel/log.ts";

import { openFleet, type Fleet, type FleetSettings } from "../../fleet.ts";

/** A whole fleet inside the test's process, on free ports, over a given database. */
export async function openTestFleet(databaseUrl: string, changes: Partial<FleetSettings> = {}): Promise<Fleet> {
  const stateDir = await mkdtemp(join(tmpdir(), "outpost-fleet-"));
  const settings: FleetSettings = {
    stateDir,
    http: { host: "127.0.0.1", port: 0 },
    mqtt: { host: "127.0.0.1", port: 0 },
    maxConnections: 100,
    databaseUrl,
    mqttUrl: undefined,
    share: undefined,
    retention: { measurementDays: 400, occurrenceDays: 400 },
    consoleDir: join(stateDir, "no-console"),
    demoControlUrl: undefined,
    enrol: undefined,
    ...changes,
  };
  const fleet = await openFleet(settings, silentLog, new AbortController().signal);
  return {
    http: fleet.http,
    mqtt: fleet.mqtt,
    https: fleet.https,
    mqtts: fleet.mqtts,
    async [Symbol.asyncDispose]() {
      await fleet[Symbol.asyncDispose]();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}
