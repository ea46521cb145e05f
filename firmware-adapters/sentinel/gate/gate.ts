import type { Clock } from "@outpost/kernel/clock.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { LinkError } from "../../links/errors.ts";
import type { LinkPriority } from "../../links/link.ts";
import { SentinelError } from "../errors.ts";
import type { GateDriver } from "./gate-driver.ts";

export interface GateDeps {
  readonly clock: Clock;
  readonly openMs: number;
  onMoved(isOpen: boolean): void;
  /** `detail` undefined: it works. */
  onWorks(detail: string | undefined): void;
}

/** How opening a gate went. */
export type GateOutcome =
  /** `isConfirmed`: it shows that it is open. */
  | { readonly kind: "opened"; readonly isConfirmed: boolean }
  /** `isReached` false: nothing was sent, so nothing has happened. */
  | { readonly kind: "failed"; readonly isReached: boolean; readonly detail: string };

const LOOK_EVERY_MS = 50;
/** A gate that did not take "close" is told again at this pace: closing twice does no harm, staying open does. */
const CLOSE_AGAIN_MS = 1_000;
/** How long a gate is told to close while the gateway stops. */
const LAST_CLOSE_MS = 1_500;

/**
 * A gate that is opened for a time. Whatever happens after it was told to open, it is told to close: at its time, again
 * and again where that fails, and before the device counts as stopped. When the device is opened the gate is put to rest,
 * because an earlier life may have ended in the middle of an opening.
 */
export class Gate {
  readonly #driver: GateDriver;
  readonly #deps: GateDeps;
  #closeAtMs: number | undefined;

  constructor(driver: GateDriver, deps: GateDeps) {
    this.#driver = driver;
    this.#deps = deps;
    this.#closeAtMs = driver.mustBeClosed ? deps.clock.monotonicMs() : undefined;
  }

  /** Opens, or keeps open for the full time again. Never tries twice. @throws the signal's reason. */
  async open(priority: LinkPriority, signal: AbortSignal): Promise<GateOutcome> {
    // Set before anything is sent: whatever becomes of it, it is closed.
    this.#closeAtMs = this.#nowMs() + this.#deps.openMs;
    try {
      await this.#driver.set(true, priority, signal);
    } catch (error) {
      signal.throwIfAborted();
      return this.#failed(error);
    }
    this.#closeAtMs = this.#nowMs() + this.#deps.openMs;
    this.#deps.onMoved(true);
    this.#deps.onWorks(undefined);
    return { kind: "opened", isConfirmed: this.#driver.hasFeedback };
  }

  /** Closes the gate when it is time, until the signal aborts; then closes what is open and rejects with its reason. */
  async keep(signal: AbortSignal): Promise<never> {
    try {
      for (;;) {
        await this.#deps.clock.sleep(LOOK_EVERY_MS, signal);
        if (this.#closeAtMs !== undefined && this.#nowMs() >= this.#closeAtMs) await this.#close(signal);
      }
    } finally {
      if (this.#closeAtMs !== undefined && this.#driver.mustBeClosed) await this.#closeLast();
    }
  }

  async #close(signal: AbortSignal): Promise<void> {
    const dueMs = this.#closeAtMs;
    try {
      await this.#driver.set(false, "command", signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#failed(error);
      if (this.#closeAtMs === dueMs) this.#closeAtMs = this.#nowMs() + CLOSE_AGAIN_MS;
      return;
    }
    // Somebody may have opened it anew while it was told to close: then it is to be closed later.
    if (this.#closeAtMs !== dueMs) return;
    this.#closeAtMs = undefined;
    this.#deps.onMoved(false);
    this.#deps.onWorks(undefined);
  }

  async #closeLast(): Promise<void> {
    // There is nobody left to tell; the next life puts the gate to rest.
    await this.#driver.set(false, "command", AbortSignal.timeout(LAST_CLOSE_MS)).catch(() => undefined);
  }

  #failed(error: unknown): GateOutcome {
    if (!(error instanceof LinkError) && !(error instanceof SentinelError)) throw error;
    const detail = asError(error).message;
    this.#deps.onWorks(detail);
    return { kind: "failed", isReached: error instanceof SentinelError, detail };
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicMs();
  }
}
