import {
  badArgument,
  parseBaudRate,
  parseEndpoint,
  parseFlags,
  parseNumber,
  runSimulator,
} from "../../simulation/command-line.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `A bus of electricity meters that speak real DL/T 645-2007.

usage: node firmware-adapters/dlt645/simulator/main.ts [options]

  --serial-server HOST:PORT  the bus, as serial servers carry it
  --serial PATH              the bus on a serial port (8E1)
  --baud RATE                of the serial port, 2400 unless given
  --control HOST:PORT        HTTP levers: POST /load /replace /mute /misbehave /behave, GET /state
  --meter ADDRESS            twelve digits; may be given up to 32 times, 000000000001 unless given
  --phases N                 1 or 3, 3 unless given
  --kw KW                    what flows through each meter at first, -79 to 79, 3 unless given
  --speed N                  energy is counted N times faster than real time, 0.1 to 10000, 1 unless given
  --steady                   voltage and load stand still instead of breathing
  --with-parent              end when standard input closes
  --help

At least one of --serial-server and --serial is needed. Port 0 takes any free port; one line of JSON on standard output
names the ports when all is ready.
`;
const MAX_METERS = 32;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    "serial-server": { type: "string" },
    serial: { type: "string" },
    baud: { type: "string", default: "2400" },
    control: { type: "string" },
    meter: { type: "string", multiple: true, default: ["000000000001"] },
    phases: { type: "string", default: "3" },
    kw: { type: "string", default: "3" },
    speed: { type: "string", default: "1" },
    steady: { type: "boolean", default: false },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const serialServer = parseEndpoint("--serial-server", values["serial-server"]);
  const path = values.serial;
  if (serialServer === undefined && path === undefined) {
    throw badArgument("one of --serial-server and --serial is needed; see --help");
  }
  const baudRate = parseBaudRate("--baud", values.baud);
  return {
    options: {
      serialServer,
      serial: path === undefined ? undefined : { path, baudRate, parity: "even" },
      control: parseEndpoint("--control", values.control),
      addresses: parseAddresses(values.meter),
      phases: parsePhases(values.phases),
      loadKw: parseNumber("--kw", values.kw, { min: -79, max: 79 }),
      speed: parseNumber("--speed", values.speed, { min: 0.1, max: 10_000 }),
      isSteady: values.steady,
    },
    isWithParent: values["with-parent"],
  };
}

function parseAddresses(addresses: readonly string[]): readonly string[] {
  if (addresses.length > MAX_METERS) throw badArgument(`--meter: at most ${MAX_METERS} of them`);
  for (const address of addresses) {
    if (!/^\d{12}$/.test(address)) throw badArgument(`--meter: twelve digits, not "${address}"`);
  }
  if (new Set(addresses).size < addresses.length) throw badArgument("--meter: an address stands there twice");
  return addresses;
}

function parsePhases(value: string): 1 | 3 {
  if (value === "1") return 1;
  if (value === "3") return 3;
  throw badArgument(`--phases: 1 or 3, not "${value}"`);
}

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
