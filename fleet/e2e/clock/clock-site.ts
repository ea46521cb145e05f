import { setTimeout as delay } from "node:timers/promises";

import { startDemo, type Demo } from "../../demo/demo.ts";
import { freeDemoPorts } from "../../demo/ports.ts";
import { pressReset, readSiren, tripPump } from "../pump-panel.ts";
import { firstThat } from "../sightings.ts";
import { FakeMachine } from "./fake-machine.ts";

export const GATEWAY_ID = "gateway-clock";
export const RULE_ID = "pump1-fault";
/** Of the one rule; its siren may not sound earlier. */
export const ON_DELAY_MS = 8_000;
/** A busy machine takes that long to do what takes an idle one a second. */
const WITHIN_MS = 40_000;

/** Whether the gateway's clock is one to trust, by its own word. */
export type Trust = "trusted" | "doubtful";

/** A simulated station, a fleet, and a gateway on a machine whose clock goes wrong. Times are true Unix milliseconds. */
export class ClockSite implements AsyncDisposable {
  readonly demo: Demo;
  readonly machine: FakeMachine;
  #readyAtMs = 0;

  private constructor(demo: Demo, machine: FakeMachine) {
    this.demo = demo;
    this.machine = machine;
  }

  static async open(directory: string): Promise<ClockSite> {
    const machine = await FakeMachine.open(directory);
    const demo = await startDemo({
      stateDirectory: directory,
      ports: await freeDemoPorts(),
      simulators: ["pump-station"],
      site: {
        template: new URL("site.yaml", import.meta.url),
        gatewayId: GATEWAY_ID,
        values: { ON_DELAY_MS: String(ON_DELAY_MS) },
      },
      gatewayEnv: machine.env,
      fleetEnv: { OUTPOST_LOG_LEVEL: "error" },
    });
    return new ClockSite(demo, machine);
  }

  /** When the gateway last came up. */
  get readyAtMs(): number {
    return this.#readyAtMs;
  }

  /** Boots the machine anew and waits until its gateway sees the station, has heard the fleet's time, and says so. */
  async boot(aheadMs: number, trust: Trust): Promise<void> {
    await this.demo.gateway.stop();
    await this.machine.boot(aheadMs);
    await this.startGateway();
    await this.#untilMetrics([
      'outpost_device_state{device="pump-station",state="online"} 1',
      'outpost_uplink_phase{phase="live"} 1',
      `outpost_clock_is_doubtful ${trust === "doubtful" ? 1 : 0}`,
    ]);
  }

  async startGateway(): Promise<void> {
    await this.demo.startGateway();
    this.#readyAtMs = Date.now();
  }

  /** SIGKILL, as a power cut. */
  async killGateway(): Promise<void> {
    const { gateway } = this.demo;
    await gateway.kill();
    await this.machine.buried(gateway.pid);
  }

  /** Pump 1 trips at the station. @returns just before. */
  async trip(): Promise<number> {
    return await tripPump(this.demo.controlUrl("pump-station"));
  }

  /** When the siren came on, by the simulator's own word; undefined where it is off at `byMs`. */
  async sirenOnBy(byMs: number): Promise<number | undefined> {
    for (;;) {
      const siren = await this.#siren();
      if (siren.isOn) return siren.changedAtMs;
      if (Date.now() >= byMs) return undefined;
      await delay(50);
    }
  }

  /** Somebody presses the reset button at the panel, and the siren falls silent. */
  async reset(): Promise<void> {
    await pressReset(this.demo.options.ports.simulators.get("pump-station")?.device ?? 0);
    await firstThat(async () => !(await this.#siren()).isOn, AbortSignal.timeout(WITHIN_MS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.demo[Symbol.asyncDispose]();
  }

  async #siren() {
    return await readSiren(this.demo.controlUrl("pump-station"));
  }

  async #untilMetrics(wanted: readonly string[]): Promise<void> {
    let text = "";
    const isSo = async (): Promise<boolean> => {
      text = await (await fetch(`${this.demo.statusUrl}/metrics`)).text();
      const lines = text.split("\n");
      return wanted.every((line) => lines.includes(line));
    };
    try {
      await firstThat(isSo, AbortSignal.timeout(WITHIN_MS));
    } catch (error) {
      const lines = text.split("\n");
      const missing = wanted.filter((line) => !lines.includes(line));
      const reason = `the gateway's metrics never said: ${missing.join(", ")}\n${this.demo.gateway.logTail()}`;
      throw new Error(reason, { cause: error });
    }
  }
}
