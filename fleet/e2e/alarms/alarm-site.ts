import { setTimeout as delay } from "node:timers/promises";

import { freePorts } from "@outpost/kernel/free-ports.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import { z } from "zod";

import { startProgram, type RunningProgram } from "../../demo/child-process.ts";
import { startDemo, type Demo } from "../../demo/demo.ts";
import { freeDemoPorts } from "../../demo/ports.ts";
import { FakeMachine } from "../clock/fake-machine.ts";
import { FleetLedger } from "../ledger/fleet-ledger.ts";
import { LeverBoard } from "../lever-board.ts";
import { pressReset, readSiren, tripPump } from "../pump-panel.ts";
import { firstThat } from "../sightings.ts";

export const GATEWAY_ID = "gateway-alarms";
export const RULE_ID = "pump1-fault";
export const ON_DELAY_MS = 1_500;
/** How long each person of the chain has to answer. */
export const ANSWER_WITHIN_MS = 3_000;
/** A busy machine takes that long to do what takes an idle one a second. */
export const WITHIN_MS = 60_000;

const modemState = z.object({
  sent: z.array(z.object({ atMs: z.number(), phone: z.string(), text: z.string() })),
});

/** A message as the modem's network got it; `reference` is the mark it bears. */
export interface Sent {
  readonly atMs: number;
  readonly reference: string;
}

/** An occurrence as the gateway's own page offers it for acknowledgement. */
export interface Standing {
  readonly occurrenceId: string;
  readonly version: number;
}

/** A pump station, a modem, a fleet, and a gateway that is killed in every state of an alarm. */
export class AlarmSite implements AsyncDisposable {
  readonly demo: Demo;
  readonly machine: FakeMachine;
  readonly ledger: FleetLedger;
  /** From each kill to the gateway's ready line, milliseconds: while it lasts, a momentary press is not seen. */
  readonly blindMs: number[] = [];
  readonly #modem: LeverBoard;
  readonly #stack: AsyncDisposableStack;
  #killedAtMs: number | undefined;

  private constructor(
    parts: Pick<AlarmSite, "demo" | "machine" | "ledger">,
    modem: LeverBoard,
    stack: AsyncDisposableStack,
  ) {
    this.demo = parts.demo;
    this.machine = parts.machine;
    this.ledger = parts.ledger;
    this.#modem = modem;
    this.#stack = stack;
  }

  static async open(directory: string): Promise<AlarmSite> {
    await using stack = new AsyncDisposableStack();
    const machine = await FakeMachine.open(directory);
    const [line = 0, control = 0] = await freePorts(2);
    stack.use(await startModem(line, control));
    const demo = stack.use(
      await startDemo({
        stateDirectory: directory,
        ports: await freeDemoPorts(),
        simulators: ["pump-station"],
        site: {
          template: new URL("site.yaml", import.meta.url),
          gatewayId: GATEWAY_ID,
          values: {
            ON_DELAY_MS: String(ON_DELAY_MS),
            ANSWER_WITHIN_MS: String(ANSWER_WITHIN_MS),
            MODEM_PORT: String(line),
          },
        },
        // Compiled code is kept between starts, as the service unit has it: that is much of what a start costs.
        gatewayEnv: { ...machine.env, NODE_COMPILE_CACHE: `${directory}/code-cache`, MALLOC_ARENA_MAX: "2" },
        fleetEnv: { OUTPOST_LOG_LEVEL: "error" },
      }),
    );
    const ledger = stack.use(await FleetLedger.open(`${directory}/fleet`));
    return new AlarmSite({ demo, machine, ledger }, new LeverBoard(control), stack.move());
  }

  /** Pump 1 trips. @returns just before, Unix milliseconds. */
  async trip(): Promise<number> {
    return await tripPump(this.demo.controlUrl("pump-station"));
  }

  /** Somebody resets the pump at the panel. */
  async mend(): Promise<void> {
    await pressReset(this.demo.options.ports.simulators.get("pump-station")?.device ?? 0);
  }

  async isSirenOn(): Promise<boolean> {
    return (await readSiren(this.demo.controlUrl("pump-station"))).isOn;
  }

  /** SIGKILL, in whatever it is doing. */
  async kill(): Promise<void> {
    const { gateway } = this.demo;
    this.#killedAtMs = performance.now();
    await gateway.kill();
    await this.machine.buried(gateway.pid);
  }

  /** Starts it again, as its service does, on the machine as it is or as it is after a reboot. */
  async revive(): Promise<void> {
    await this.demo.startGateway();
    if (this.#killedAtMs !== undefined) this.blindMs.push(performance.now() - this.#killedAtMs);
    this.#killedAtMs = undefined;
  }

  /** Everything that went out by the modem. */
  async sent(): Promise<readonly Sent[]> {
    const { sent } = modemState.parse(await this.#modem.state());
    return sent.map(({ atMs, text }) => ({ atMs, reference: /ref ([0-9A-F]{8})/.exec(text)?.[1] ?? "" }));
  }

  async setModem(mood: "ready" | "silent" | "no-network"): Promise<void> {
    await this.#modem.pull("mood", { mood });
  }

  /** What the gateway's page asks to be acknowledged; undefined: nothing. */
  async standing(): Promise<Standing | undefined> {
    const article = await this.#article();
    const occurrenceId = /name="occurrenceId" value="([0-9a-f]{32})"/.exec(article ?? "")?.[1];
    const version = Number(/name="version" value="(\d+)"/.exec(article ?? "")?.[1]);
    return occurrenceId === undefined ? undefined : { occurrenceId, version };
  }

  /** Whether the page shows the alarm, to be acknowledged or not. */
  async isShown(): Promise<boolean> {
    return (await this.#article()) !== undefined;
  }

  /** Acknowledges on the gateway's page. */
  async acknowledge({ occurrenceId, version }: Standing): Promise<void> {
    const body = new URLSearchParams({ occurrenceId, version: String(version) });
    const answer = await fetch(`${this.demo.statusUrl}/alarms/acknowledge?lang=en`, {
      method: "POST",
      body,
      headers: { origin: this.demo.statusUrl, "sec-fetch-site": "same-origin" },
      redirect: "manual",
      signal: AbortSignal.timeout(WITHIN_MS),
    });
    if (answer.status >= 400) throw new Error(`the page answered ${answer.status}`);
  }

  /**
   * Takes one step towards a normal alarm: the pump is mended, somebody acknowledges.
   *
   * @returns whether it is normal and the siren silent.
   */
  async bringToEnd(): Promise<boolean> {
    await this.mend();
    const standing = await this.standing();
    if (standing !== undefined) await this.acknowledge(standing);
    return standing === undefined && !(await this.isSirenOn()) && !(await this.isShown());
  }

  /** Every step of the alarm that the fleet has, in the order in which the gateway wrote them. */
  async steps(): Promise<AlarmRecord[]> {
    return await this.ledger.alarmSteps(GATEWAY_ID, RULE_ID);
  }

  /** Waits for it. @throws Error with what was waited for and the end of the gateway's log. */
  async until(what: string, look: () => Promise<boolean>): Promise<void> {
    try {
      await firstThat(look, AbortSignal.timeout(WITHIN_MS));
    } catch (error) {
      throw new Error(`never: ${what}\n${this.demo.gateway.logTail()}`, { cause: error });
    }
  }

  /** Looks every few milliseconds, for what is over soon. */
  async untilSiren(isOn: boolean): Promise<void> {
    const untilMs = performance.now() + WITHIN_MS;
    while ((await this.isSirenOn()) !== isOn) {
      if (performance.now() > untilMs)
        throw new Error(`the siren never went ${isOn ? "on" : "off"}\n${this.demo.gateway.logTail()}`);
      await delay(10);
    }
  }

  /** The alarm's part of the page, among those about the gateway's own troubles. */
  async #article(): Promise<string | undefined> {
    const answer = await fetch(`${this.demo.statusUrl}/?lang=en`, { signal: AbortSignal.timeout(WITHIN_MS) });
    return (await answer.text()).split("<article").find((one) => one.includes("<h3>Pump 1 has a fault</h3>"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

async function startModem(line: number, control: number): Promise<RunningProgram> {
  return await startProgram({
    name: "modem",
    script: "edge/actions/sms/simulator/main.ts",
    args: ["--line", `127.0.0.1:${line}`, "--control", `127.0.0.1:${control}`, "--with-parent"],
  });
}
