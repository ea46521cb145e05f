import { badArgument, parseEndpoint, parseFlags, parseNumber, runSimulator } from "../../simulation/command-line.ts";
import type { Format } from "./happening.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `Alarm panels and emergency pendants that call a SIA DC-09 receiver.

usage: node firmware-adapters/dc09/simulator/main.ts --to HOST:PORT [options]

  --to HOST:PORT         the receiver
  --transport tcp|udp    tcp unless given
  --account ID           1 to 16 hex digits, 1234 unless given
  --panels N             so many panels, their accounts counted up from ID: 1 to 500, 1 unless given
  --format NAME          sia-dcs or adm-cid, sia-dcs unless given
  --key HEX              encrypts: 32, 48 or 64 hex digits
  --null-ms MS           says that it is there this often, 30000 unless given
  --retry-ms MS          says again what was not acknowledged, 20000 unless given
  --no-time              messages in plain text do not tell the time
  --control HOST:PORT    HTTP levers: GET /state and POST
                         /press /medical {account, zone}, /restore {account, zone, what},
                         /fire /burglary /tamper /low-battery /missing-sensor {account, zone, isOn}, /mains {account, isLost},
                         /test /again /restart {account}, /say {account, data}, /silence {account, isSilent},
                         /garbage {account, bytes}, /wrong-crc {account, count}, /wrong-time {account, offsetS},
                         /key {account, hex or null}, /behave
  --with-parent          end when standard input closes
  --help

One line of JSON on standard output names the ports when all is ready.
`;

const FORMATS: Readonly<Record<string, Format>> = { "sia-dcs": "SIA-DCS", "adm-cid": "ADM-CID" };

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    to: { type: "string" },
    transport: { type: "string", default: "tcp" },
    account: { type: "string", default: "1234" },
    panels: { type: "string", default: "1" },
    format: { type: "string", default: "sia-dcs" },
    key: { type: "string" },
    "null-ms": { type: "string", default: "30000" },
    "retry-ms": { type: "string", default: "20000" },
    "no-time": { type: "boolean", default: false },
    control: { type: "string" },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const to = parseEndpoint("--to", values.to);
  if (to === undefined || to.port === 0) throw badArgument("--to HOST:PORT is needed; see --help");
  const { transport } = values;
  if (transport !== "tcp" && transport !== "udp") throw badArgument(`--transport: tcp or udp, not "${transport}"`);
  const format = FORMATS[values.format];
  if (format === undefined) throw badArgument(`--format: sia-dcs or adm-cid, not "${values.format}"`);
  return {
    options: {
      to,
      transport,
      format,
      accounts: parseAccounts(
        values.account,
        parseNumber("--panels", values.panels, { min: 1, max: 500, isWhole: true }),
      ),
      key: parseKey(values.key),
      nullEveryMs: parseNumber("--null-ms", values["null-ms"], { min: 100, max: 86_400_000, isWhole: true }),
      retryMs: parseNumber("--retry-ms", values["retry-ms"], { min: 50, max: 3_600_000, isWhole: true }),
      tellsTime: !values["no-time"],
      control: parseEndpoint("--control", values.control),
    },
    isWithParent: values["with-parent"],
  };
}

function parseAccounts(first: string, count: number): readonly [string, ...string[]] {
  if (!/^[0-9A-Fa-f]{1,16}$/.test(first)) throw badArgument(`--account: 1 to 16 hex digits, not "${first}"`);
  const others = Array.from({ length: count - 1 }, (_, index) =>
    (BigInt(`0x${first}`) + BigInt(index + 1)).toString(16).toUpperCase().padStart(first.length, "0"),
  );
  if (others.some(({ length }) => length > 16)) throw badArgument("--panels: too many for accounts of 16 digits");
  return [first.toUpperCase(), ...others];
}

function parseKey(hex: string | undefined): Buffer | undefined {
  if (hex === undefined) return undefined;
  if (!/^(?:[0-9A-Fa-f]{32}|[0-9A-Fa-f]{48}|[0-9A-Fa-f]{64})$/.test(hex)) {
    throw badArgument("--key: 32, 48 or 64 hex digits");
  }
  return Buffer.from(hex, "hex");
}

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
