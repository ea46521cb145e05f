import type { CommandOutcome, DeviceCommand, DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { ActionSettings } from "@outpost/wire/site.ts";

import type { Rule } from "../rules/rule.ts";
import { NOT_HELD, stepHold, type HoldInput, type HoldState } from "./hold-point.ts";

const TICK_MS = 200;
const WRITE_TIMEOUT_MS = 10_000;

export interface ActionDeps {
  readonly clock: Clock;
  readonly log: Log;
  execute(deviceId: string, command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome>;
  /** A point could not be held for a while, or can be again. */
  onFailing(actionId: string, isFailing: boolean): void;
  /** An alarm's write has just been handed to the device, so long after the reading that led to it. */
  onActed(latencyMs: number): void;
}

type HoldSettings = Extract<ActionSettings, { kind: "hold-point" }>;
type LogSettings = Extract<ActionSettings, { kind: "log" }>;

interface Held {
  readonly settings: HoldSettings;
  state: HoldState;
  isFailing: boolean;
}

/** Carries out what alarms call for. Hands a write to the device in the turn in which the alarm was raised. */
export class ActionRunner {
  readonly #deps: ActionDeps;
  readonly #held = new Map<string, Held>();
  readonly #logs = new Map<string, LogSettings>();
  /** Which rules call for an action. */
  readonly #callers = new Map<string, Set<string>>();
  readonly #writes = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(deps: ActionDeps) {
    this.#deps = deps;
  }

  /** Adds actions, or replaces those of the same id; who calls for them stays as it was. */
  setActions(actions: readonly ActionSettings[]): void {
    for (const settings of actions) {
      const old = this.#held.get(settings.id);
      if (old !== undefined && !isSamePoint(old.settings, settings)) this.#letGo(old);
      this.#forget(settings.id);
      if (settings.kind === "log") this.#logs.set(settings.id, settings);
      else {
        const held = { settings, state: NOT_HELD, isFailing: false };
        this.#held.set(settings.id, held);
        this.#hold(held, { kind: "called", isCalled: this.#isCalled(settings.id), nowMs: this.#nowMs() });
      }
    }
  }

  /** Takes actions away; a point that was held is let go to its idle value, once. */
  retireActions(actionIds: readonly string[]): void {
    for (const id of actionIds) {
      const held = this.#held.get(id);
      if (held !== undefined) this.#letGo(held);
      this.#forget(id);
      this.#callers.delete(id);
    }
  }

  /** An alarm begins or ceases to call for its actions. Writes leave in this turn. */
  onCalling(rule: Rule, calls: boolean, sinceMs: number): void {
    for (const id of rule.actions) {
      const callers = this.#callers.get(id) ?? new Set();
      if (calls) callers.add(rule.id);
      else callers.delete(rule.id);
      if (callers.size > 0) this.#callers.set(id, callers);
      else this.#callers.delete(id);
      const held = this.#held.get(id);
      const nowMs = this.#nowMs();
      const isWriting = held !== undefined && this.#hold(held, { kind: "called", isCalled: callers.size > 0, nowMs });
      if (isWriting) this.#deps.onActed(this.#nowMs() - sinceMs);
    }
    // Words come after deeds.
    for (const id of rule.actions) if (this.#logs.has(id)) this.#logLine(id, rule, calls);
  }

  /** What the held points really show, and when their devices come back. */
  accept(event: DeviceEvent): void {
    for (const held of this.#held.values()) {
      if (held.settings.device !== event.deviceId) continue;
      if (event.kind === "status" && event.state === "online") {
        this.#hold(held, { kind: "online", nowMs: event.monotonicMs });
      } else if (event.kind === "measurement" && event.pointId === held.settings.point) {
        const value = event.reading.quality === "good" ? event.reading.value : null;
        this.#hold(held, { kind: "reading", value, nowMs: event.monotonicMs });
      }
    }
  }

  /** Lets time pass for retries until `signal` aborts, then waits for the writes under way. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(TICK_MS, signal).catch(() => {});
      for (const held of this.#held.values()) this.#hold(held, { kind: "tick", nowMs: this.#nowMs() });
    }
    this.#stop.abort(new Error("the gateway is stopping"));
    await Promise.all(this.#writes);
  }

  #hold(held: Held, input: HoldInput): boolean {
    const { settings } = held;
    const { state, write, isFailing } = stepHold(settings, held.state, input);
    held.state = state;
    const isOurs = this.#held.get(settings.id) === held;
    if (isFailing !== held.isFailing && isOurs) {
      held.isFailing = isFailing;
      this.#deps.onFailing(settings.id, isFailing);
    }
    if (write === undefined || this.#stop.signal.aborted) return false;
    const writing = this.#write(held, write).finally(() => this.#writes.delete(writing));
    this.#writes.add(writing);
    return true;
  }

  async #write(held: Held, value: number): Promise<void> {
    const { id, device, point } = held.settings;
    const command = { kind: "write", pointId: point, value, actor: `action ${id}`, priority: "alarm" } as const;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(WRITE_TIMEOUT_MS)]);
    let isDone = false;
    try {
      const outcome = await this.#deps.execute(device, command, signal);
      isDone = outcome.kind === "done";
      if (!isDone) this.#deps.log.warn("action not carried out yet", { action: id, value, outcome });
    } catch (error) {
      this.#deps.log.warn("action not carried out yet", { action: id, value, reason: asError(error).message });
    }
    this.#hold(held, { kind: "wrote", isDone, nowMs: this.#nowMs() });
  }

  #logLine(id: string, rule: Rule, calls: boolean): void {
    const fields = { action: id, rule: rule.id, priority: rule.priority, text: rule.message };
    if (calls) this.#deps.log.warn("alarm raised", fields);
    else this.#deps.log.info("alarm no longer calls", fields);
  }

  #letGo(held: Held): void {
    this.#hold(held, { kind: "called", isCalled: false, nowMs: this.#nowMs() });
  }

  #isCalled(id: string): boolean {
    return (this.#callers.get(id)?.size ?? 0) > 0;
  }

  #forget(id: string): void {
    if (this.#held.get(id)?.isFailing === true) this.#deps.onFailing(id, false);
    this.#held.delete(id);
    this.#logs.delete(id);
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicMs();
  }
}

function isSamePoint(held: HoldSettings, settings: ActionSettings): boolean {
  return settings.kind === "hold-point" && settings.device === held.device && settings.point === held.point;
}
