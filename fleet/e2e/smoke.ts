import { asError } from "@outpost/kernel/thrown.ts";
import { Command } from "commander";

import { startDemo, type Demo } from "../demo/demo.ts";
import { freeDemoPorts } from "../demo/ports.ts";
import { settle } from "./ledger/settle.ts";
import { inTemporaryFolder, runScript } from "./script.ts";
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
  const station = demo.controlUrl("pump-station");
  say("waiting for live levels");
  await firstThat(() => isLevelLive(demo.httpUrl, GATEWAY_ID), signal);
  const liveLevelMs = performance.now() - startMs;
  say("stopping fleet and broker, then a storm");
  await demo.fleet.stop();
  const stormMs = performance.now();
  await fetch(`${station}/storm`, { method: "POST", body: "{}", signal });
  await firstThat(() => isSirenOn(station), signal);
  const sirenWithoutBrokerMs = performance.now() - stormMs;
  say("the siren is on; starting fleet and broker again");
  await demo.startFleet();
  const backMs = performance.now();
  await firstThat(() => openAlarm(demo.httpUrl, "high-level"), signal);
  const alarmAtDeskMs = performance.now() - backMs;
  await fetch(`${station}/calm`, { method: "POST", body: "{}", signal });
  return { liveLevelMs, sirenWithoutBrokerMs, alarmAtDeskMs };
}

async function measure(directory: string): Promise<boolean> {
  const startMs = performance.now();
  const signal = AbortSignal.timeout(LIMIT_MS);
  await using demo = await startDemo({ stateDirectory: directory, ports: await freeDemoPorts() });
  const sighted = await storm(demo, startMs, signal);
  say("the alarm is at the desk; comparing what was written with what arrived");
  const settled = await settle(demo, GATEWAY_ID, signal);
  const tookMs = performance.now() - startMs;
  const isExact = settled.lost === 0 && settled.duplicated === 0 && settled.quarantined === 0;
  const pass = settled.records > 0 && isExact && tookMs <= LIMIT_MS;
  const figures = Object.entries({ ...sighted, tookMs }).map(([key, value]) => [key, Math.round(value)]);
  const result = { name: "smoke", ...Object.fromEntries(figures), ...settled, pass };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return pass;
}

await runScript(async () => {
  try {
    return await inTemporaryFolder("smoke", measure);
  } catch (error) {
    const isLate = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    const reason = isLate ? `not done within ${LIMIT_MS / 1_000} s` : asError(error).message;
    process.stderr.write(`smoke: ${reason}\n`);
    process.stdout.write(`${JSON.stringify({ name: "smoke", pass: false, reason })}\n`);
    return false;
  }
});
