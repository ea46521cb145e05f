import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startProgram, type RunningProgram } from "./child-process.ts";
import { startHub, type HubSubjects } from "./control/hub.ts";
import { startTcpProxy, type TcpProxy } from "./control/tcp-proxy.ts";
import { freePorts } from "./free-ports.ts";
import { SIMULATOR_IDS, SIMULATORS, type SimulatorId } from "./simulators.ts";

/** Ports of a demo; all on loopback. */
export interface DemoPorts {
  readonly http: number;
  /** Of the fleet's broker. */
  readonly mqtt: number;
  /** Where the gateway finds the broker: the line that can be cut ends there. */
  readonly uplink: number;
  /** Of the gateway's own page. */
  readonly status: number;
  readonly hub: number;
  /** Where a simulated device and the gateway meet, and where its levers are. */
  readonly simulators: ReadonlyMap<SimulatorId, { readonly device: number; readonly control: number }>;
}

export interface DemoOptions {
  /** Where fleet and gateway keep their files; made where missing, kept between runs. */
  readonly stateDirectory: string;
  readonly ports: DemoPorts;
  /** The simulators to start, where these are not all. */
  readonly simulators?: readonly SimulatorId[];
  /** A site file with `${…}` to fill in, where it is not the demo's own, and what to fill in beside the addresses. */
  readonly site?: {
    readonly template: URL;
    readonly gatewayId: string;
    readonly values: Readonly<Record<string, string>>;
  };
  readonly fleetEnv?: Readonly<Record<string, string>>;
  readonly gatewayEnv?: Readonly<Record<string, string>>;
  readonly onLog?: (program: string, line: string) => void;
}

/** Simulators, a fleet and a gateway, each a process of its own; fleet and gateway can be started again by themselves. */
export interface Demo extends AsyncDisposable {
  readonly options: DemoOptions;
  readonly httpUrl: string;
  readonly statusUrl: string;
  /** All levers, and how the site really stands; see `control/hub.ts`. */
  readonly hubUrl: string;
  readonly uplink: TcpProxy;
  readonly simulators: ReadonlyMap<SimulatorId, RunningProgram>;
  readonly fleet: RunningProgram;
  readonly gateway: RunningProgram;
  /** One simulator's own levers. */
  controlUrl(simulator: SimulatorId): string;
  startFleet(): Promise<void>;
  startGateway(): Promise<void>;
}

const HOST = "127.0.0.1";
/** As `site.yaml` names it. */
const GATEWAY_ID = "gateway-01";

/** Free ports, for runs that need no fixed address. */
export async function freeDemoPorts(): Promise<DemoPorts> {
  const [http = 0, mqtt = 0, uplink = 0, status = 0, hub = 0, ...rest] = await freePorts(5 + 2 * SIMULATOR_IDS.length);
  const simulators = SIMULATOR_IDS.map((id, index) => {
    const [device = 0, control = 0] = rest.slice(2 * index);
    return [id, { device, control }] as const;
  });
  return { http, mqtt, uplink, status, hub, simulators: new Map(simulators) };
}

/** Starts everything; what was started is ended again where a part of it does not come up. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  await using started = new AsyncDisposableStack();
  const { ports } = options;
  const siteFile = await writeSiteFile(options);
  const uplink = started.use(await startTcpProxy(ports.mqtt, ports.uplink));
  started.use(await startHub({ ...hubSubjects(options), uplink }, ports.hub));
  const programs = new Programs(options, siteFile);
  started.use(programs);
  await programs.startAll();
  const rest = started.move();
  return {
    options,
    httpUrl: `http://${HOST}:${ports.http}`,
    statusUrl: statusUrl(options),
    hubUrl: hubUrl(options),
    uplink,
    simulators: programs.simulators,
    get fleet() {
      return programs.fleet;
    },
    get gateway() {
      return programs.gateway;
    },
    controlUrl: (id) => controlUrl(id, options),
    startFleet: () => programs.startFleet(),
    startGateway: () => programs.startGateway(),
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

/** The processes. Disposing ends the gateway first: it must not see its devices vanish. */
class Programs implements AsyncDisposable {
  readonly simulators = new Map<SimulatorId, RunningProgram>();
  readonly #options: DemoOptions;
  readonly #siteFile: string;
  #fleet: RunningProgram | undefined;
  #gateway: RunningProgram | undefined;

  constructor(options: DemoOptions, siteFile: string) {
    this.#options = options;
    this.#siteFile = siteFile;
  }

  get fleet(): RunningProgram {
    assert(this.#fleet !== undefined, "the fleet was started");
    return this.#fleet;
  }

  get gateway(): RunningProgram {
    assert(this.#gateway !== undefined, "the gateway was started");
    return this.#gateway;
  }

  async startAll(): Promise<void> {
    const ids = this.#options.simulators ?? SIMULATOR_IDS;
    const starting = [this.startFleet(), ...ids.map((id) => this.#startSimulator(id))];
    // All are awaited before a failure counts: what came up beside it must be ended too.
    await Promise.allSettled(starting);
    await Promise.all(starting);
    await this.startGateway();
  }

  async startFleet(): Promise<void> {
    this.#fleet = await startFleet(this.#options);
  }

  async startGateway(): Promise<void> {
    this.#gateway = await startGateway(this.#options, this.#siteFile);
  }

  async #startSimulator(id: SimulatorId): Promise<void> {
    this.simulators.set(id, await startSimulator(id, this.#options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway?.stop();
    await Promise.all([this.#fleet, ...this.simulators.values()].map(async (program) => await program?.stop()));
  }
}

async function writeSiteFile(options: DemoOptions): Promise<string> {
  const { ports, stateDirectory, site } = options;
  const devices = [...ports.simulators].map(([id, { device }]) => [portName(id), String(device)] as const);
  const values: Readonly<Record<string, string>> = {
    ...site?.values,
    MQTT_URL: `mqtt://${HOST}:${ports.uplink}`,
    STATUS_PORT: String(ports.status),
    ...Object.fromEntries(devices),
  };
  const template = await readFile(site?.template ?? new URL("site.yaml", import.meta.url), "utf8");
  const text = template.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (_, key: string) => {
    assert(values[key] !== undefined, `the site file asks for ${key}`);
    return values[key];
  });
  await mkdir(join(stateDirectory, "gateway"), { recursive: true });
  const file = join(stateDirectory, "site.yaml");
  await writeFile(file, text);
  return file;
}

function portName(id: SimulatorId): string {
  return `${id.replaceAll("-", "_").toUpperCase()}_PORT`;
}

function portsOf(id: SimulatorId, { ports }: DemoOptions): { readonly device: number; readonly control: number } {
  const own = ports.simulators.get(id);
  assert(own !== undefined, `${id} has ports`);
  return own;
}

function controlUrl(id: SimulatorId, options: DemoOptions): string {
  return `http://${HOST}:${portsOf(id, options).control}`;
}

function statusUrl({ ports }: DemoOptions): string {
  return `http://${HOST}:${ports.status}`;
}

function hubUrl({ ports }: DemoOptions): string {
  return `http://${HOST}:${ports.hub}`;
}

function hubSubjects(options: DemoOptions): Omit<HubSubjects, "uplink"> {
  const ids = options.simulators ?? SIMULATOR_IDS;
  return {
    gateway: { id: options.site?.gatewayId ?? GATEWAY_ID, pageUrl: statusUrl(options) },
    simulators: ids.map((id) => ({ id, kind: SIMULATORS[id].kind, controlUrl: controlUrl(id, options) })),
  };
}

function onLog(options: DemoOptions, program: string): { onLog?: (line: string) => void } {
  const { onLog: listener } = options;
  return listener === undefined ? {} : { onLog: (line) => listener(program, line) };
}

function startSimulator(id: SimulatorId, options: DemoOptions): Promise<RunningProgram> {
  const { device, control } = portsOf(id, options);
  const { script, args } = SIMULATORS[id];
  const meet = `${HOST}:${device}`;
  return startProgram({
    name: id,
    script,
    args: [
      ...args.map((arg) => (arg === "${DEVICE}" ? meet : arg)),
      "--control",
      `${HOST}:${control}`,
      "--with-parent",
    ],
    ...onLog(options, id),
  });
}

function startFleet(options: DemoOptions): Promise<RunningProgram> {
  const { http, mqtt } = options.ports;
  const state = join(options.stateDirectory, "fleet");
  return startProgram({
    name: "fleet",
    script: "fleet/main.ts",
    args: ["--state", state, "--http", `${HOST}:${http}`, "--mqtt", `${HOST}:${mqtt}`],
    env: { OUTPOST_DEMO_CONTROL_URL: hubUrl(options), ...options.fleetEnv },
    ...onLog(options, "fleet"),
  });
}

function startGateway(options: DemoOptions, siteFile: string): Promise<RunningProgram> {
  return startProgram({
    name: "gateway",
    script: "edge/main.ts",
    args: ["run", "--site", siteFile, "--state", join(options.stateDirectory, "gateway")],
    ...(options.gatewayEnv === undefined ? {} : { env: options.gatewayEnv }),
    ...onLog(options, "gateway"),
  });
}
