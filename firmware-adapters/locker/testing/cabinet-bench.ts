import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { OpenDevice } from "../../adapter.ts";
import type { CommandOutcome, DeviceCommand, Occurrence } from "../../event.ts";
import type { ByteLink } from "../../links/link.ts";
import { openLink } from "../../links/open-link.ts";
import { eventually, fakeDeps, type FakeDeps, type FakeDepsOptions } from "../../testing/fake-deps.ts";
import { locker } from "../adapter.ts";
import { PROTOCOLS, type Protocol } from "../settings.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../simulator/simulator.ts";

/** What tests change of a cabinet's settings. */
export type SettingsChange = Readonly<Record<string, unknown>>;

/** Settings of a small cabinet whose line is quick. */
export function cabinetSettings(protocol: Protocol, change: SettingsChange = {}): Readonly<Record<string, unknown>> {
  const hasOccupancySensor = PROTOCOLS[protocol].hasOccupancy;
  return {
    protocol,
    board: PROTOCOLS[protocol].minBoard,
    cabinet: "parcel",
    compartments: [1, 2, 3].map((number) => ({ number, id: `a0${number}`, hasOccupancySensor })),
    pollIntervalMs: 60,
    timeoutMs: 400,
    gapMs: 2,
    ...change,
  };
}

/** A wall, a line to it and an open cabinet, with everything the cabinet says. */
export interface CabinetBench extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly link: ByteLink;
  readonly board: number;
  readonly device: OpenDevice;
  readonly deps: FakeDeps;
  run(command: DeviceCommand, signal?: AbortSignal): Promise<CommandOutcome>;
  open(door: number, actor?: string): Promise<CommandOutcome>;
  redeem(code: string): Promise<CommandOutcome>;
  /** Waits until a point shows a value. */
  shows(pointId: string, value: number): Promise<void>;
  /** The occurrences so far, by name. */
  occurrences(name: string): readonly Occurrence[];
  occurred(name: string): Promise<Occurrence>;
  pulses(door: number): number;
  online(): Promise<void>;
  /** The gateway is stopped and started: another life of the same device, with what its memory holds. */
  restart(): Promise<void>;
}

export interface CabinetBenchOptions {
  readonly protocol?: Protocol;
  readonly settings?: SettingsChange;
  readonly simulator?: Partial<SimulatorOptions>;
  readonly deps?: FakeDepsOptions;
}

/** Opens a cabinet on a simulated wall over a serial server, and waits until it is online. */
export async function openCabinet(options: CabinetBenchOptions = {}): Promise<CabinetBench> {
  const { protocol = "xor" } = options;
  const stack = new AsyncDisposableStack();
  const endpoint = { host: "127.0.0.1", port: 0 };
  const simulator = stack.use(await startSimulator({ protocol, tcp: endpoint, pulseMs: 20, ...options.simulator }));
  const link = stack.use(lineTo(simulator.ports.tcp ?? 0));
  const settings = cabinetSettings(protocol, options.settings);
  const board = Number(settings["board"]);
  const openDevice = (deps: FakeDeps): Promise<OpenDevice> =>
    locker.configure("locker-1", settings).open(deps, AbortSignal.timeout(20_000));
  let deps = fakeDeps({ ...options.deps, link });
  let device = await openDevice(deps);
  stack.defer(() => device[Symbol.asyncDispose]());
  const never = new AbortController().signal;
  const occurrences = (name: string): readonly Occurrence[] =>
    deps.events.filter((event): event is Occurrence => event.kind === "occurrence" && event.name === name);
  const run = (command: DeviceCommand, signal = never): Promise<CommandOutcome> => device.execute(command, signal);
  const online = async (): Promise<void> => {
    await eventually("online", () => deps.lastStatus()?.state === "online");
  };
  await online();
  return {
    simulator,
    link,
    board,
    get device() {
      return device;
    },
    get deps() {
      return deps;
    },
    run,
    open: (door, actor = "ann") => run({ kind: "write", pointId: `door${door}.open`, value: 1, actor }),
    redeem: (code) => run({ kind: "call", methodId: "redeem-code", arguments: { code }, actor: "keypad" }),
    shows: async (pointId, value) => {
      await eventually(`${pointId} = ${value}`, () => {
        const reading = deps.last(pointId)?.reading;
        return reading?.quality === "good" && reading.value === value;
      });
    },
    occurrences,
    occurred: (name) => eventually(name, () => occurrences(name).at(-1)),
    pulses: (door) => simulator.wall.door(board, door)?.pulses ?? 0,
    online,
    async restart() {
      await device[Symbol.asyncDispose]();
      deps = deps.restarted(link);
      device = await openDevice(deps);
      await online();
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A link to a port of this machine. */
export function lineTo(port: number): ByteLink {
  const link = openLink(
    { id: "line", kind: "serial-server", host: "127.0.0.1", port, gapMs: 0 },
    { clock: systemClock, log: silentLog },
  );
  if (link.kind === "tcp") throw new Error("a serial server is a byte link");
  return link;
}
