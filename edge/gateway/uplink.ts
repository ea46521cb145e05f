import type { SyncDeps, UplinkState } from "../sync/sync-deps.ts";
import { runSync } from "../sync/sync.ts";

export type UplinkDeps = Omit<SyncDeps, "url" | "onState">;

/** Keeps sync running towards the site's uplink, if it has one. */
export class Uplink implements AsyncDisposable {
  readonly #deps: UplinkDeps;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #state: UplinkState | undefined;

  constructor(deps: UplinkDeps) {
    this.#deps = deps;
  }

  /** Undefined where the site has no uplink. */
  get state(): UplinkState | undefined {
    return this.#state;
  }

  /** Goes over to another fleet, or to none. */
  async start(url: string | undefined): Promise<void> {
    await this[Symbol.asyncDispose]();
    if (url === undefined) return;
    this.#stop = new AbortController();
    this.#state = { phase: "offline", reason: "" };
    const onState = (state: UplinkState): void => {
      this.#state = state;
    };
    this.#running = runSync({ ...this.#deps, url, onState }, this.#stop.signal);
    // Sync ends on the signal only; anything else is a bug and must be seen as one.
    this.#running.catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the uplink is being closed"));
    await this.#running;
    this.#state = undefined;
  }
}
