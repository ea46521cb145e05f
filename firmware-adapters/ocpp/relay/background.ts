import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

/** Work of one device that nobody waits for, and that is over before the device counts as closed. */
export class Background {
  readonly #identity: string;
  readonly #log: Log;
  readonly #work = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(identity: string, log: Log) {
    this.#identity = identity;
    this.#log = log;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Begins something. What fails is logged; after `stop` nothing begins. */
  begin(what: string, work: (signal: AbortSignal) => Promise<unknown>): void {
    if (this.isStopped) return;
    const begun = this.#run(what, work).finally(() => this.#work.delete(begun));
    this.#work.add(begun);
  }

  /** Aborts what is under way; `over` resolves when it has ended. */
  stop(): void {
    this.#stop.abort(new Error("the device was closed"));
  }

  async over(): Promise<void> {
    await Promise.all(this.#work);
  }

  async #run(what: string, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    try {
      await work(this.#stop.signal);
    } catch (error) {
      if (this.isStopped) return;
      this.#log.info("not done", { identity: this.#identity, what, reason: asError(error).message });
    }
  }
}
