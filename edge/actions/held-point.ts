import type { CommandOutcome, DeviceCommand, DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { notHeld, stepHold, type HoldInput, type HoldState } from "./hold-point.ts";

const WRITE_TIMEOUT_MS = 10_000;

export interface HeldPointDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the writes; nothing is written after it. */
  readonly stop: AbortSignal;
  execute(deviceId: string, command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome>;
  /** The point could not be held for a while, or can be again. */
  onFailing(isFailing: boolean): void;
}

/** Where an action holds a point, and the value of it while nobody calls. */
export interface HeldPlace {
  readonly actionId: string;
  readonly device: string;
  readonly point: string;
  readonly idle: number;
}

/** One point that an action holds: writes what is wanted, again and again until the device shows it. */
export class HeldPoint {
  readonly place: HeldPlace;
  readonly #deps: HeldPointDeps;
  readonly #writes = new Set<Promise<void>>();
  #state: HoldState;
  #isFailing = false;

  constructor(place: HeldPlace, deps: HeldPointDeps) {
    this.place = place;
    this.#deps = deps;
    this.#state = notHeld(place.idle);
  }

  /** Writes under way. */
  get writes(): readonly Promise<void>[] {
    return [...this.#writes];
  }

  /** Whether the device has taken what is wanted, by its own answer. */
  get isWritten(): boolean {
    return !this.#state.isOwed && this.#state.writing === undefined;
  }

  /** @returns whether a write left in this turn. */
  want(value: number): boolean {
    return this.#step({ kind: "wanted", value, nowMs: this.#deps.clock.monotonicMs() });
  }

  /** Goes to the idle value, and says no more of how that went. */
  letGo(): void {
    this.want(this.place.idle);
    if (this.#isFailing) this.#deps.onFailing(false);
    this.#isFailing = false;
  }

  /** What the point really shows, and when its device comes back. */
  accept(event: DeviceEvent): void {
    if (event.deviceId !== this.place.device) return;
    if (event.kind === "status" && event.state === "online") {
      this.#step({ kind: "online", nowMs: event.monotonicMs });
    } else if (event.kind === "measurement" && event.pointId === this.place.point) {
      const value = event.reading.quality === "good" ? event.reading.value : null;
      this.#step({ kind: "reading", value, nowMs: event.monotonicMs });
    }
  }

  /** Lets time pass for retries. */
  tick(): void {
    this.#step({ kind: "tick", nowMs: this.#deps.clock.monotonicMs() });
  }

  isAt(place: HeldPlace): boolean {
    return place.device === this.place.device && place.point === this.place.point;
  }

  #step(input: HoldInput): boolean {
    const { state, write, isFailing } = stepHold(this.place.idle, this.#state, input);
    this.#state = state;
    if (isFailing !== this.#isFailing) {
      this.#isFailing = isFailing;
      this.#deps.onFailing(isFailing);
    }
    if (write === undefined || this.#deps.stop.aborted) return false;
    const writing = this.#write(write).finally(() => this.#writes.delete(writing));
    this.#writes.add(writing);
    return true;
  }

  async #write(value: number): Promise<void> {
    const { log, stop } = this.#deps;
    const { actionId, device, point } = this.place;
    const actor = `action ${actionId}`;
    const command = { kind: "write", pointId: point, value, actor, priority: "alarm" } as const;
    const signal = AbortSignal.any([stop, AbortSignal.timeout(WRITE_TIMEOUT_MS)]);
    let isDone = false;
    try {
      const outcome = await this.#deps.execute(device, command, signal);
      isDone = outcome.kind === "done";
      if (!isDone) log.warn("action not carried out yet", { action: actionId, value, outcome });
    } catch (error) {
      log.warn("action not carried out yet", { action: actionId, value, reason: asError(error).message });
    }
    this.#step({ kind: "wrote", isDone, nowMs: this.#deps.clock.monotonicMs() });
  }
}
