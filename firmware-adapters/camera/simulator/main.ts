import { badArgument, parseEndpoint, parseFlags, parseNumber, runSimulator } from "../../simulation/command-line.ts";
import { SIMULATOR_DEFAULTS, startSimulator, type SimulatorOptions } from "./simulator.ts";
import type { GuardOptions } from "./web/guard.ts";

const HELP = `A camera: JPEG snapshots, motion JPEG and ONVIF over HTTP.

usage: node firmware-adapters/camera/simulator/main.ts --http HOST:PORT [options]

  --http HOST:PORT       GET /snapshot.jpg and /mjpeg, POST /onvif/device_service
  --probes HOST:PORT     answer WS-Discovery probes there (UDP; cameras use port 3702)
  --multicast ADDRESS    join the discovery group by the interface of this address
  --control HOST:PORT    HTTP levers: POST /freeze /thaw /dark /light /silent /refuse /slow /garbage /cut /resize
                         /behave, GET /state
  --folder PATH          show the JPEGs of this folder instead of a test pattern
  --size WIDTHxHEIGHT    of the test pattern, 64x64 to 4096x4096, ${SIMULATOR_DEFAULTS.width}x${SIMULATOR_DEFAULTS.height} unless given
  --fps N                pictures a second, 0.1 to 60, ${SIMULATOR_DEFAULTS.framesPerSecond} unless given
  --user NAME            ask for credentials …
  --password WORD
  --auth SCHEME          … by MD5 (unless given), SHA-256 or basic
  --no-length            parts of the motion JPEG do not say how long they are
  --stream URL           the rtsp:// address that ONVIF names; it has no stream unless given
  --onvif-auth HOW       token (unless given): credentials inside the message; digest: by HTTP
  --media2               ONVIF's Media2 service instead of Media
  --clock-skew SECONDS   how far its clock is ahead
  --name WORDS           what it calls itself
  --with-parent          end when standard input closes
  --help

Port 0 takes any free port; one line of JSON on standard output names the ports when all is ready.
`;

const FLAGS = {
  http: { type: "string" },
  probes: { type: "string" },
  multicast: { type: "string" },
  control: { type: "string" },
  folder: { type: "string" },
  size: { type: "string", default: `${SIMULATOR_DEFAULTS.width}x${SIMULATOR_DEFAULTS.height}` },
  fps: { type: "string", default: String(SIMULATOR_DEFAULTS.framesPerSecond) },
  user: { type: "string" },
  password: { type: "string", default: "" },
  auth: { type: "string", default: "MD5" },
  "no-length": { type: "boolean", default: false },
  stream: { type: "string" },
  "onvif-auth": { type: "string", default: "token" },
  media2: { type: "boolean", default: false },
  "clock-skew": { type: "string", default: "0" },
  name: { type: "string", default: SIMULATOR_DEFAULTS.name },
  "with-parent": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;
type Flags = ReturnType<typeof parseFlags<typeof FLAGS>>;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const flags = parseFlags(args, FLAGS);
  if (flags.help) return "help";
  const http = parseEndpoint("--http", flags.http);
  if (http === undefined) throw badArgument("--http is needed; see --help");
  const probes = parseEndpoint("--probes", flags.probes);
  const control = parseEndpoint("--control", flags.control);
  const guard = parseGuard(flags);
  return {
    options: {
      http,
      ...(probes === undefined ? {} : { probes }),
      ...(control === undefined ? {} : { control }),
      ...(flags.multicast === undefined ? {} : { multicastInterface: flags.multicast }),
      ...(flags.folder === undefined ? {} : { folder: flags.folder }),
      ...(guard === undefined ? {} : { guard }),
      ...parseSize(flags.size),
      framesPerSecond: parseNumber("--fps", flags.fps, { min: 0.1, max: 60 }),
      hasLength: !flags["no-length"],
      onvif: parseOnvif(flags),
      name: flags.name,
    },
    isWithParent: flags["with-parent"],
  };
}

function parseOnvif(flags: Flags): SimulatorOptions["onvif"] {
  const auth = oneOf("--onvif-auth", flags["onvif-auth"], ["token", "digest"]);
  const skewS = parseNumber("--clock-skew", flags["clock-skew"], { min: -1e9, max: 1e9 });
  return {
    ...SIMULATOR_DEFAULTS.onvif,
    auth,
    media: flags.media2 ? 2 : 1,
    clockSkewMs: skewS * 1_000,
    ...(flags.stream === undefined ? {} : { streamUrl: flags.stream }),
  };
}

function parseGuard({ user, password, auth }: Flags): GuardOptions | undefined {
  const scheme = oneOf("--auth", auth, ["MD5", "SHA-256", "basic"]);
  return user === undefined ? undefined : { username: user, password, scheme };
}

function parseSize(text: string): { readonly width: number; readonly height: number } {
  const match = /^(\d{2,4})x(\d{2,4})$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  if (width >= 64 && width <= 4_096 && height >= 64 && height <= 4_096) return { width, height };
  throw badArgument(`--size: WIDTHxHEIGHT, each 64 to 4096, not "${text}"`);
}

function oneOf<const T extends string>(flag: string, value: string, known: readonly T[]): T {
  const found = known.find((one) => one === value);
  if (found === undefined) throw badArgument(`${flag}: one of ${known.join(", ")}, not "${value}"`);
  return found;
}

await runSimulator({ help: HELP, parse, start: startSimulator });
