import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { freePorts } from "@outpost/kernel/free-ports.ts";
import { Command } from "commander";

import { startFleet } from "../fleet-process.ts";
import { FleetLedger } from "../ledger/fleet-ledger.ts";
import { startLoadGateway, type LoadGateway } from "../load-gateway.ts";
import { inTemporaryFolder, runScript, wholeNumber } from "../script.ts";
import { AlarmWatch } from "./alarm-watch.ts";

const GATEWAY_ID = "gateway-after-outage";
const MIN_RECORDS_PER_SECOND = 5_000;
const MAX_ALARM_MS = 1_000;
const ALARM_EVERY_MS = 700;
const GIVE_UP_AFTER_MS = 300_000;

const program = new Command("npm run bench -- drain")
  .description("Fills a gateway's journal while there is no uplink, then measures how fast the fleet gets it.")
  .option("--records <n>", "how many records of 1 KB wait", wholeNumber, 200_000)
  .option("--json", "one line of JSON at the end")
  .parse();

async function measure(directory: string, records: number): Promise<boolean> {
  const [http = 0, mqtt = 0] = await freePorts(2);
  const fleetState = join(directory, "fleet");
  await using fleet = await startFleet({ stateDirectory: fleetState, httpPort: http, mqttPort: mqtt });
  await using ledger = await FleetLedger.open(fleetState);
  await using watch = await AlarmWatch.open(`http://127.0.0.1:${http}/api/live`);
  await using gateway = await startLoadGateway({
    stateDirectory: directory,
    mqttPort: mqtt,
    gatewayId: GATEWAY_ID,
    fill: records,
    onLine: (line) => watch.heard(line),
  });
  const tookMs = await drain(gateway, ledger, records);
  // What is still on its way to the desk has as long again as it may take.
  await delay(MAX_ALARM_MS);
  const found = await ledger.compare(GATEWAY_ID, gateway.durable);
  const alarmMs = watch.latencies();
  const recordsPerSecond = Math.round((records / tookMs) * 1_000);
  const slowestAlarmMs = alarmMs.length === 0 ? Number.POSITIVE_INFINITY : Math.round(Math.max(...alarmMs));
  const isExact = found.lost.length === 0 && found.duplicated === 0 && found.reordered === 0;
  const pass = recordsPerSecond >= MIN_RECORDS_PER_SECOND && slowestAlarmMs <= MAX_ALARM_MS && isExact;
  const result = {
    name: "drain",
    records,
    tookMs: Math.round(tookMs),
    recordsPerSecond,
    mustReachRecordsPerSecond: MIN_RECORDS_PER_SECOND,
    alarms: alarmMs.length,
    slowestAlarmMs,
    mustReachAlarmMs: MAX_ALARM_MS,
    lost: found.lost.length,
    duplicated: found.duplicated,
    reordered: found.reordered,
    fleetStillRuns: fleet.isRunning,
    pass,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return pass;
}

/** Lets the uplink begin and waits for the last record, raising alarms meanwhile. @returns milliseconds. */
async function drain(gateway: LoadGateway, ledger: FleetLedger, records: number): Promise<number> {
  const startMs = performance.now();
  gateway.tell("go");
  let nextAlarmMs = startMs + ALARM_EVERY_MS;
  while ((await ledger.countOccurrences()) < records) {
    const nowMs = performance.now();
    if (nowMs - startMs > GIVE_UP_AFTER_MS) throw new Error("the backlog did not drain in five minutes");
    if (nowMs >= nextAlarmMs) {
      gateway.tell("alarm");
      nextAlarmMs = nowMs + ALARM_EVERY_MS;
    }
    await delay(100);
  }
  return performance.now() - startMs;
}

const { records } = program.opts<{ records: number }>();
await runScript(() => inTemporaryFolder("drain", (directory) => measure(directory, records)));
