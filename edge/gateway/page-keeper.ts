import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A page while it is served. */
export interface ServedPage extends AsyncDisposable {
  readonly url: string;
}

export interface PageKeeperDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** For the log. */
  readonly name: string;
  /** @throws the socket's own error where the address cannot be had. */
  open(address: Address): Promise<ServedPage>;
}

/** Keeps a page served. An address that cannot be had is tried again: a page never keeps a site unguarded. */
export class PageKeeper implements AsyncDisposable {
  readonly #deps: PageKeeperDeps;
  #stop = new AbortController();
  #retrying: Promise<void> = Promise.resolve();
  #page: ServedPage | undefined;

  constructor(deps: PageKeeperDeps) {
    this.#deps = deps;
  }

  /** Undefined while the address cannot be had, or there is none. */
  get url(): string | undefined {
    return this.#page?.url;
  }

  /** Serves the page at `address`, or nowhere, and no longer where it was. Resolves after the first try, well or not. */
  async start(address: Address | undefined): Promise<void> {
    await this[Symbol.asyncDispose]();
    if (address === undefined) return;
    this.#stop = new AbortController();
    if (!(await this.#tryOpen(address))) this.#retrying = this.#retry(address, this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the page is being closed"));
    await this.#retrying;
    await this.#page?.[Symbol.asyncDispose]();
    this.#page = undefined;
  }

  async #retry(address: Address, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ firstMs: 1_000, maxMs: 60_000 });
    do {
      await this.#deps.clock.sleep(backoff.nextMs(), signal).catch(() => {});
    } while (!signal.aborted && !(await this.#tryOpen(address)));
  }

  async #tryOpen(address: Address): Promise<boolean> {
    const { log, name } = this.#deps;
    try {
      this.#page = await this.#deps.open(address);
      log.info(`${name} open`, { url: this.#page.url });
      return true;
    } catch (error) {
      log.error(`${name} cannot be opened yet`, { ...address, reason: asError(error).message });
      return false;
    }
  }
}
