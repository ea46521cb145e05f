import type { Provision } from "../provision/provision.ts";
import type { SyncDeps, UplinkState } from "../sync/sync-deps.ts";
import { runSync } from "../sync/sync.ts";

export type UplinkDeps = Omit<SyncDeps, "url" | "onState" | "openSocket"> & {
  readonly provision: Pick<Provision, "mqttUrl" | "openSocket" | "noteUplink" | "onChange">;
  /** What the site file says; it comes before what the fleet said when this gateway was claimed. */
  readonly siteUrl: () => string | undefined;
};

/** Keeps sync running towards the site's uplink, if it has one, with the certificate that this gateway has now. */
export class Uplink implements AsyncDisposable {
  readonly #deps: UplinkDeps;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** One after the other: a new site and a new certificate may come at once. */
  #starting: Promise<void> = Promise.resolve();
  #unsubscribe: () => void = () => {};
  #state: UplinkState | undefined;
  #isClosed = false;

  constructor(deps: UplinkDeps) {
    this.#deps = deps;
  }

  /** Undefined where the site has no uplink. */
  get state(): UplinkState | undefined {
    return this.#state;
  }

  /** Begins, and from now on begins anew whenever this gateway's identity changes. */
  async open(): Promise<void> {
    this.#unsubscribe = this.#deps.provision.onChange(() => {
      // It ends on a bug only, which must be seen as one.
      this.restart().catch((error: unknown) => {
        setImmediate(() => {
          throw error;
        });
      });
    });
    await this.restart();
  }

  /** Goes over to another fleet, another certificate, or to none. */
  restart(): Promise<void> {
    this.#starting = this.#starting.then(() => this.#startAnew());
    return this.#starting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe();
    this.#isClosed = true;
    this.#starting = this.#starting.then(() => this.#end());
    await this.#starting;
  }

  async #startAnew(): Promise<void> {
    await this.#end();
    const { provision, siteUrl } = this.#deps;
    const url = siteUrl() ?? provision.mqttUrl;
    if (url === undefined || this.#isClosed) return;
    this.#stop = new AbortController();
    this.#state = { phase: "offline", reason: "" };
    const onState = (state: UplinkState): void => {
      this.#state = state;
      if (state.phase !== "greeting") provision.noteUplink(state.phase === "live");
    };
    const openSocket: SyncDeps["openSocket"] = async (to, signal) => await provision.openSocket(to, signal);
    this.#running = runSync({ ...this.#deps, url, openSocket, onState }, this.#stop.signal);
    // Sync ends on the signal only; anything else is a bug and must be seen as one.
    this.#running.catch((error: unknown) => {
      setImmediate(() => {
        throw error;
      });
    });
  }

  async #end(): Promise<void> {
    this.#stop.abort(new Error("the uplink is being closed"));
    await this.#running;
    this.#state = undefined;
  }
}
