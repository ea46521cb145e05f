import { once } from "node:events";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { asError } from "@outpost/kernel/thrown.ts";
import { Command, InvalidArgumentError } from "commander";

import { buildConsole } from "../console/build.ts";
import { startDemo, type Demo } from "./demo.ts";
import { freeDemoPorts } from "./ports.ts";
import { addTechnician, buildTechnicianPage, TECHNICIAN } from "./technician.ts";

const DEFAULT_STATE = fileURLToPath(new URL("../../state", import.meta.url));

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) throw new InvalidArgumentError("a port is 1 to 65535");
  return value;
}

const program = new Command("npm start --")
  .description(
    "Runs a fleet manager, one gateway and a simulated site on this machine: pump station, locker wall, two ways to call for help, bus-stop sign, a pair of chargers, fire panel.",
  )
  .option("--port <port>", "where the page is served, on loopback", port, 8080)
  .option("--state <directory>", "where fleet and gateway keep their files", DEFAULT_STATE)
  .option("--verbose", "show the programs' own log lines")
  .parse();
const options = program.opts<{ port: number; state: string; verbose?: true }>();

async function main(): Promise<void> {
  await buildConsole();
  await buildTechnicianPage();
  const ports = { ...(await freeDemoPorts()), http: options.port };
  await using demo = await startDemo({
    stateDirectory: resolve(options.state),
    ports,
    ...(options.verbose ? { onLog: (name: string, line: string) => process.stderr.write(`${name}: ${line}\n`) } : {}),
  });
  // Before the address: whoever reads it may end the demo at once, and must find it listening to that.
  const pin = await addTechnician(resolve(options.state));
  process.stdout.write(`\n  前哨 Outpost   ${demo.httpUrl}/demo\n\n`);
  process.stdout.write(`  gateway's own page: ${demo.statusUrl}   Ctrl-C ends everything\n`);
  process.stdout.write(
    `  technician's page:  ${String(demo.gateway.ready["technicianPage"])}   ${TECHNICIAN}, PIN ${pin}\n\n`,
  );
  await untilToldToStop(demo);
}

async function untilToldToStop(demo: Demo): Promise<void> {
  const programs = [...demo.simulators.values(), demo.fleet, demo.gateway];
  const told = new AbortController();
  // Asked again while stopping, it goes on stopping the others.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => told.abort());
  const stopped = once(told.signal, "abort").then(() => undefined);
  const fallen = await Promise.race([stopped, ...programs.map((one) => one.ended.then(() => one))]);
  // Ctrl-C in a terminal reaches every program at once; then none has ended by itself.
  if (fallen === undefined || told.signal.aborted) return;
  process.stderr.write(`the ${fallen.name} has ended by itself:\n${fallen.logTail()}\n`);
  process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${asError(error).message}\n`);
  process.exitCode = 1;
}
