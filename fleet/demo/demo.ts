import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startProgram, type RunningProgram } from "./child-process.ts";
import { freePorts } from "./free-ports.ts";

/** Ports of a demo; all on loopback. */
export interface DemoPorts {
  readonly http: number;
  readonly mqtt: number;
  readonly modbus: number;
  readonly control: number;
  readonly status: number;
}

export interface DemoOptions {
  /** Where fleet and gateway keep their files; made where missing, kept between runs. */
  readonly stateDirectory: string;
  readonly ports: DemoPorts;
  /** Where the gateway finds the broker, where that is not the fleet's own. */
  readonly mqttUrl?: string;
  /** A site file with `${…}` to fill in, where it is not the demo's own, and what to fill in beside the addresses. */
  readonly site?: { readonly template: URL; readonly values: Readonly<Record<string, string>> };
  readonly fleetEnv?: Readonly<Record<string, string>>;
  readonly gatewayEnv?: Readonly<Record<string, string>>;
  readonly onLog?: (program: string, line: string) => void;
}

/** A simulator, a fleet and a gateway, each a process of its own, each to be ended and started again by itself. */
export interface Demo extends AsyncDisposable {
  readonly options: DemoOptions;
  readonly httpUrl: string;
  readonly controlUrl: string;
  readonly statusUrl: string;
  readonly simulator: RunningProgram;
  readonly fleet: RunningProgram;
  readonly gateway: RunningProgram;
  startFleet(): Promise<void>;
  startGateway(): Promise<void>;
}

const HOST = "127.0.0.1";
/** The water of the simulated station moves so much faster than real water: a storm shows within seconds. */
const WATER_SPEED = 20;

/** Five free ports, for runs that need no fixed address. */
export async function freeDemoPorts(): Promise<DemoPorts> {
  const [http = 0, mqtt = 0, modbus = 0, control = 0, status = 0] = await freePorts(5);
  return { http, mqtt, modbus, control, status };
}

/** Starts the three processes; what was started is ended again where one of them does not come up. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  await using started = new AsyncDisposableStack();
  const siteFile = await writeSiteFile(options);
  const running = {
    simulator: started.use(await startSimulator(options)),
    fleet: await startFleet(options),
    gateway: undefined as RunningProgram | undefined,
  };
  started.defer(async () => {
    await running.gateway?.stop();
    await running.fleet.stop();
  });
  running.gateway = await startGateway(options, siteFile);
  const { ports } = options;
  const rest = started.move();
  return {
    options,
    httpUrl: `http://${HOST}:${ports.http}`,
    controlUrl: `http://${HOST}:${ports.control}`,
    statusUrl: `http://${HOST}:${ports.status}`,
    simulator: running.simulator,
    get fleet() {
      return running.fleet;
    },
    get gateway() {
      if (running.gateway === undefined) throw new Error("the gateway was never started");
      return running.gateway;
    },
    async startFleet() {
      running.fleet = await startFleet(options);
    },
    async startGateway() {
      running.gateway = await startGateway(options, siteFile);
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}

async function writeSiteFile(options: DemoOptions): Promise<string> {
  const { ports, stateDirectory, site } = options;
  const values: Readonly<Record<string, string>> = {
    ...site?.values,
    MQTT_URL: options.mqttUrl ?? `mqtt://${HOST}:${ports.mqtt}`,
    STATUS_PORT: String(ports.status),
    MODBUS_PORT: String(ports.modbus),
  };
  const template = await readFile(site?.template ?? new URL("site.yaml", import.meta.url), "utf8");
  const text = template.replaceAll(/\$\{([A-Z_]+)\}/g, (_, key: string) => values[key] ?? "");
  await mkdir(join(stateDirectory, "gateway"), { recursive: true });
  const file = join(stateDirectory, "site.yaml");
  await writeFile(file, text);
  return file;
}

function onLog(options: DemoOptions, program: string): { onLog?: (line: string) => void } {
  const { onLog: listener } = options;
  return listener === undefined ? {} : { onLog: (line) => listener(program, line) };
}

function startSimulator(options: DemoOptions): Promise<RunningProgram> {
  const { modbus, control } = options.ports;
  return startProgram({
    name: "simulator",
    script: "firmware-adapters/modbus/simulator/main.ts",
    args: ["--tcp", `${HOST}:${modbus}`, "--control", `${HOST}:${control}`, `--speed=${WATER_SPEED}`, "--with-parent"],
    ...onLog(options, "simulator"),
  });
}

function startFleet(options: DemoOptions): Promise<RunningProgram> {
  const { http, mqtt, control } = options.ports;
  const state = join(options.stateDirectory, "fleet");
  return startProgram({
    name: "fleet",
    script: "fleet/main.ts",
    args: ["--state", state, "--http", `${HOST}:${http}`, "--mqtt", `${HOST}:${mqtt}`],
    env: { OUTPOST_DEMO_CONTROL_URL: `http://${HOST}:${control}`, ...options.fleetEnv },
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
