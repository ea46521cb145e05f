import { badArgument, parseEndpoint, parseFlags, parseNumber, runSimulator } from "../../simulation/command-line.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `A bus-stop sign.

usage: node firmware-adapters/sign/simulator/main.ts [options]

  --http HOST:PORT      a web server: PUT /content, GET /health
  --token TEXT          which it asks for as "Authorization: Bearer TEXT"
  --mqtt URL            behind this broker: TOPIC/content, TOPIC/get, TOPIC/state, TOPIC/availability
  --broker HOST:PORT    behind a broker of its own, which listens here
  --topic TOPIC         sign unless given
  --columns N           of the panel, in half-width characters; 32 unless given
  --rows N              of the panel; 4 unless given
  --control HOST:PORT   HTTP levers: POST /reboot /dark /freeze /forget /unplug /plug /silence /garbage /slow /behave,
                        GET /state (with the lines that a passenger reads)
  --with-parent         end when standard input closes
  --help

At least one of --http, --mqtt and --broker is needed. Port 0 takes any free port; one line of JSON on standard output
names the ports when all is ready.
`;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    http: { type: "string" },
    token: { type: "string" },
    mqtt: { type: "string" },
    broker: { type: "string" },
    topic: { type: "string", default: "sign" },
    columns: { type: "string", default: "32" },
    rows: { type: "string", default: "4" },
    control: { type: "string" },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const { mqtt, token, topic } = values;
  const http = parseEndpoint("--http", values.http);
  const broker = parseEndpoint("--broker", values.broker);
  if (http === undefined && broker === undefined && mqtt === undefined) {
    throw badArgument("one of --http, --mqtt and --broker is needed; see --help");
  }
  if (mqtt !== undefined && broker !== undefined) throw badArgument("--mqtt or --broker, not both");
  if (mqtt !== undefined && !/^mqtts?:\/\/./.test(mqtt)) throw badArgument(`--mqtt: mqtt://HOST:PORT, not "${mqtt}"`);
  if (topic === "" || /[+#]/.test(topic)) throw badArgument(`--topic: a topic without wildcards, not "${topic}"`);
  return {
    options: {
      http,
      token,
      mqtt,
      broker,
      topic,
      columns: parseNumber("--columns", values.columns, { min: 4, max: 400, isWhole: true }),
      rows: parseNumber("--rows", values.rows, { min: 1, max: 50, isWhole: true }),
      control: parseEndpoint("--control", values.control),
    },
    isWithParent: values["with-parent"],
  };
}

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
