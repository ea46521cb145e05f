import { badArgument, parseEndpoint, parseFlags, parseNumber, runSimulator } from "../../simulation/command-line.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `A doorway terminal: code scanner, thermometer and gate relay, each on a line of its own.

usage: node firmware-adapters/sentinel/simulator/main.ts [options]

  --scanner HOST:PORT      the scanner's line, as serial servers carry it
  --thermometer HOST:PORT  the thermometer's
  --gate HOST:PORT         the relay board's (LCUS commands)
  --control HOST:PORT      HTTP levers: POST /scan /temperature /jam /mute /garbage /hang-up, GET /state
  --form FORM              what the thermometer speaks: ascii (unless given) or gy-mcu90614
  --measure-every MS       how often it measures by itself, 500 unless given; 0: only when asked
  --with-parent            end when standard input closes
  --help

--scanner is needed. Port 0 takes any free port; one line of JSON on standard output names the ports when all is ready,
and the public key that vouches for the codes which POST /scan {"issue": {"validS": 300}} makes.
`;
const MAX_MEASURE_EVERY_MS = 60_000;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    scanner: { type: "string" },
    thermometer: { type: "string" },
    gate: { type: "string" },
    control: { type: "string" },
    form: { type: "string", default: "ascii" },
    "measure-every": { type: "string", default: "500" },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const scanner = parseEndpoint("--scanner", values.scanner);
  if (scanner === undefined) throw badArgument("--scanner is needed; see --help");
  const { form } = values;
  if (form !== "ascii" && form !== "gy-mcu90614") throw badArgument(`--form: ascii or gy-mcu90614, not "${form}"`);
  const measureEveryMs = parseNumber("--measure-every", values["measure-every"], {
    min: 0,
    max: MAX_MEASURE_EVERY_MS,
    isWhole: true,
  });
  return {
    options: {
      scanner,
      thermometer: parseEndpoint("--thermometer", values.thermometer),
      gate: parseEndpoint("--gate", values.gate),
      control: parseEndpoint("--control", values.control),
      form,
      measureEveryMs,
    },
    isWithParent: values["with-parent"],
  };
}

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
