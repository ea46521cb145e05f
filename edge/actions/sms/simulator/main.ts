import { parseEndpoint, parseFlags, runSimulator } from "@outpost/firmware-adapters/simulation/command-line.ts";
import { systemClock } from "@outpost/kernel/clock.ts";

import { startModem, type ModemOptions } from "./modem.ts";

const HELP = `A GSM modem that speaks AT commands, and keeps what was sent through it.

usage: node edge/actions/sms/simulator/main.ts [options]

  --line HOST:PORT     where its serial line is, as behind a serial server; 127.0.0.1:0 unless given
  --pin DIGITS         its SIM card asks for this
  --control HOST:PORT  HTTP levers: POST /mood {"mood": "ready"|"no-network"|"no-card"|"refuses"|"silent"|"deaf"}, GET /state
  --with-parent        end when standard input closes
  --help

Port 0 takes any free port; one line of JSON on standard output names the ports when all is ready.
`;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: Omit<ModemOptions, "log">; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    line: { type: "string", default: "127.0.0.1:0" },
    pin: { type: "string" },
    control: { type: "string" },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const line = parseEndpoint("--line", values.line) ?? { host: "127.0.0.1", port: 0 };
  return {
    options: { line, pin: values.pin, control: parseEndpoint("--control", values.control), clock: systemClock },
    isWithParent: values["with-parent"],
  };
}

await runSimulator({ help: HELP, parse, start: (options, log) => startModem({ ...options, log }) });
