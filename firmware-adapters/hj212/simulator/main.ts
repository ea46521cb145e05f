import { badArgument, parseEndpoint, parseFlags, parseSeconds, runSimulator } from "../../simulation/command-line.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `Environment monitors that call a gateway and report by HJ 212-2017.

usage: node firmware-adapters/hj212/simulator/main.ts --connect HOST:PORT [options]

  --connect HOST:PORT    the gateway's listener
  --mn MN[,MN...]        the stations, at most 100; SIMULATED00000000000001 unless given
  --password PW          123456 unless given
  --factors CODE[,...]   what they measure; w01018,w01001,w21003,w01009 unless given
  --every S              seconds between real-time records (CN 2011), 5 unless given
  --minute S             seconds between minute records (CN 2051), 60 unless given
  --retry S              seconds until a record that was not answered is sent again, 5 unless given
  --control HOST:PORT    HTTP levers: POST /show /report /minute /silence /hang-up /call-again /split /clock /ask-time
                         /wrong-crc /garbage /calm, GET /state
  --with-parent          end when standard input closes
  --help

Port 0 takes any free port; one line of JSON on standard output names the ports when all is ready.
`;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    connect: { type: "string" },
    mn: { type: "string", default: "SIMULATED00000000000001" },
    password: { type: "string", default: "123456" },
    factors: { type: "string", default: "w01018,w01001,w21003,w01009" },
    every: { type: "string", default: "5" },
    minute: { type: "string", default: "60" },
    retry: { type: "string", default: "5" },
    control: { type: "string" },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const connect = parseEndpoint("--connect", values.connect);
  if (connect === undefined) throw badArgument("--connect is needed; see --help");
  return {
    options: {
      connect,
      mns: parseWords("--mn", values.mn, /^[A-Za-z0-9_.-]{1,48}$/),
      password: parseWords("--password", values.password, /^[A-Za-z0-9_.-]{1,32}$/)[0] ?? "",
      codes: parseWords("--factors", values.factors, /^[A-Za-z0-9]{1,20}$/),
      realtimeEveryMs: parseSeconds("--every", values.every),
      minuteEveryMs: parseSeconds("--minute", values.minute),
      retryAfterMs: parseSeconds("--retry", values.retry),
      control: parseEndpoint("--control", values.control),
    },
    isWithParent: values["with-parent"],
  };
}

function parseWords(flag: string, value: string, word: RegExp): readonly string[] {
  const words = value.split(",");
  if (words.length > 100 || !words.every((one) => word.test(one))) {
    throw badArgument(`${flag}: up to 100 words of letters and digits, not "${value}"`);
  }
  return words;
}

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
