import type { Clock } from "@outpost/kernel/clock.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { CommandOutcome, RefusalReason } from "../../event.ts";
import { LinkError } from "../../links/errors.ts";
import type { LinkPriority } from "../../links/link.ts";
import type { BusTerms, Caller, LockBus, Told } from "../bus/lock-bus.ts";
import { FEEDBACK_MS, type Order } from "../doors/door.ts";
import type { Doors } from "../doors/doors.ts";
import { LockerError } from "../errors.ts";
import type { Compartment, LockerSettings } from "../settings.ts";
import type { Cabinet } from "./cabinet.ts";

export interface OpeningsDeps {
  readonly clock: Clock;
  readonly bus: LockBus;
  readonly terms: BusTerms;
  readonly doors: Doors;
  readonly cabinet: Cabinet;
}

/** One door to be opened, once. */
export interface OpeningOrder {
  readonly compartment: Compartment;
  readonly order: Order;
  readonly priority: LinkPriority;
  /** 1 where a second pulse is never permitted: a single-use code. */
  readonly maxPulses: number;
}

/** How soon after a pulse the board is looked at, and how long the pauses between looks grow. */
const FIRST_LOOK_MS = 25;
const MAX_LOOK_MS = 200;
/** A second pulse is due where this long after the first every look showed the door shut. */
const SECOND_PULSE_AFTER_MS = 1_000;

/** Opens doors: a pulse, then looks at the board until it shows the door open or the time is over. */
export class Openings {
  readonly #settings: LockerSettings;
  readonly #deps: OpeningsDeps;
  /** From the moment an order is taken until its end. */
  readonly #busy = new Set<number>();

  constructor(settings: LockerSettings, deps: OpeningsDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  /**
   * Keeps a door for one order.
   *
   * @returns what gives it back; a refusal where the door is being opened already.
   */
  reserve({ number }: Compartment): Disposable | Refusal {
    if (this.#busy.has(number) || this.#deps.doors.isOpening(number)) {
      return refusal("busy", `door ${number} is being opened already`);
    }
    this.#busy.add(number);
    return { [Symbol.dispose]: () => this.#busy.delete(number) };
  }

  /** Opens one reserved door. A pulse is repeated only within `maxPulses`, and only where every look showed the door shut. */
  async openReserved(order: OpeningOrder, signal: AbortSignal): Promise<CommandOutcome> {
    const { number } = order.compartment;
    const caller = { priority: order.priority, signal };
    if (this.#isOpen(number) && (await this.#isStillOpen(number, caller))) {
      return { kind: "done", before: 1, after: 1, detail: `door ${number} was open already` };
    }
    const first = await this.#pulse(order, signal);
    if (first.kind === "refused") return first;
    const outcome = await this.#watch(order, first, signal);
    return outcome;
  }

  /** Tells the board to open all its doors, and looks until all of the cabinet's are open. Never repeated. */
  async openAll(actor: string, signal: AbortSignal): Promise<CommandOutcome> {
    const { bus, terms, doors, clock } = this.#deps;
    const { compartments } = doors;
    const order = { actor, reference: "open-all" };
    const request = { kind: "open-all", board: this.#settings.board } as const;
    const caller: Caller = { priority: "command", signal };
    try {
      const told = await bus.pulse(request, terms, caller, () => {
        for (const one of compartments) doors.step(one, { kind: "ordered", order });
      });
      // Boards open one door after the other, so that their supply holds.
      const endMs = clock.monotonicMs() + FEEDBACK_MS + this.#settings.pulseMs * this.#settings.compartments.length;
      await this.#lookUntil(() => compartments.every(({ number }) => this.#isOpen(number)), { caller, endMs });
      const shut = compartments.filter(({ number }) => !this.#isOpen(number)).map(({ id }) => id);
      if (shut.length === 0) return { kind: "done", before: 0, after: 1 };
      return { kind: "unconfirmed", before: 0, detail: `not seen open: ${shut.join(", ")}${doubtOf(told)}` };
    } catch (error) {
      signal.throwIfAborted();
      for (const one of compartments) doors.step(one, { kind: "withdrawn" });
      return notSent(error);
    }
  }

  async #isStillOpen(number: number, caller: Caller): Promise<boolean> {
    await this.#lookQuietly(caller);
    return this.#isOpen(number);
  }

  async #pulse({ compartment, order, priority }: OpeningOrder, signal: AbortSignal): Promise<Told | Refusal> {
    const { bus, terms, doors } = this.#deps;
    const seconds = this.#settings.pulseMs >= 1_000 ? { seconds: this.#settings.pulseMs / 1_000 } : {};
    const request = { kind: "open", board: this.#settings.board, lock: compartment.number, ...seconds } as const;
    try {
      const told = await bus.pulse(request, terms, { priority, signal }, () =>
        doors.step(compartment, { kind: "ordered", order }),
      );
      doors.step(compartment, { kind: "pulsed" });
      return told;
    } catch (error) {
      signal.throwIfAborted();
      doors.step(compartment, { kind: "withdrawn" });
      return notSent(error);
    }
  }

  async #watch(order: OpeningOrder, first: Told, signal: AbortSignal): Promise<CommandOutcome> {
    const { clock } = this.#deps;
    const { number, id } = order.compartment;
    const caller = { priority: order.priority, signal };
    const isSettled = (): boolean => this.#deps.doors.door(number).phase !== "opening";
    let doubt = doubtOf(first);
    let endMs = clock.monotonicMs() + FEEDBACK_MS + this.#settings.timeoutMs;
    if (order.maxPulses > 1 && first.kind === "sent") {
      const secondAtMs = clock.monotonicMs() + SECOND_PULSE_AFTER_MS;
      const wasAlwaysSeen = await this.#lookUntil(isSettled, { caller, endMs: secondAtMs });
      if (!isSettled() && wasAlwaysSeen) {
        const second = await this.#pulse(order, signal);
        if (second.kind !== "refused") doubt = doubtOf(second);
        endMs = clock.monotonicMs() + FEEDBACK_MS + this.#settings.timeoutMs;
      }
    }
    await this.#lookUntil(isSettled, { caller, endMs });
    if (this.#isOpen(number)) return { kind: "done", before: 0, after: 1, detail: `compartment ${id}` };
    const what = isSettled() ? `door ${number} stays shut` : `door ${number} could not be seen`;
    return { kind: "unconfirmed", before: 0, detail: `compartment ${id}: ${what}${doubt}` };
  }

  /** @returns whether every look showed the board. */
  async #lookUntil(
    isSo: () => boolean,
    { caller, endMs }: { readonly caller: Caller; readonly endMs: number },
  ): Promise<boolean> {
    const { clock } = this.#deps;
    let wasAlwaysSeen = true;
    for (
      let pauseMs = FIRST_LOOK_MS;
      !isSo() && clock.monotonicMs() < endMs;
      pauseMs = Math.min(pauseMs * 2, MAX_LOOK_MS)
    ) {
      await clock.sleep(pauseMs, caller.signal);
      if (!isSo()) wasAlwaysSeen = (await this.#lookQuietly(caller)) && wasAlwaysSeen;
    }
    return wasAlwaysSeen;
  }

  /** @returns whether the board answered. */
  async #lookQuietly(caller: Caller): Promise<boolean> {
    try {
      await this.#deps.cabinet.look(caller);
      return true;
    } catch (error) {
      caller.signal.throwIfAborted();
      // A board may be busy with its pulse, and the poller judges whether it is lost.
      if (error instanceof LinkError || error instanceof LockerError) return false;
      throw error;
    }
  }

  #isOpen(number: number): boolean {
    return this.#deps.doors.door(number).phase === "open";
  }
}

export type Refusal = Extract<CommandOutcome, { readonly kind: "refused" }>;

/** A refusal as an outcome. */
export function refusal(reason: RefusalReason, detail: string): Refusal {
  return { kind: "refused", reason, detail };
}

/** Nothing has gone out, or the board says that it did nothing. */
function notSent(error: unknown): Refusal {
  if (error instanceof LockerError && error.code === "locker/refused")
    return refusal("refused-by-device", error.message);
  if (error instanceof LinkError && error.code === "link/busy") return refusal("busy", error.message);
  if (error instanceof LinkError || error instanceof LockerError) return refusal("device-offline", error.message);
  throw asError(error);
}

function doubtOf(told: Told): string {
  return told.kind === "doubtful" ? ` (${told.detail})` : "";
}
