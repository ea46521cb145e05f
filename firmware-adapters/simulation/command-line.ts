import { once } from "node:events";
import { isIPv6 } from "node:net";
import { parseArgs, type ParseArgsConfig } from "node:util";

import { createLog, type Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { SimulatorError } from "./errors.ts";
import type { Endpoint } from "./listen.ts";

const BAUD_RATES = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200];

/** What a simulator's `main.ts` says of itself. */
export interface SimulatorProgram<Options> {
  readonly help: string;
  /** @returns what was asked for, or `help`. @throws SimulatorError `simulator/bad-argument`. */
  parse(args: string[]): { readonly options: Options; readonly isWithParent: boolean } | "help";
  /** Starts it. Its `ports` go on the ready line. */
  start(options: Options, log: Log): Promise<AsyncDisposable & { readonly ports: object }>;
}

/**
 * The body of a simulator's `main.ts`: prints one line of JSON when all is ready, and runs until SIGTERM, SIGINT or, with
 * `isWithParent`, the end of standard input. The process ends here: with 2 for a wrong command line, 1 where it cannot start.
 */
export async function runSimulator<Options>(program: SimulatorProgram<Options>): Promise<never> {
  try {
    await run(program);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error;
    process.stderr.write(`simulator: ${error.message}\n`);
    process.exit(error.code === "simulator/bad-argument" ? 2 : 1);
  }
}

async function run<Options>(program: SimulatorProgram<Options>): Promise<void> {
  const invocation = program.parse(process.argv.slice(2));
  if (invocation === "help") {
    process.stdout.write(program.help);
    return;
  }
  const stopped = untilStopped(invocation.isWithParent);
  const log = createLog("simulator", process.env["OUTPOST_LOG_LEVEL"]);
  await using simulator = await program.start(invocation.options, log);
  process.stdout.write(`${JSON.stringify({ ready: true, ...simulator.ports })}\n`);
  await stopped;
}

/** As `parseArgs`, strictly. @throws SimulatorError `simulator/bad-argument`. */
export function parseFlags<Options extends NonNullable<ParseArgsConfig["options"]>>(args: string[], options: Options) {
  try {
    return parseArgs({ args, options, strict: true }).values;
  } catch (error) {
    throw badArgument(asError(error).message.split("\n")[0] ?? "");
  }
}

/** HOST:PORT, or undefined where the flag is absent. @throws SimulatorError `simulator/bad-argument`. */
export function parseEndpoint(flag: string, value: string | undefined): Endpoint | undefined {
  if (value === undefined) return undefined;
  const match = /^(?:\[(?<six>[^\]]+)\]|(?<host>[^:[\]\s]+)):(?<port>\d{1,5})$/.exec(value);
  const { six, host, port } = match?.groups ?? {};
  const number = Number(port);
  const name = six ?? host;
  if (name === undefined || !(number <= 65_535) || (six !== undefined && !isIPv6(six))) {
    throw badArgument(`${flag}: HOST:PORT with a port of 0 to 65535, not "${value}"`);
  }
  return { host: name, port: number };
}

/** @throws SimulatorError `simulator/bad-argument`. */
export function parseNumber(
  flag: string,
  value: string,
  { min, max, isWhole = false }: { readonly min: number; readonly max: number; readonly isWhole?: boolean },
): number {
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (number >= min && number <= max && (!isWhole || Number.isInteger(number))) return number;
  throw badArgument(`${flag}: a ${isWhole ? "whole number" : "number"} of ${min} to ${max}, not "${value}"`);
}

/** A time in seconds, 0.05 to a day. @returns milliseconds. @throws SimulatorError `simulator/bad-argument`. */
export function parseSeconds(flag: string, value: string): number {
  return parseNumber(flag, value, { min: 0.05, max: 86_400 }) * 1_000;
}

/** One of the speeds serial lines have. @throws SimulatorError `simulator/bad-argument`. */
export function parseBaudRate(flag: string, value: string): number {
  const baudRate = parseNumber(flag, value, { min: 1_200, max: 115_200 });
  if (!BAUD_RATES.includes(baudRate)) throw badArgument(`${flag}: one of ${BAUD_RATES.join(", ")}, not ${baudRate}`);
  return baudRate;
}

export function badArgument(message: string): SimulatorError {
  return new SimulatorError("simulator/bad-argument", message);
}

/** Resolves when somebody asks the process to end. */
async function untilStopped(isWithParent: boolean): Promise<void> {
  const told = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => resolve());
  });
  const causes: Promise<unknown>[] = [told];
  if (isWithParent) causes.push(once(process.stdin.resume(), "close"));
  await Promise.race(causes);
}
