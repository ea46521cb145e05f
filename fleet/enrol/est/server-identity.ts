import type { SecureContextOptions } from "node:tls";

import { Backoff } from "@outpost/kernel/backoff.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { Authority, KeyedCertificate } from "../authority/authority.ts";

const LIFE_MS = 90 * 86_400_000;
const LOOK_EVERY_MS = 3_600_000;

/** Something that listens with a certificate and can be given a newer one. */
export interface TlsListener {
  setSecureContext(options: SecureContextOptions): void;
}

/** The fleet's own certificate for its listeners and towards its broker: made at start, its key in memory only. */
export class ServerIdentity {
  readonly #authority: Authority;
  readonly #names: readonly string[];
  readonly #listeners = new Set<TlsListener>();
  #current: KeyedCertificate;

  private constructor(authority: Authority, names: readonly string[], first: KeyedCertificate) {
    this.#authority = authority;
    this.#names = names;
    this.#current = first;
  }

  /** @param names  host names and addresses that gateways know the fleet by. */
  static async make(authority: Authority, names: readonly string[]): Promise<ServerIdentity> {
    return new ServerIdentity(authority, names, await authority.issueFleet(names, Date.now(), LIFE_MS));
  }

  /** For `tls.createServer` and `tls.connect`: the certificate, and whom to believe. */
  get options(): { readonly key: string; readonly cert: string; readonly ca: string; readonly minVersion: "TLSv1.3" } {
    const { keyPem: key, chainPem: cert } = this.#current;
    return { key, cert, ca: this.#authority.chain.map((one) => one.toString("pem")).join("\n"), minVersion: "TLSv1.3" };
  }

  /** From now on this listener gets every newer certificate. */
  serve(listener: TlsListener): void {
    this.#listeners.add(listener);
  }

  /** Renews at two thirds of the certificate's life, until `signal` aborts. */
  async keepFresh(log: Log, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ firstMs: 60_000, maxMs: LOOK_EVERY_MS });
    while (!signal.aborted) {
      const isDue = this.#current.notAfterMs - Date.now() < LIFE_MS / 3;
      try {
        if (isDue) await this.#renew(log);
        backoff.reset();
      } catch (error) {
        log.error("the fleet's own certificate could not be renewed", { reason: asError(error).message });
      }
      await systemClock.sleep(isDue ? backoff.nextMs() : LOOK_EVERY_MS, signal).catch(() => {});
    }
  }

  async #renew(log: Log): Promise<void> {
    this.#current = await this.#authority.issueFleet(this.#names, Date.now(), LIFE_MS);
    for (const listener of this.#listeners) listener.setSecureContext(this.options);
    log.info("the fleet's own certificate was renewed", { notAfterMs: this.#current.notAfterMs });
  }
}
