import type { CommandOutcome, DeviceCommand, DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import { isHolding, isSending, type ActionSettings, type HoldingAction } from "@outpost/wire/site-alarms.ts";

import type { Rule } from "../rules/rule.ts";
import { HeldPoint } from "./held-point.ts";
import { leastFar, stepProgress, type Progress, type ProgressInput } from "./progress.ts";
import type { Sender } from "./sending/sender.ts";
import { isInSounding, untilNextEdgeMs } from "./siren-pattern.ts";

const TICK_MS = 200;

export interface ActionDeps {
  readonly clock: Clock;
  readonly log: Log;
  execute(deviceId: string, command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome>;
  /** A point could not be held for a while, or can be again. */
  onFailing(actionId: string, isFailing: boolean): void;
  /** An alarm's write has just been handed to the device, so long after the reading that led to it. */
  onActed(latencyMs: number): void;
  /** Does what is done once for each alarm: messages, voices, signs. */
  readonly sender: Sender;
}

interface Held {
  readonly settings: HoldingAction;
  readonly point: HeldPoint;
}

/** What a held point is asked to be now. `isWritten`: the device has taken it, by its own answer. */
export interface HeldAction {
  readonly settings: HoldingAction;
  readonly wanted: number;
  readonly isWritten: boolean;
}

/** What one action knows of the rules that name it. */
interface Callers {
  /** Rules that call for it now. */
  readonly calling: Set<string>;
  /** Monotonic, since when one of them does. */
  sinceMs: number;
  /** How far the alarm of each rule is. */
  readonly progress: Map<string, Progress>;
}

/** Who calls: a rule, a step of its escalation, or its self-test. */
export type Caller = Pick<Rule, "id" | "actions" | "priority" | "message">;

/** Carries out what alarms call for. Hands a write to the device in the turn in which the alarm was raised. */
export class ActionRunner {
  readonly #deps: ActionDeps;
  readonly #held = new Map<string, Held>();
  /** Points that were let go and whose last write may still be under way. */
  readonly #leaving = new Set<HeldPoint>();
  readonly #logs = new Set<string>();
  readonly #callers = new Map<string, Callers>();
  readonly #stop = new AbortController();

  constructor(deps: ActionDeps) {
    this.#deps = deps;
  }

  /** Adds actions, or replaces those of the same id; who calls for them stays as it was. */
  setActions(actions: readonly ActionSettings[]): void {
    for (const settings of actions) {
      const old = this.#held.get(settings.id)?.point;
      this.#logs.delete(settings.id);
      this.#held.delete(settings.id);
      const point = isHolding(settings) ? this.#pointFor(settings) : undefined;
      if (old !== undefined && (point === undefined || !old.isAt(point.place))) this.#letGo(old);
      if (settings.kind === "log") this.#logs.add(settings.id);
      else if (isHolding(settings) && point !== undefined) this.#held.set(settings.id, { settings, point });
      this.#hold(settings.id);
    }
    this.#deps.sender.setActions(actions.filter((one) => isSending(one)));
    // One that is of another kind now sends no more.
    this.#deps.sender.retireActions(actions.filter((one) => !isSending(one)).map(({ id }) => id));
  }

  /** Takes actions away; a point that was held is let go to its idle value, once. */
  retireActions(actionIds: readonly string[]): void {
    for (const id of actionIds) {
      const held = this.#held.get(id);
      if (held !== undefined) this.#letGo(held.point);
      this.#held.delete(id);
      this.#logs.delete(id);
      this.#callers.delete(id);
    }
    this.#deps.sender.retireActions(actionIds);
  }

  /** What a held point is asked to be now, and where it is; undefined where the action holds none. */
  held(actionId: string): HeldAction | undefined {
    const held = this.#held.get(actionId);
    if (held === undefined) return undefined;
    const { settings, point } = held;
    return { settings, wanted: this.#wanted(actionId, settings), isWritten: point.isWritten };
  }

  /** An alarm begins or ceases to call for its actions. Writes leave in this turn. */
  onCalling(rule: Caller, calls: boolean, sinceMs: number): void {
    for (const id of rule.actions) {
      const callers = this.#callersOf(id);
      const { calling } = callers;
      if (calls && calling.size === 0) callers.sinceMs = this.#deps.clock.monotonicMs();
      if (calls) calling.add(rule.id);
      else calling.delete(rule.id);
      if (this.#hold(id)) this.#deps.onActed(this.#deps.clock.monotonicMs() - sinceMs);
    }
    // Words come after deeds.
    for (const id of rule.actions) if (this.#logs.has(id)) this.#logLine(id, rule, calls);
  }

  /** An alarm took a step: callers see how far it is. Writes leave in this turn. */
  onStep(rule: Rule, record: AlarmRecord): void {
    this.#progress(rule.actions, rule.id, { kind: "step", record, nowMs: this.#deps.clock.monotonicMs() });
    this.#deps.sender.onStep(rule, record);
  }

  /** A step of an alarm is on the disk. */
  onWritten(record: Pick<AlarmRecord, "ruleId" | "version">): void {
    this.#progress(this.#held.keys(), record.ruleId, { kind: "written", version: record.version });
  }

  /** What the held points really show, and when their devices come back. */
  accept(event: DeviceEvent): void {
    for (const { point } of this.#held.values()) point.accept(event);
  }

  /** Lets time pass for retries until `signal` aborts, then waits for the writes under way. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(this.#nextLookMs(), signal).catch(() => {});
      const nowMs = this.#deps.clock.monotonicMs();
      for (const [id, { point }] of this.#held) {
        for (const ruleId of this.#callersOf(id).progress.keys()) this.#progress([id], ruleId, { kind: "tick", nowMs });
        this.#hold(id);
        point.tick();
      }
    }
    this.#stop.abort(new Error("the gateway is stopping"));
    const points = [...this.#leaving, ...[...this.#held.values()].map(({ point }) => point)];
    await Promise.all(points.flatMap((point) => point.writes));
  }

  /** A pattern's edge may come before the next look. */
  #nextLookMs(): number {
    const nowMs = this.#deps.clock.monotonicMs();
    let nextMs = TICK_MS;
    for (const [id, { settings }] of this.#held) {
      const { calling, sinceMs } = this.#callersOf(id);
      if (settings.kind !== "siren-pattern" || calling.size === 0) continue;
      nextMs = Math.min(nextMs, untilNextEdgeMs(settings, nowMs - sinceMs));
    }
    return Math.max(1, nextMs);
  }

  #pointFor(settings: HoldingAction): HeldPoint {
    const { id, device, point, idle } = settings;
    const { clock, log } = this.#deps;
    const held = new HeldPoint(
      { actionId: id, device, point, idle },
      {
        clock,
        log,
        stop: this.#stop.signal,
        execute: (...write) => this.#deps.execute(...write),
        // A point that was let go speaks for no action any more.
        onFailing: (isFailing) => {
          if (!this.#leaving.has(held)) this.#deps.onFailing(id, isFailing);
        },
      },
    );
    return held;
  }

  #letGo(point: HeldPoint): void {
    point.letGo();
    this.#leaving.add(point);
    // Its one write decides; whether it arrived or not, nobody tries again.
    Promise.all(point.writes).then(
      () => this.#leaving.delete(point),
      () => this.#leaving.delete(point),
    );
  }

  #callersOf(id: string): Callers {
    let callers = this.#callers.get(id);
    if (callers === undefined) {
      callers = { calling: new Set(), sinceMs: 0, progress: new Map() };
      this.#callers.set(id, callers);
    }
    return callers;
  }

  #progress(actionIds: Iterable<string>, ruleId: string, input: ProgressInput): void {
    for (const id of actionIds) {
      const settings = this.#held.get(id)?.settings;
      if (settings?.kind !== "show-progress") continue;
      const { progress } = this.#callersOf(id);
      const next = stepProgress(progress.get(ruleId), input, settings.acknowledgedForMs);
      if (next === undefined) progress.delete(ruleId);
      else progress.set(ruleId, next);
      this.#hold(id);
    }
  }

  /** Brings one action's point to what is wanted of it now. @returns whether a write left in this turn. */
  #hold(id: string): boolean {
    const held = this.#held.get(id);
    return held !== undefined && held.point.want(this.#wanted(id, held.settings));
  }

  #wanted(id: string, settings: HoldingAction): number {
    return wantedValue(settings, this.#callersOf(id), this.#deps.clock.monotonicMs());
  }

  #logLine(id: string, rule: Caller, calls: boolean): void {
    const fields = { action: id, rule: rule.id, priority: rule.priority, text: rule.message };
    if (calls) this.#deps.log.warn("alarm raised", fields);
    else this.#deps.log.info("alarm no longer calls", fields);
  }
}

function wantedValue(settings: HoldingAction, { calling, sinceMs, progress }: Callers, nowMs: number): number {
  switch (settings.kind) {
    case "hold-point":
      return calling.size > 0 ? settings.active : settings.idle;
    case "siren-pattern":
      return calling.size > 0 && isInSounding(settings, nowMs - sinceMs) ? settings.active : settings.idle;
    case "show-progress": {
      const stage = leastFar(progress.values());
      return stage === undefined ? settings.idle : settings[stage];
    }
  }
}
