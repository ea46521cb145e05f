import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { createLog, type Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { Command } from "commander";
import { z } from "zod";

import type { Gateway } from "./gateway/gateway.ts";
import { addProvisionCommands } from "./provision/command.ts";
import { addScanCommands } from "./scan/command.ts";
import { formatFault, type SiteFault } from "./site/fault.ts";
import { readSite } from "./site/read-site.ts";
import { addTechnicianCommands } from "./technician/commands/command.ts";

const logLevel = z.enum(["debug", "info", "warn", "error"]);
const packageFile = z.object({ version: z.string().min(1) });
/** A stop that takes longer than this is ended by force: an update must not hang on a broken disk. */
const STOP_TIMEOUT_MS = 20_000;
/** Ended by a signed order, and not to be started again: EX_CONFIG, for `RestartPreventExitStatus`. */
const DECOMMISSIONED_STATUS = 78;

const ENVIRONMENT = `
Environment:
  OUTPOST_LOG_LEVEL       debug, info, warn or error; info unless given
  OUTPOST_BOOT_ID_FILE    holds an id that is another after each boot, where /proc/sys/kernel/random/boot_id is not it
  OUTPOST_TIME_SYNC_FILE  touched by the time service when it has set or checked the clock, where that is not
                          /run/systemd/timesync/synchronized
  OUTPOST_SERIAL_FILE     holds the serial number of this box, where Linux does not know it`;

const program = new Command("outpost-edge")
  .description("Keeps a site safe with the uplink cut, and reports to the fleet when it is not.")
  .addHelpText("after", ENVIRONMENT)
  .showHelpAfterError(false)
  .showSuggestionAfterError(false)
  .exitOverride();
program
  .command("run")
  .description("run the gateway until SIGTERM or SIGINT; SIGHUP reads the site file again")
  .requiredOption("--site <file>", "the site file (YAML)")
  .requiredOption("--state <directory>", "where the journal and everything else that must survive is kept")
  .action(run);
program
  .command("check")
  .description("say what is wrong with site files, and exit with 1 where something is")
  .requiredOption("--site <file...>", "one or more site files (YAML)")
  .action(check);
addScanCommands(program);
addProvisionCommands(program, async () => (await ownBuild()).buildTimeMs);
addTechnicianCommands(program);

async function run(options: { readonly site: string; readonly state: string }): Promise<void> {
  const level = logLevel.safeParse(process.env["OUTPOST_LOG_LEVEL"] ?? "info");
  if (!level.success) return fail("OUTPOST_LOG_LEVEL must be debug, info, warn or error");
  const log = createLog("edge", level.data);
  dieOnBugs(log);
  const { agentVersion, buildTimeMs } = await ownBuild();
  // Loaded here, so that a scan or a check does not wait for a gateway it never opens.
  const { openGateway } = await import("./gateway/gateway.ts");
  const decommissioned = Promise.withResolvers<void>();
  const opening = await openGateway({
    siteFile: options.site,
    stateDirectory: options.state,
    agentVersion,
    buildTimeMs,
    bootIdFile: process.env["OUTPOST_BOOT_ID_FILE"] || undefined,
    timeSyncFile: process.env["OUTPOST_TIME_SYNC_FILE"] || undefined,
    serialFile: process.env["OUTPOST_SERIAL_FILE"] || undefined,
    onDecommissioned: () => decommissioned.resolve(),
    log,
  });
  switch (opening.kind) {
    case "refused":
      return fail(...faultLines(opening.faults));
    case "locked":
      return fail(`another gateway runs in ${options.state}`);
    case "decommissioned":
      fail(`decommissioned by ${opening.orderedBy}: ${opening.reason}`);
      process.exitCode = DECOMMISSIONED_STATUS;
      return;
    case "open":
      return serve(opening.gateway, log, decommissioned.promise);
  }
}

async function check(options: { readonly site: readonly string[] }): Promise<void> {
  for (const file of options.site) {
    const reading = await readSite(file);
    if (reading.kind === "refused") {
      fail(...faultLines(reading.faults));
      continue;
    }
    const { devices, rules, actions } = reading.site.document;
    console.log(`${file}: good (${devices.length} devices, ${rules.length} rules, ${actions.length} actions)`);
  }
}

function serve(gateway: Gateway, log: Log, decommissioned: Promise<void>): void {
  process.on("SIGHUP", () => {
    log.info("reading the site file again");
    gateway.apply().catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
  });
  let isStopping = false;
  // Asked again while stopping, it goes on stopping: the journal and the time floor are being written.
  const end = (status: number): void => {
    if (!isStopping) stop(gateway, log, status);
    isStopping = true;
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end(0));
  decommissioned.then(
    () => end(DECOMMISSIONED_STATUS),
    () => {},
  );
  const { statusPage = null, technicianPage = null } = gateway;
  console.log(JSON.stringify({ ready: true, statusPage, technicianPage }));
}

function stop(gateway: Gateway, log: Log, status: number): void {
  log.info("stopping");
  setTimeout(() => {
    log.error("did not stop in time");
    process.exit(1);
  }, STOP_TIMEOUT_MS).unref();
  gateway[Symbol.asyncDispose]().then(
    () => process.exit(status),
    (error: unknown) => {
      log.error("did not stop cleanly", { reason: asError(error).message });
      process.exit(1);
    },
  );
}

/** A bug anywhere ends the process: systemd starts a clean one in a second, and journal and alarm states survive. */
function dieOnBugs(log: Log): void {
  const die = (error: unknown): void => {
    log.error("bug: the process ends", { reason: asError(error).message, stack: asError(error).stack });
    process.exit(1);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
}

async function ownBuild(): Promise<{ agentVersion: string; buildTimeMs: number }> {
  const own = new URL("package.json", import.meta.url);
  const { version } = packageFile.parse(JSON.parse(await readFile(own, "utf8")));
  const times = await Promise.all([own, new URL(import.meta.url)].map(async (url) => await stat(fileURLToPath(url))));
  return { agentVersion: version, buildTimeMs: Math.max(...times.map(({ mtimeMs }) => mtimeMs)) };
}

function faultLines(faults: readonly SiteFault[]): string[] {
  return faults.map((fault) => formatFault(fault));
}

function fail(...lines: readonly string[]): void {
  for (const line of lines) console.error(line);
  process.exitCode = 1;
}

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said on stderr what it did not understand, or has printed the help that was asked for.
  const isUsage = error instanceof Error && "exitCode" in error && typeof error.exitCode === "number";
  if (!isUsage) console.error(`outpost-edge: ${asError(error).message}`);
  process.exitCode = isUsage && typeof error.exitCode === "number" ? error.exitCode : 1;
}
