import {
  badArgument,
  parseBaudRate,
  parseEndpoint,
  parseFlags,
  parseNumber,
  runSimulator,
} from "../../simulation/command-line.ts";
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

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
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
  });
  if (values.help) return "help";
  const tcp = parseEndpoint("--tcp", values.tcp);
  const rtuTcp = parseEndpoint("--rtu-tcp", values["rtu-tcp"]);
  const path = values["rtu-serial"];
  if (tcp === undefined && rtuTcp === undefined && path === undefined) {
    throw badArgument("one of --tcp, --rtu-tcp and --rtu-serial is needed; see --help");
  }
  const baudRate = parseBaudRate("--baud", values.baud);
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

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
