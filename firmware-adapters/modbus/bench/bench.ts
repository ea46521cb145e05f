import { parseArgs } from "node:util";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import modbusSerial from "modbus-serial";

import { openLink } from "../../links/open-link.ts";
import { fakeDeps } from "../../testing/fake-deps.ts";
import { openDevice } from "../adapter.ts";
import { pumpStationProfile } from "../profile.ts";
import type { PointInput, PumpStationProfile } from "../profile.ts";
import { modbusSettings } from "../settings.ts";
import { startPythonScript } from "../testing/python-script.ts";

const TARGET_RATIO = 0.9;
const TARGET_REQUEST_RATIO = 1.1;
const USAGE = `Usage: node firmware-adapters/modbus/bench/bench.ts [--json] [--rounds N]

Reads the same registers through the adapter (planner, session, decoding, events) and through a bare sequential
modbus-serial loop in the fewest requests, in turns, both from Debian's libmodbus. Prints medians.
  --json      one JSON line
  --rounds N  rounds of each side, 3 to 9999 (301)
Ends with 1 where ours is below ${TARGET_RATIO} of the bare loop's registers per second, or sends more than
${TARGET_REQUEST_RATIO} times its requests; with 2 where it could not run.`;
const REGISTERS = 1_250;
const PER_REQUEST = 125;
const FEWEST_REQUESTS = REGISTERS / PER_REQUEST;
const READ_REQUEST_BYTES = 12;
/** Short rounds and many of them: on a busy machine the median round is one that nobody interrupted. */
const SWEEPS_A_ROUND = 10;
const WARM_UP_SWEEPS = 300;

interface Side {
  /** Reads all registers once. */
  sweep(): Promise<void>;
  /** Requests sent so far. */
  requests(): Promise<number>;
}

interface Figures {
  readonly registersPerSecond: number;
  readonly requests: number;
  readonly cpuUsPerRegister: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: "boolean" }, rounds: { type: "string", default: "301" }, help: { type: "boolean" } },
  });
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 3 || rounds > 9_999)
    throw new Error("--rounds takes a number from 3 to 9999");

  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startPythonScript(new URL("libmodbus-server.py", import.meta.url), ["0"]));
  const port = Number(server.firstLine);
  const bare = await bareSide(port, stack);
  const ours = await ourSide(port, stack);
  const result = await compare(bare, ours, rounds);
  console.log(values.json === true ? JSON.stringify(result) : describe(result));
  return result.pass ? 0 : 1;
}

async function bareSide(port: number, stack: AsyncDisposableStack): Promise<Side> {
  const client = new modbusSerial.default();
  await client.connectTCP("127.0.0.1", { port });
  stack.defer(() => new Promise<void>((resolve) => client.close(() => resolve())));
  client.setID(1);
  client.setTimeout(1_000);
  let requests = 0;
  return {
    requests: async () => requests,
    async sweep() {
      for (let address = 0; address < REGISTERS; address += PER_REQUEST) {
        await client.readHoldingRegisters(address, PER_REQUEST);
        requests += 1;
      }
    },
  };
}

async function ourSide(port: number, stack: AsyncDisposableStack): Promise<Side> {
  const deps = { clock: systemClock, log: silentLog };
  const link = stack.use(openLink({ id: "bench", kind: "tcp", host: "127.0.0.1", port }, deps));
  const profile = benchProfile();
  let good = 0;
  const device = await openDevice(
    { deviceId: "bench", profile, settings: modbusSettings.parse({ unitId: 1, profile: "bench" }) },
    {
      ...fakeDeps({ link }),
      publish: (event) => {
        if (event.kind === "measurement" && event.reading.quality === "good") good += 1;
      },
    },
  );
  const never = new AbortController().signal;
  return {
    // Counted on the wire: every request to read is as long as the others.
    requests: () =>
      link.exclusive("poll", never, async (connection) =>
        "socket" in connection ? connection.socket.bytesWritten / READ_REQUEST_BYTES : Number.NaN,
      ),
    async sweep() {
      const before = good;
      await device.poller.pollNow(never);
      if (good - before !== profile.points.length) throw new Error("a sweep did not report every point as good");
    },
  };
}

/** Two floats and a word in every five registers: what level, flow and power meters look like. */
function benchProfile(): PumpStationProfile {
  const points: PointInput[] = [];
  for (let address = 0; address < REGISTERS; address += 5) {
    const common = { table: "holding-register", pollGroup: "all", unit: "m", deadband: 0.01 } as const;
    const float = { kind: "float32", order: "CDAB" } as const;
    const named = (name: string) => ({ id: `r${address}.${name}`, name: { zh: "测试", en: "bench" } });
    points.push(
      { ...common, ...named("first"), address, type: float },
      { ...common, ...named("second"), address: address + 2, type: float },
      {
        ...common,
        ...named("word"),
        address: address + 4,
        type: { kind: "uint16" },
        scale: 0.001,
        notAvailable: [65_535],
      },
    );
  }
  return pumpStationProfile.parse({
    id: "bench",
    name: { zh: "测试", en: "bench" },
    isVerified: false,
    source: "this benchmark",
    pollGroups: { all: { everyMs: 1_000 } },
    points,
  });
}

async function compare(bare: Side, ours: Side, rounds: number) {
  for (const side of [bare, ours]) for (let sweep = 0; sweep < WARM_UP_SWEEPS; sweep += 1) await side.sweep();
  const figures = { bare: [] as Figures[], ours: [] as Figures[] };
  for (let round = 0; round < rounds; round += 1) {
    // In turns, and the first one of a round alternates, so that a busy machine slows both alike.
    const order = round % 2 === 0 ? (["bare", "ours"] as const) : (["ours", "bare"] as const);
    for (const name of order) figures[name].push(await measure(name === "bare" ? bare : ours));
  }
  const [a, b] = [medians(figures.bare), medians(figures.ours)];
  const ratio = median(
    figures.ours.map((one, round) => one.registersPerSecond / (figures.bare[round]?.registersPerSecond ?? 0)),
  );
  const requestRatio = b.requests / FEWEST_REQUESTS;
  const pass = ratio >= TARGET_RATIO && requestRatio <= TARGET_REQUEST_RATIO;
  return { name: "modbus", bare: a, ours: b, ratio: round3(ratio), requestRatio: round3(requestRatio), pass };
}

async function measure(side: Side): Promise<Figures> {
  const cpu = process.cpuUsage();
  const startedMs = systemClock.monotonicMs();
  const requestsBefore = await side.requests();
  for (let sweep = 0; sweep < SWEEPS_A_ROUND; sweep += 1) await side.sweep();
  const requests = (await side.requests()) - requestsBefore;
  const elapsedMs = systemClock.monotonicMs() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  const registers = REGISTERS * SWEEPS_A_ROUND;
  return {
    registersPerSecond: (registers / elapsedMs) * 1_000,
    requests: requests / SWEEPS_A_ROUND,
    cpuUsPerRegister: (user + system) / registers,
  };
}

function medians(figures: readonly Figures[]): Figures {
  return {
    registersPerSecond: Math.round(median(figures.map((one) => one.registersPerSecond))),
    requests: median(figures.map((one) => one.requests)),
    cpuUsPerRegister: round3(median(figures.map((one) => one.cpuUsPerRegister))),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round3(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}

function describe({ bare, ours, ratio, requestRatio, pass }: Awaited<ReturnType<typeof compare>>): string {
  return [
    `bare: ${inWords(bare)}`,
    `ours: ${inWords(ours)}`,
    `ratio ${ratio}, requests ${requestRatio} times the fewest: ${pass ? "pass" : "MISSED"}`,
  ].join("\n");
}

function inWords({ registersPerSecond, requests, cpuUsPerRegister }: Figures): string {
  return `${registersPerSecond} registers/s in ${requests} requests a sweep, ${cpuUsPerRegister} us CPU a register`;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(asError(error).message);
  process.exitCode = 2;
}
