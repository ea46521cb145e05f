import {
  badArgument,
  parseBaudRate,
  parseEndpoint,
  parseFlags,
  parseNumber,
  runSimulator,
} from "../../simulation/command-line.ts";
import { PROTOCOL_NAMES, PROTOCOLS, type Protocol } from "../settings.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `A wall of compartments behind lock boards that speak their real bytes.

usage: node firmware-adapters/locker/simulator/main.ts --protocol NAME [options]

  --protocol NAME        ${PROTOCOL_NAMES.join(", ")}
  --tcp HOST:PORT        the line inside TCP, as serial servers and Kerong's network boards carry it
  --serial PATH          a serial port (8N1)
  --baud RATE            of the serial port, 9600 unless given
  --control HOST:PORT    HTTP levers: POST /close /pry /parcel /jam /mains /polarity /misbehave /behave, GET /state
  --boards LIST          addresses on the line, such as 1,2; the protocol's first unless given
  --ways N               locks a board, what is usual for the protocol unless given
  --pulse-ms N           how long a lock is powered, 1 to 10000, 300 unless given
  --no-push              boards say nothing by themselves
  --inverted             feedback the other way round: open doors close the contact
  --with-parent          end when standard input closes
  --help

At least one of --tcp and --serial is needed. Port 0 takes any free port; one line of JSON on standard output names the
ports when all is ready.
`;

type Options = SimulatorOptions & { readonly isInverted: boolean };

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: Options; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    protocol: { type: "string" },
    tcp: { type: "string" },
    serial: { type: "string" },
    baud: { type: "string", default: "9600" },
    control: { type: "string" },
    boards: { type: "string" },
    ways: { type: "string" },
    "pulse-ms": { type: "string", default: "300" },
    "no-push": { type: "boolean", default: false },
    inverted: { type: "boolean", default: false },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const tcp = parseEndpoint("--tcp", values.tcp);
  if (tcp === undefined && values.serial === undefined) {
    throw badArgument("one of --tcp and --serial is needed; see --help");
  }
  const protocol = parseProtocol(values.protocol);
  const baudRate = parseBaudRate("--baud", values.baud);
  return {
    options: {
      protocol,
      tcp,
      serial: values.serial === undefined ? undefined : { path: values.serial, baudRate },
      control: parseEndpoint("--control", values.control),
      boards: parseBoards(values.boards, protocol),
      ways: parseWays(values.ways, protocol),
      pulseMs: parseNumber("--pulse-ms", values["pulse-ms"], { min: 1, max: 10_000, isWhole: true }),
      pushes: !values["no-push"],
      isInverted: values.inverted,
    },
    isWithParent: values["with-parent"],
  };
}

function parseProtocol(text: string | undefined): Protocol {
  const found = PROTOCOL_NAMES.find((name) => name === text);
  if (found === undefined) throw badArgument(`--protocol: one of ${PROTOCOL_NAMES.join(", ")}, not "${text ?? ""}"`);
  return found;
}

function parseBoards(list: string | undefined, protocol: Protocol): readonly number[] {
  const { minBoard, maxBoard } = PROTOCOLS[protocol];
  if (list === undefined) return [minBoard];
  const range = { min: minBoard, max: maxBoard, isWhole: true };
  return [...new Set(list.split(",").map((one) => parseNumber("--boards", one, range)))];
}

function parseWays(text: string | undefined, protocol: Protocol): number | undefined {
  if (text === undefined) return undefined;
  const known: readonly number[] = PROTOCOLS[protocol].ways;
  const ways = Number(text);
  if (!known.includes(ways)) throw badArgument(`--ways: one of ${known.join(", ")} for ${protocol}, not "${text}"`);
  return ways;
}

await runSimulator({
  help: HELP,
  parse,
  async start({ isInverted, ...options }, log) {
    const simulator = await startSimulator({ ...options, log });
    simulator.wall.isInverted = isInverted;
    return simulator;
  },
});
