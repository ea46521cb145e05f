import { join } from "node:path";

import { monotonicMs, sleep } from "@outpost/kernel/clock.ts";
import { createLog } from "@outpost/kernel/log.ts";
import type { Command } from "commander";

import { readSite } from "../site/read-site.ts";
import { confidenceOf, floorMs, look } from "../timekeeping/judgement.ts";
import { loadState } from "../timekeeping/state-file.ts";
import { readBootId } from "../timekeeping/timekeeper.ts";
import { sentenceOf } from "./claim-words.ts";
import { readHardwareSerial } from "./hardware-serial.ts";
import { Provision } from "./provision.ts";
import { addStickCommands } from "./stick/command.ts";

const CLAIM_WITHIN_MS = 60_000;

interface Place {
  readonly state: string;
  readonly site?: string;
}

/** `claim` and `identity`: beside a running gateway, which takes the new identity up within seconds, or without one. */
export function addProvisionCommands(program: Command, buildTimeMs: () => Promise<number>): void {
  program
    .command("claim")
    .description("claim this gateway with a one-time code, typed or as read from the square")
    .argument("<code>", "seven groups of four, or the square's text")
    .requiredOption("--state <directory>", "the gateway's state directory")
    .option("--fleet <url>", "where the fleet is, https://…, where the code does not say it")
    .option("--site <file>", "the site file: its gateway id must be the code's")
    .option("--replace", "also where this gateway has an identity already")
    .action(async (code: string, options: Place & { readonly fleet?: string; readonly replace?: true }) => {
      const provision = await open(options, await buildTimeMs());
      const signal = AbortSignal.timeout(CLAIM_WITHIN_MS);
      const request = { code, fleetUrl: options.fleet };
      const outcome = await provision.claim(request, { replace: options.replace === true }, signal);
      if (outcome.kind !== "claimed") throw new Error(sentenceOf(outcome));
      console.log(JSON.stringify(outcome));
    });
  addStickCommands(program, async (place) => await open(place, await buildTimeMs()));
  program
    .command("identity")
    .description("say who this gateway is to its fleet, and for how long")
    .requiredOption("--state <directory>", "the gateway's state directory")
    .action(async (options: Place) => {
      console.log(JSON.stringify((await open(options, await buildTimeMs())).state()));
    });
}

async function open({ state: stateDirectory, site }: Place, buildTimeMs: number): Promise<Provision> {
  const provision = new Provision({
    clock: await readClock(stateDirectory, buildTimeMs),
    log: createLog("edge", process.env["OUTPOST_LOG_LEVEL"] ?? "warn"),
    stateDirectory,
    gatewayId: site === undefined ? undefined : await gatewayIdOf(site),
    serial: await readHardwareSerial(process.env["OUTPOST_SERIAL_FILE"] || undefined),
  });
  await provision.open();
  return provision;
}

async function gatewayIdOf(siteFile: string): Promise<string> {
  const reading = await readSite(siteFile);
  if (reading.kind === "refused") throw new Error(`${siteFile} cannot be used; check it first`);
  return reading.site.document.gateway.id;
}

/** The gateway's clock as its state file has it, without writing there: a gateway may be running on it. */
async function readClock(stateDirectory: string, buildTimeMs: number) {
  const bootId = await readBootId(process.env["OUTPOST_BOOT_ID_FILE"] || undefined);
  const { state } = await loadState(join(stateDirectory, "time-floor.json"), bootId, buildTimeMs);
  const judged = () => look(state, { wallMs: Date.now(), monotonicMs: monotonicMs() });
  return {
    monotonicMs,
    sleep,
    now: () => ({ wallMs: Date.now(), monotonicMs: monotonicMs(), confidence: confidenceOf(judged()) }),
    status: () => ({ floorMs: floorMs(state), certainFloorMs: state.floor.certainMs }),
  };
}
