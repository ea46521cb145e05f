import { spawnSync } from "node:child_process";

import { startProgram, type RunningProgram } from "../demo/child-process.ts";
import { firstThat } from "./sightings.ts";

export interface GatewayProcessOptions {
  readonly siteFile: string;
  readonly stateDirectory: string;
  readonly statusPort: number;
}

/** A busy machine takes that long to do what takes an idle one a second. */
const WITHIN_MS = 60_000;
const LOOK_WITHIN_MS = 5_000;

/** The gateway as a process that is killed, stalled and given another site file. */
export class GatewayProcess {
  readonly #options: GatewayProcessOptions;
  #program: RunningProgram | undefined;
  #applied = 0;
  /** One at a time: whoever kills it starts it again. */
  #reviving: Promise<void> | undefined;

  constructor(options: GatewayProcessOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { siteFile, stateDirectory } = this.#options;
    this.#program = await startProgram({
      name: "gateway",
      script: "edge/main.ts",
      args: ["run", "--site", siteFile, "--state", stateDirectory],
      onLog: (line) => {
        if (line.includes('"site file applied"')) this.#applied += 1;
      },
    });
  }

  /** SIGKILL, in this turn. */
  kill(): void {
    this.#signal("SIGKILL");
  }

  /** Starts it again after `kill`. */
  async revive(): Promise<void> {
    this.#reviving ??= this.#startAgain().finally(() => {
      this.#reviving = undefined;
    });
    await this.#reviving;
  }

  /** It stands still, with all its sockets open, as on a machine that swaps. */
  stall(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  /** No file of its grows any more: each write that would have it grow fails, as on a disk that is broken or full. */
  breakDisk(): void {
    this.#limitFiles("0");
  }

  mendDisk(): void {
    this.#limitFiles("unlimited");
  }

  /** Has it read its site file again, and waits until it has gone over to it. */
  async reload(): Promise<void> {
    const before = this.#applied;
    this.#signal("SIGHUP");
    await this.#until("the site file was not applied", async () => this.#applied > before);
  }

  /** Waits until all of these devices are online. */
  async untilOnline(deviceIds: readonly string[]): Promise<void> {
    const wanted = deviceIds.map((id) => `outpost_device_state{device="${id}",state="online"} 1`);
    await this.#until("not all devices came online", async () => {
      const lines = await this.#metrics();
      return wanted.every((line) => lines.includes(line));
    });
  }

  /** Waits until the fleet has confirmed everything that is in the journal. */
  async untilDrained(): Promise<void> {
    await this.#until("the journal did not drain", async () => {
      const waiting = (await this.#metrics()).filter((line) => line.startsWith("outpost_journal_waiting_rows{"));
      return waiting.length > 0 && waiting.every((line) => line.endsWith(" 0"));
    });
  }

  async stop(): Promise<void> {
    this.resume();
    await this.#program?.stop();
  }

  async #startAgain(): Promise<void> {
    await this.#program?.ended;
    await this.start();
  }

  async #metrics(): Promise<readonly string[]> {
    const signal = AbortSignal.timeout(LOOK_WITHIN_MS);
    const answer = await fetch(`http://127.0.0.1:${this.#options.statusPort}/metrics`, { signal });
    return (await answer.text()).split("\n");
  }

  async #until(otherwise: string, look: () => Promise<boolean>): Promise<void> {
    try {
      await firstThat(look, AbortSignal.timeout(WITHIN_MS));
    } catch (error) {
      throw new Error(`${otherwise}\n${(await this.#states()).join("\n")}\n${this.#program?.logTail() ?? ""}`, {
        cause: error,
      });
    }
  }

  async #states(): Promise<readonly string[]> {
    const lines = await this.#metrics().catch(() => []);
    return lines.filter((line) => /^outpost_(device_state|journal_waiting_rows).* [1-9]/.test(line));
  }

  /** Sets the soft limit alone, which may be raised again. Node.js ignores the signal that comes with it. */
  #limitFiles(size: string): void {
    if (!this.#program?.isRunning) return;
    const { status, stderr } = spawnSync("prlimit", ["--pid", String(this.#program.pid), `--fsize=${size}:`]);
    if (status !== 0) throw new Error(`prlimit: ${stderr.toString().trim()}`);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#program?.isRunning) process.kill(this.#program.pid, signal);
  }
}
