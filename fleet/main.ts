import { fileURLToPath } from "node:url";

import { createLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { Command, InvalidArgumentError, Option } from "commander";

import { addAuthorityOptions, authorityOf, type AuthorityOptions } from "./enrol/cli/authority-options.ts";
import { addEnrolCommands } from "./enrol/cli/commands.ts";
import { openFleet, type Address } from "./fleet.ts";

interface Options extends AuthorityOptions {
  readonly state: string;
  readonly http: Address;
  readonly mqtt: Address;
  readonly maxConnections: number;
  readonly share?: string;
  readonly keepMeasurements: number;
  readonly keepOccurrences: number;
  readonly logLevel: string;
  readonly https?: Address;
  readonly mqtts?: Address;
  readonly publicHost: readonly string[];
  readonly brokerUrl?: string;
}

const program = new Command("fleet")
  .description("The fleet manager: takes the gateways' records in, keeps them, and serves the API and the console.")
  .option("--state <folder>", "where the embedded database lives", "./state/fleet")
  .option("--http <host:port>", "where the API and the console listen", parseAddress, parseAddress("127.0.0.1:8080"))
  .option("--mqtt <host:port>", "where the embedded broker listens", parseAddress, parseAddress("127.0.0.1:1883"))
  .option("--max-connections <count>", "gateways at the embedded broker at the same time", parseCount, 10_000)
  .option("--share <name>", "share an external broker's messages with other fleet processes of this name")
  .option("--keep-measurements <days>", "how long measurements are kept", parseCount, 400)
  .option("--keep-occurrences <days>", "how long occurrences are kept", parseCount, 1_100)
  .option("--https <host:port>", "where gateways enrol, over HTTPS; without it there are no certificates", parseAddress)
  .option("--mqtts <host:port>", "where gateways with certificates reach the embedded broker", parseAddress)
  .option(
    "--public-host <name>",
    "a name or address that gateways know this fleet by; the first is told them",
    collect,
    [],
  )
  .option("--broker-url <url>", "where gateways find the broker, where that is not the embedded one: mqtts://…")
  .addOption(
    new Option("--log-level <level>", "how much is logged")
      .choices(["debug", "info", "warn", "error"])
      .default("info")
      .env("OUTPOST_LOG_LEVEL"),
  )
  .addHelpText(
    "after",
    `
Environment:
  DATABASE_URL              a PostgreSQL server, instead of the embedded one
  MQTT_URL                  an MQTT broker, instead of the embedded one
  OUTPOST_DEMO_CONTROL_URL  a demo's hub: its levers, and how its site stands

  OUTPOST_KEY_PASSPHRASE    opens the certificate authority's key; better a file, --passphrase-file

Once it works it prints one line of JSON: {"ready":true,"http":"http://…","mqtt":"mqtt://…"}, and "https" and "mqtts"
where gateways come with certificates`,
  )
  .showSuggestionAfterError(false)
  .allowExcessArguments(false)
  .action(run);
addAuthorityOptions(program);
addEnrolCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`fleet: ${asError(error).message}\n`);
  process.exitCode = 1;
}

async function run(): Promise<void> {
  const options = program.opts<Options>();
  const log = createLog("fleet", options.logLevel);
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    // Asked again while stopping, it goes on stopping: the database must not be left behind.
    process.on(name, () => {
      if (!stop.signal.aborted) log.info("stopping", { signal: name });
      stop.abort();
    });
  }
  try {
    await using fleet = await openFleet(settingsOf(options), log, stop.signal);
    const { http, mqtt, https, mqtts } = fleet;
    process.stdout.write(`${JSON.stringify({ ready: true, http, mqtt, https, mqtts })}\n`);
    await untilAborted(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return;
    process.stderr.write(`fleet: ${asError(error).message}\n`);
    process.exitCode = 1;
  }
}

function settingsOf(options: Options): Parameters<typeof openFleet>[0] {
  const { env } = process;
  return {
    stateDir: options.state,
    http: options.http,
    mqtt: options.mqtt,
    maxConnections: options.maxConnections,
    databaseUrl: env["DATABASE_URL"] || undefined,
    mqttUrl: env["MQTT_URL"] || undefined,
    share: options.share,
    retention: { measurementDays: options.keepMeasurements, occurrenceDays: options.keepOccurrences },
    consoleDir: fileURLToPath(new URL("console/dist", import.meta.url)),
    demoControlUrl: env["OUTPOST_DEMO_CONTROL_URL"] || undefined,
    enrol: enrolOf(options),
  };
}

function enrolOf(options: Options): Parameters<typeof openFleet>[0]["enrol"] {
  const { https, mqtts, publicHost, brokerUrl } = options;
  if (https === undefined) {
    if (mqtts === undefined) return undefined;
    throw new Error("--mqtts needs --https: a gateway gets its certificate there");
  }
  return { ...authorityOf(options), https, mqtts, publicHosts: publicHost, brokerUrl };
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  // A signal alone does not keep the process alive; the open listeners do.
  await promise;
}

function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    throw new InvalidArgumentError("expected host:port, for instance 127.0.0.1:8080");
  return { host, port };
}

function collect(value: string, before: readonly string[]): readonly string[] {
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(value)) throw new InvalidArgumentError("expected a host name or an address");
  return [...before, value];
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError("expected a whole number from 1");
  return count;
}
