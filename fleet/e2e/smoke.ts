import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { asError } from "@outpost/kernel/thrown.ts";
import { Command } from "commander";

import { startProgram } from "../demo/child-process.ts";
import { freeDemoPorts, startDemo, type Demo } from "../demo/demo.ts";
import { readCounters } from "./gateway-counters.ts";
import { FleetLedger } from "./ledger.ts";
import { firstThat, isLevelLive, isSirenOn, openAlarm } from "./sightings.ts";

const GATEWAY_ID = "gateway-01";
const LIMIT_MS = 60_000;

new Command("npm run smoke --")
  .description("Storm, siren with the broker stopped, broker back, every record once at the fleet. Ends by itself.")
  .option("--json", "one line of JSON at the end")
  .parse();

interface Sighted {
  readonly liveLevelMs: number;
  readonly sirenWithoutBrokerMs: number;
  readonly alarmAtDeskMs: number;
}

function say(what: string): void {
  process.stderr.write(`smoke: ${what}\n`);
}

/** Storm while the broker is away; the siren must sound all the same, and the desk hear of it afterwards. */
async function storm(demo: Demo, startMs: number, signal: AbortSignal): Promise<Sighted> {
  say("waiting for live levels");
  await firstThat(() => isLevelLive(demo.httpUrl, GATEWAY_ID), signal);
  const liveLevelMs = performance.now() - startMs;
  say("stopping fleet and broker, then a storm");
  await demo.fleet.stop();
  const stormMs = performance.now();
  await fetch(`${demo.controlUrl}/storm`, { method: "POST", body: "{}", signal });
  await firstThat(() => isSirenOn(demo.controlUrl), signal);
  const sirenWithoutBrokerMs = performance.now() - stormMs;
  say("the siren is on; starting fleet and broker again");
  await demo.startFleet();
  const backMs = performance.now();
  await firstThat(() => openAlarm(demo.httpUrl, "high-level"), signal);
  const alarmAtDeskMs = performance.now() - backMs;
  await fetch(`${demo.controlUrl}/calm`, { method: "POST", body: "{}", signal });
  return { liveLevelMs, sirenWithoutBrokerMs, alarmAtDeskMs };
}

/** Ends the gateway, sends what its journal still holds, and compares its counters with the fleet's rows. */
async function settle(demo: Demo, signal: AbortSignal): Promise<{ records: number; lost: number; duplicated: number }> {
  const { stateDirectory, ports } = demo.options;
  say("the alarm is at the desk; comparing what was written with what arrived");
  await demo.gateway.stop();
  const journal = join(stateDirectory, "gateway", "journal");
  await using rest = await startProgram({
    name: "rest of the journal",
    script: "edge/sync/load/main.ts",
    args: [
      `--state=${journal}`,
      `--url=mqtt://127.0.0.1:${ports.mqtt}`,
      `--gateway=${GATEWAY_ID}`,
      "--exit-when-drained",
    ],
  });
  rest.tell("go");
  await Promise.race([rest.ended, once(signal, "abort")]);
  signal.throwIfAborted();
  await using ledger = await FleetLedger.open(join(stateDirectory, "fleet"));
  const places = await ledger.places(GATEWAY_ID);
  const totals = { records: 0, lost: 0, duplicated: 0 };
  for (const { epoch, stream, written } of readCounters(join(journal, "journal.db"))) {
    const at = places.get(`${epoch} ${stream}`) ?? { held: 0, duplicated: 0 };
    totals.records += written;
    totals.lost += written - at.held;
    totals.duplicated += at.duplicated;
  }
  return totals;
}

async function main(directory: string): Promise<boolean> {
  const startMs = performance.now();
  const signal = AbortSignal.timeout(LIMIT_MS);
  await using demo = await startDemo({ stateDirectory: directory, ports: await freeDemoPorts() });
  const sighted = await storm(demo, startMs, signal);
  const ledger = await settle(demo, signal);
  const tookMs = performance.now() - startMs;
  const pass = ledger.records > 0 && ledger.lost === 0 && ledger.duplicated === 0 && tookMs <= LIMIT_MS;
  const figures = Object.entries({ ...sighted, tookMs }).map(([key, value]) => [key, Math.round(value)]);
  const result = { name: "smoke", ...Object.fromEntries(figures), ...ledger, pass };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return pass;
}

const directory = await mkdtemp(join(tmpdir(), "outpost-smoke-"));
try {
  // The embedded database runs under an account of its own, which must get through.
  await chmod(directory, 0o755);
  process.exitCode = (await main(directory)) ? 0 : 1;
} catch (error) {
  const reason =
    error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError")
      ? "not done within 60 s"
      : asError(error).message;
  process.stderr.write(`smoke: ${reason}\n`);
  process.stdout.write(`${JSON.stringify({ name: "smoke", pass: false, reason })}\n`);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
