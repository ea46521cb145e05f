import { once } from "node:events";
import { isIPv6 } from "node:net";
import { parseArgs } from "node:util";

import { createLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { SimulatorError } from "./errors.ts";
import type { Endpoint } from "./server/server.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `A pump station that speaks real Modbus.

usage: node firmware-adapters/modbus/simulator/main.ts [options]

  --tcp HOST:PORT        Modbus TCP
  --rtu-tcp HOST:PORT    RTU inside TCP, as serial servers carry it
  --rtu-serial PATH      RTU on a serial port (8N1)
  --baud RATE            of the serial port, 9600 unless given
  --control HOST:PORT    HTTP levers: POST /storm /calm /fault /misbehave /behave, GET /state
  --unit ID              1 to 247, 1 unless given
  --speed N              the water moves N times faster than real time, 0.1 to 1000, 1 unless given
  --refuse-gaps          addresses between points are refused instead of reading as 0
  --with-parent          end when standard input closes
  --help

At least one of --tcp, --rtu-tcp and --rtu-serial is needed. Port 0 takes any free port; one line of JSON on standard
output names the ports when all is ready.
`;

const BAUD_RATES = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200];

interface Invocation {
  readonly options: SimulatorOptions;
  readonly isWithParent: boolean;
}

/** @returns what was asked for, or `help`. @throws SimulatorError `simulator/bad-argument`. */
function parseInvocation(args: string[]): Invocation | "help" {
  const { values } = parseFlags(args);
  if (values.help) return "help";
  const tcp = parseEndpoint("--tcp", values.tcp);
  const rtuTcp = parseEndpoint("--rtu-tcp", values["rtu-tcp"]);
  const path = values["rtu-serial"];
  if (tcp === undefined && rtuTcp === undefined && path === undefined) {
    throw badArgument("one of --tcp, --rtu-tcp and --rtu-serial is needed; see --help");
  }
  const baudRate = parseNumber("--baud", values.baud, { min: 1_200, max: 115_200 });
  if (!BAUD_RATES.includes(baudRate)) throw badArgument(`--baud: one of ${BAUD_RATES.join(", ")}, not ${baudRate}`);
  return {
    options: {
      tcp,
      rtuTcp,
      rtuSerial: path === undefined ? undefined : { path, baudRate },
      control: parseEndpoint("--control", values.control),
      unitId: parseNumber("--unit", values.unit, { min: 1, max: 247, isWhole: true }),
      speed: parseNumber("--speed", values.speed, { min: 0.1, max: 1_000 }),
      refusesGaps: values["refuse-gaps"],
    },
    isWithParent: values["with-parent"],
  };
}

function parseFlags(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        tcp: { type: "string" },
        "rtu-tcp": { type: "string" },
        "rtu-serial": { type: "string" },
        baud: { type: "string", default: "9600" },
        control: { type: "string" },
        unit: { type: "string", default: "1" },
        speed: { type: "string", default: "1" },
        "refuse-gaps": { type: "boolean", default: false },
        "with-parent": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw badArgument(asError(error).message.split("\n")[0] ?? "");
  }
}

function parseEndpoint(flag: string, value: string | undefined): Endpoint | undefined {
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

function parseNumber(
  flag: string,
  value: string,
  { min, max, isWhole = false }: { readonly min: number; readonly max: number; readonly isWhole?: boolean },
): number {
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (number >= min && number <= max && (!isWhole || Number.isInteger(number))) return number;
  throw badArgument(`${flag}: a ${isWhole ? "whole number" : "number"} of ${min} to ${max}, not "${value}"`);
}

function badArgument(message: string): SimulatorError {
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

async function main(): Promise<void> {
  const invocation = parseInvocation(process.argv.slice(2));
  if (invocation === "help") {
    process.stdout.write(HELP);
    return;
  }
  const stopped = untilStopped(invocation.isWithParent);
  const log = createLog("simulator", process.env["OUTPOST_LOG_LEVEL"]);
  await using simulator = await startSimulator({ ...invocation.options, log });
  process.stdout.write(`${JSON.stringify({ ready: true, ...simulator.ports })}\n`);
  await stopped;
}

try {
  await main();
  process.exit(0);
} catch (error) {
  if (!(error instanceof SimulatorError)) throw error;
  process.stderr.write(`simulator: ${error.message}\n`);
  process.exit(error.code === "simulator/bad-argument" ? 2 : 1);
}
