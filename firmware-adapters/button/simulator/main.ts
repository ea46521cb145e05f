import { badArgument, parseEndpoint, parseFlags, parseNumber, runSimulator } from "../../simulation/command-line.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `Emergency buttons and call posts: Zigbee2MQTT and ChirpStack behind a broker, and wired ones on boards.

usage: node firmware-adapters/button/simulator/main.ts [options]

  --mqtt HOST:PORT       an MQTT broker with Zigbee and LoRaWAN buttons behind it
  --zigbee N             so many Zigbee buttons, 0 to 64, 2 unless given
  --lora N               so many LoRaWAN buttons, 0 to 64, 1 unless given
  --boards FOLDER        wired buttons, each on a board: a folder in there whose gpiomon goes into gpiomonPath
  --wired N              so many wired buttons, 0 to 64, 1 unless given
  --libgpiod 1|2         the version that the boards' tools speak, 1 unless given
  --heartbeat SECONDS    radio buttons say that they live this often, 0.2 to 86400, 60 unless given
  --control HOST:PORT    HTTP levers: POST /press /tamper /battery /leave /silence /again /garbage /availability /cut
                         /tools /bridge, GET /state
  --with-parent          end when standard input closes
  --help

One of --mqtt and --boards is needed. Port 0 takes any free port; one line of JSON on standard output names the ports
and the buttons when all is ready.
`;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    mqtt: { type: "string" },
    zigbee: { type: "string", default: "2" },
    lora: { type: "string", default: "1" },
    boards: { type: "string" },
    wired: { type: "string", default: "1" },
    libgpiod: { type: "string", default: "1" },
    heartbeat: { type: "string", default: "60" },
    control: { type: "string" },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const mqtt = parseEndpoint("--mqtt", values.mqtt);
  if (mqtt === undefined && values.boards === undefined) {
    throw badArgument("one of --mqtt and --boards is needed; see --help");
  }
  if (values.boards?.startsWith("/") === false) throw badArgument("--boards: an absolute path");
  const count = { min: 0, max: 64, isWhole: true };
  return {
    options: {
      mqtt,
      zigbee: parseNumber("--zigbee", values.zigbee, count),
      lora: parseNumber("--lora", values.lora, count),
      boards: values.boards,
      wired: parseNumber("--wired", values.wired, count),
      libgpiod: parseNumber("--libgpiod", values.libgpiod, { min: 1, max: 2, isWhole: true }) === 1 ? "1.6.3" : "2.1.3",
      heartbeatMs: parseNumber("--heartbeat", values.heartbeat, { min: 0.2, max: 86_400 }) * 1_000,
      control: parseEndpoint("--control", values.control),
    },
    isWithParent: values["with-parent"],
  };
}

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
