import { Worker } from "node:worker_threads";

import { Backoff } from "@outpost/kernel/backoff.ts";
import { sleep, type Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import type { FromWorker, ToWorker, WorkerSettings } from "./worker/protocol.ts";

/** A worker that has closed its file by itself is waited for this long. */
const CLOSE_WAIT_MS = 10_000;

export interface WorkerLifeOptions {
  readonly url: URL;
  readonly settings: Omit<WorkerSettings, "wallMs" | "monotonicMs">;
  readonly clock: Clock;
  readonly log: Log;
  onMessage(message: FromWorker): void;
  /** The worker ended without being told to; another is started after a pause. */
  onDeath(why: string): void;
  /** A worker was started: what must be kept is sent to it again. */
  onStart(): void;
}

/** Keeps one worker alive: starts it, starts another when it dies, ends it. */
export class WorkerLife {
  readonly #options: WorkerLifeOptions;
  readonly #backoff: Backoff;
  readonly #stop = new AbortController();
  #worker: Worker | undefined;
  readonly #running: Promise<void>;

  constructor(options: WorkerLifeOptions) {
    this.#options = options;
    const { retryFirstMs, retryMaxMs } = options.settings.limits;
    this.#backoff = new Backoff({ firstMs: retryFirstMs, maxMs: retryMaxMs });
    this.#running = this.#run();
  }

  get isAlive(): boolean {
    return this.#worker !== undefined;
  }

  /** Sends to the worker, where there is one. */
  post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  /** The worker does its work: the pause before the next start is short again. */
  isWell(): void {
    this.#backoff.reset();
  }

  /** Lets the worker finish what it has and close the file; ends it where that takes too long. */
  async close(): Promise<void> {
    this.#stop.abort(new Error("the journal was closed"));
    const worker = this.#worker;
    if (worker !== undefined) {
      this.post({ kind: "close" });
      const ended = new AbortController();
      const patience = sleep(CLOSE_WAIT_MS, ended.signal).catch(() => {});
      await Promise.race([this.#running, patience]);
      ended.abort();
      if (this.isAlive) await worker.terminate();
    }
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, clock } = this.#options;
    while (!this.#stop.signal.aborted) {
      const why = await this.#oneLife();
      if (this.#stop.signal.aborted) return;
      const pauseMs = this.#backoff.nextMs();
      log.error("the journal's worker ended; another is started", { why, pauseMs });
      this.#options.onDeath(why);
      // Cut short where the journal is closed meanwhile; the loop sees that itself.
      await clock.sleep(pauseMs, this.#stop.signal).catch(() => {});
    }
  }

  /** @returns why it ended. */
  async #oneLife(): Promise<string> {
    const { url, settings, clock } = this.#options;
    const { wallMs, monotonicMs } = clock.now();
    const worker = new Worker(url, { workerData: { ...settings, wallMs, monotonicMs } satisfies WorkerSettings });
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    let why = "it exited";
    worker.on("message", (message: FromWorker) => this.#options.onMessage(message));
    worker.on("error", (error) => {
      why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on("exit", (code) => resolve(`${why} (exit code ${code})`));
    this.#worker = worker;
    this.#options.onStart();
    await ended;
    this.#worker = undefined;
    return ended;
  }
}
