import assert from "node:assert/strict";
import { join } from "node:path";

import { startProgram, type RunningProgram } from "./child-process.ts";
import { claimGateway } from "./claim.ts";
import { controlUrl, HOST, httpUrl, hubUrl, portsOf, type DemoOptions } from "./options.ts";
import { SIMULATOR_IDS, simulatorOf, type SimulatorId } from "./simulators.ts";
import { GATEWAY_ID } from "./site/site-file.ts";

const PULL_WITHIN_MS = 5_000;

/** The processes of a demo. Disposing ends the gateway first: it must not see its devices vanish. */
export class Programs implements AsyncDisposable {
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

  /** Fleet and simulators beside one another, then the gateway. */
  async startAll(): Promise<void> {
    const ids = this.#options.simulators ?? SIMULATOR_IDS;
    const starting = [this.startFleet(), ...ids.map((id) => this.#startSimulator(id))];
    // All are awaited before a failure counts: what came up beside it must be ended too.
    await Promise.allSettled(starting);
    await Promise.all(starting);
    // The gateway takes its new identity up when it comes, so that nobody waits for the claim.
    const last = [this.startGateway(), this.#claim()];
    await Promise.allSettled(last);
    await Promise.all(last);
  }

  async startFleet(): Promise<void> {
    const { stateDirectory, ports, fleetEnv } = this.#options;
    const state = join(stateDirectory, "fleet");
    const doors = ["http", "mqtt", "https", "mqtts"] as const;
    const listeners = doors.flatMap((door) => [`--${door}`, `${HOST}:${ports[door]}`]);
    this.#fleet = await startProgram({
      name: "fleet",
      script: "fleet/main.ts",
      args: ["--state", state, ...listeners],
      env: { OUTPOST_DEMO_CONTROL_URL: hubUrl(this.#options), ...fleetEnv },
      ...this.#logOf("fleet"),
    });
  }

  async #claim(): Promise<void> {
    const gatewayId = this.#options.site?.gatewayId ?? GATEWAY_ID;
    const stateDirectory = join(this.#options.stateDirectory, "gateway");
    await claimGateway({ httpUrl: httpUrl(this.#options), gatewayId, stateDirectory });
  }

  async startGateway(): Promise<void> {
    const { stateDirectory, gatewayEnv } = this.#options;
    this.#gateway = await startProgram({
      name: "gateway",
      script: "edge/main.ts",
      args: ["run", "--site", this.#siteFile, "--state", join(stateDirectory, "gateway")],
      ...(gatewayEnv === undefined ? {} : { env: gatewayEnv }),
      ...this.#logOf("gateway"),
    });
  }

  async #startSimulator(id: SimulatorId): Promise<void> {
    const { device, control } = portsOf(id, this.#options);
    const { script, args, scene = [] } = simulatorOf(id);
    const meet = `${HOST}:${device}`;
    const own = args.map((arg) => arg.replace("${DEVICE}", meet));
    const program = await startProgram({
      name: id,
      script,
      args: [...own, "--control", `${HOST}:${control}`, "--with-parent"],
      ...this.#logOf(id),
    });
    this.simulators.set(id, program);
    for (const [lever, body] of scene) await pull(`${controlUrl(id, this.#options)}/${lever}`, body);
  }

  #logOf(program: string): { onLog?: (line: string) => void } {
    const { onLog } = this.#options;
    return onLog === undefined ? {} : { onLog: (line) => onLog(program, line) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway?.stop();
    await Promise.all([this.#fleet, ...this.simulators.values()].map(async (program) => await program?.stop()));
  }
}

async function pull(url: string, body: object): Promise<void> {
  const signal = AbortSignal.timeout(PULL_WITHIN_MS);
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body), signal });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
}
