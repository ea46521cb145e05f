import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";

import type { BadReason } from "../../event.ts";
import { LinkError } from "../../links/errors.ts";
import type { PointBoard } from "../../point-board.ts";
import type { BoardStatus, BusTerms, Caller, LockBus } from "../bus/lock-bus.ts";
import type { Doors } from "../doors/doors.ts";
import { LockerError } from "../errors.ts";
import type { LockerSettings } from "../settings.ts";

export interface CabinetDeps {
  readonly clock: Clock;
  readonly bus: LockBus;
  readonly terms: BusTerms;
  readonly doors: Doors;
  readonly board: PointBoard;
}

/** So many questions in a row without a proper answer, and the board is lost: one may go astray on any line. */
const FAILURES_TO_LOSE = 2;
/** A board that is lost is asked at growing distances, so that it does not hold up the others on its line. */
const PROBE = { firstMs: 500, maxMs: 8_000 };
const LINK_DOWN_MS = 500;

/** Looks at one board again and again, and knows whether it is there. */
export class Cabinet {
  readonly #settings: LockerSettings;
  readonly #deps: CabinetDeps;
  readonly #probe = new Backoff(PROBE);
  #failures = 0;
  #wake: (() => void) | undefined;

  constructor(settings: LockerSettings, deps: CabinetDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  get isOnline(): boolean {
    return this.#deps.board.state === "online";
  }

  /** Reads the board once and shows what it says. @throws LockerError, LinkError, or the signal's reason. */
  async look(caller: Caller): Promise<BoardStatus> {
    const { bus, terms, doors, board } = this.#deps;
    const status = await bus.readBoard(this.#settings.board, terms, caller);
    // Closed in the meantime: nobody is to hear anything more.
    caller.signal.throwIfAborted();
    this.#failures = 0;
    this.#probe.reset();
    doors.see(status);
    board.online();
    return status;
  }

  /** The board has something to say: it is looked at soon. */
  hurry(): void {
    this.#wake?.();
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake?.(), { once: true });
    for (;;) {
      const pauseMs = await this.#round(signal);
      await this.#pause(pauseMs, signal);
    }
  }

  /** @returns how long to wait before the next one. */
  async #round(signal: AbortSignal): Promise<number> {
    try {
      await this.look({ priority: "poll", signal });
      return this.#settings.pollIntervalMs;
    } catch (error) {
      signal.throwIfAborted();
      return this.#judge(error);
    }
  }

  #judge(error: unknown): number {
    const { doors } = this.#deps;
    // A full line says nothing about the board.
    if (error instanceof LinkError && error.code === "link/busy") return this.#settings.pollIntervalMs;
    if (error instanceof LinkError) {
      this.#failures = FAILURES_TO_LOSE;
      doors.lose("link-down", error.message, "offline");
      return LINK_DOWN_MS;
    }
    if (!(error instanceof LockerError)) throw error;
    this.#failures += 1;
    if (this.#failures < FAILURES_TO_LOSE) return 0;
    const isGarbled = error.code === "locker/bad-frame";
    const reason: BadReason = isGarbled ? "bad-frame" : error.code === "locker/refused" ? "device-refused" : "timeout";
    doors.lose(reason, error.message, isGarbled ? "fault" : "offline");
    return this.#probe.nextMs();
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    try {
      await this.#deps.clock.sleep(ms, woken.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!woken.signal.aborted) throw error;
    } finally {
      this.#wake = undefined;
    }
  }
}
