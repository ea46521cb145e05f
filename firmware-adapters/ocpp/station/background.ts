/** Work of one device that nobody waits for, and that is over before the device counts as closed. */
export class Background {
  readonly #onFailed: (what: string, error: unknown) => void;
  readonly #work = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  /** @param onFailed  what failed otherwise than by `stop`. */
  constructor(onFailed: (what: string, error: unknown) => void) {
    this.#onFailed = onFailed;
  }

  /** Aborts with `stop`. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Begins something; after `stop` nothing begins. */
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
      if (!this.isStopped) this.#onFailed(what, error);
    }
  }
}
