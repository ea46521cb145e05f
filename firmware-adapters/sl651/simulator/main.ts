import {
  badArgument,
  parseEndpoint,
  parseFlags,
  parseNumber,
  parseSeconds,
  runSimulator,
} from "../../simulation/command-line.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `River stations that call a gateway and report by SL 651-2014.

usage: node firmware-adapters/sl651/simulator/main.ts --connect HOST:PORT [options]

  --connect HOST:PORT    the gateway's listener
  --udp                  over UDP instead of TCP
  --station ADDR[,...]   the stations, 8 or 10 digits each, at most 100; 0012345678 unless given
  --centre N             the centre's address, 1 to 255, 1 unless given
  --password HHHH        1234 unless given
  --every S              seconds between timed reports (32), 10 unless given
  --keep-alive S         seconds between keep-alives (2F), 30 unless given
  --retry S              seconds until a report that was not answered is sent again, 10 unless given
  --alarm-level M        above it there are add-reports (33) and the level alarm bit, 4 unless given
  --control HOST:PORT    HTTP levers: POST /flood /rain /level /battery /sensor /report /hour /silence /hang-up
                         /call-again /split /clock /wrong-crc /garbage /calm, GET /state
  --with-parent          end when standard input closes
  --help

Port 0 takes any free port; one line of JSON on standard output names the ports when all is ready.
`;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    connect: { type: "string" },
    udp: { type: "boolean", default: false },
    station: { type: "string", default: "0012345678" },
    centre: { type: "string", default: "1" },
    password: { type: "string", default: "1234" },
    every: { type: "string", default: "10" },
    "keep-alive": { type: "string", default: "30" },
    retry: { type: "string", default: "10" },
    "alarm-level": { type: "string", default: "4" },
    control: { type: "string" },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const connect = parseEndpoint("--connect", values.connect);
  if (connect === undefined) throw badArgument("--connect is needed; see --help");
  const stations = values.station.split(",");
  if (stations.length > 100 || !stations.every((one) => /^(\d{8}|\d{10})$/.test(one))) {
    throw badArgument(`--station: up to 100 addresses of 8 or 10 digits, not "${values.station}"`);
  }
  if (!/^[0-9A-F]{4}$/.test(values.password)) {
    throw badArgument(`--password: four capital hexadecimal digits, not "${values.password}"`);
  }
  return {
    options: {
      connect,
      transport: values.udp ? "udp" : "tcp",
      stations: stations.map((one) => one.padStart(10, "0")),
      centre: parseNumber("--centre", values.centre, { min: 1, max: 255, isWhole: true }),
      password: values.password,
      reportEveryMs: parseSeconds("--every", values.every),
      keepAliveEveryMs: parseSeconds("--keep-alive", values["keep-alive"]),
      retryAfterMs: parseSeconds("--retry", values.retry),
      alarmLevelM: parseNumber("--alarm-level", values["alarm-level"], { min: -1, max: 12 }),
      control: parseEndpoint("--control", values.control),
    },
    isWithParent: values["with-parent"],
  };
}

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
