import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";

import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { VisionError } from "../errors.ts";
import { report, type Configuration, type Order, type Report } from "../ipc/core-messages.ts";
import { CORE_LIMITS, type Framed } from "../ipc/framing.ts";
import { receiveFramed, sendFramed } from "../ipc/message-pipe.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));

export interface VisionProcessDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Where there is another one to run; for tests of what a mad child can do. */
  readonly program?: string;
  onReport(one: Report): void;
  /** It works, or it does not and why. */
  onState(state: VisionState): void;
}

export type VisionState =
  | { readonly kind: "starting" }
  | { readonly kind: "up" }
  | { readonly kind: "down"; readonly reason: string };

/** Of the core's environment it gets these and no others: nothing secret may lie in them. */
const ENVIRONMENT = ["PATH", "LANG", "TZ", "NODE_COMPILE_CACHE", "MALLOC_ARENA_MAX", "OUTPOST_LOG_LEVEL"];
const NICENESS = 10;
/** The kernel's first choice when memory is short. */
const OOM_SCORE = 1_000;
const START_TIMEOUT_MS = 120_000;
const SILENCE_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** More than a gateway's cameras can have to say. */
const MAX_REPORTS_PER_S = 2_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * Keeps the vision process running: niced, the first to go when memory is short, without the core's environment. It is
 * ended and begun anew, with growing pauses, when it dies, falls silent, talks too much or breaks the protocol.
 */
export class VisionProcess {
  readonly #deps: VisionProcessDeps;
  #child: ChildProcess | undefined;
  #state: VisionState = { kind: "starting" };

  constructor(deps: VisionProcessDeps) {
    this.#deps = deps;
  }

  get state(): VisionState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Orders something of the process as it runs. @returns whether there is one to hear it. */
  send(order: Order): boolean {
    const stdin = this.#child?.stdin;
    if (stdin === null || stdin === undefined || this.#state.kind !== "up") return false;
    sendFramed(stdin, order);
    return true;
  }

  /** Runs it with this configuration until `signal` aborts; it is gone then. */
  async run(configuration: Configuration, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ firstMs: 1_000, maxMs: 60_000 });
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      const startedMs = clock.monotonicMs();
      const reason = await this.#runOnce(configuration, signal);
      if (signal.aborted) return;
      this.#turn({ kind: "down", reason });
      if (clock.monotonicMs() - startedMs > 60_000) backoff.reset();
      const pauseMs = backoff.nextMs();
      log.error("vision is down", { reason, pauseMs });
      await clock.sleep(pauseMs, signal).catch(() => undefined);
    }
  }

  /** @returns why it ended. */
  async #runOnce(configuration: Configuration, signal: AbortSignal): Promise<string> {
    const { clock } = this.#deps;
    this.#turn({ kind: "starting" });
    const child = spawn(process.execPath, [this.#deps.program ?? MAIN], {
      stdio: ["pipe", "pipe", "inherit"],
      env: environment(),
      // A group of its own: its sessions and ffmpegs go with it, also those that hang.
      detached: true,
    });
    this.#child = child;
    const ended = once(child, "close").catch((error: unknown) => asError(error));
    const { stdin, stdout } = child;
    const watch = { heardAtMs: clock.monotonicMs(), isUp: false, second: 0, reports: 0 };
    let reason = "";
    const end = (why: string): void => {
      reason ||= why;
      killGroup(child);
    };
    await makeHumble(child.pid).catch((error: unknown) =>
      this.#deps.log.warn("vision keeps its rank", { reason: String(error) }),
    );
    stdin.on("error", () => undefined);
    sendFramed(stdin, configuration);
    const receiving = receiveFramed(stdout, CORE_LIMITS, (framed) => this.#onReport(framed, watch)).catch(
      (error: unknown) => end(asError(error).message),
    );
    const over = new AbortController();
    const watching = this.#watch(watch, end, AbortSignal.any([signal, over.signal]));
    const stopping = async (): Promise<void> => {
      stdin.end();
      await Promise.race([ended, clock.sleep(STOP_TIMEOUT_MS)]);
      end("it was stopped");
    };
    const onAbort = (): void => void stopping().catch(() => end("it was stopped"));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    await ended;
    // What hangs in its group does not outlive it.
    killGroup(child);
    over.abort();
    signal.removeEventListener("abort", onAbort);
    await Promise.all([receiving, watching]);
    this.#child = undefined;
    return reason || `it ended with ${child.signalCode ?? child.exitCode}`;
  }

  #onReport({ header }: Framed, watch: { heardAtMs: number; isUp: boolean; second: number; reports: number }): void {
    const nowMs = this.#deps.clock.monotonicMs();
    const second = Math.floor(nowMs / 1_000);
    if (watch.second !== second) Object.assign(watch, { second, reports: 0 });
    watch.reports += 1;
    if (watch.reports > MAX_REPORTS_PER_S) throw new VisionError("vision/bad-message", "it talks too much");
    const parsed = report.safeParse(header);
    if (!parsed.success) {
      const path = parsed.error.issues[0]?.path.join(".") ?? "";
      throw new VisionError("vision/bad-message", `a report does not fit its schema: ${path}`);
    }
    watch.heardAtMs = nowMs;
    if (parsed.data.kind === "ready") {
      watch.isUp = true;
      this.#turn({ kind: "up" });
    }
    this.#deps.onReport(parsed.data);
  }

  async #watch(
    watch: { readonly heardAtMs: number; readonly isUp: boolean },
    end: (why: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      const silentMs = clock.monotonicMs() - watch.heardAtMs;
      if (silentMs > (watch.isUp ? SILENCE_TIMEOUT_MS : START_TIMEOUT_MS))
        return end(`it was silent for ${silentMs} ms`);
      await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  #turn(state: VisionState): void {
    this.#state = state;
    this.#deps.onState(state);
  }
}

function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    ENVIRONMENT.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

async function makeHumble(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  setPriority(pid, NICENESS);
  await writeFile(`/proc/${pid}/oom_score_adj`, String(OOM_SCORE));
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Everybody in the group is gone already.
  }
}
