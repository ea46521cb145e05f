import assert from "node:assert";

import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";

import { arm } from "../timekeeping/persisted-deadline.ts";
import { AcknowledgeButtons } from "./acknowledge-buttons.ts";
import type { AlarmOrder, RuleOrder } from "./alarm-order.ts";
import type { ComparatorInput } from "./comparator.ts";
import { isRaised, nextDueMs, startCondition, stepCondition } from "./condition.ts";
import { alarmRate, isFlooded, noteRaise, type AlarmRate, type RaisedAt } from "./flood.ts";
import { isCalling, stepAlarm, suppressionOf, type AlarmAnswer, type AlarmInput } from "./life/alarm-life.ts";
import { alarmRecordOf, isStanding } from "./life/alarm-record.ts";
import { ALARM_STATE_PREFIX, endingOf, parseAlarm, restorePhase, type PersistedAlarm } from "./life/persisted-alarm.ts";
import { PointIndex } from "./point-index.ts";
import type { Rule } from "./rule.ts";
import { earliestDueMs, floodSource, restoreTimers, rowOf, startWatching, type Watched } from "./watched.ts";

/** Time alone is looked at no later than this, whatever the deadlines say. */
const MAX_WAIT_MS = 1_000;

export interface EngineDeps {
  readonly clock: Clock;
  readonly bootId: string;
  /** A fresh random id of 32 hex digits. */
  newOccurrenceId(): string;
  /**
   * Called first and in the same turn in which an alarm begins or ceases to call for its actions.
   *
   * @param sinceMs  monotonic, when the reading arrived that led to it.
   */
  onCalling(rule: Rule, calls: boolean, sinceMs: number): void;
  /**
   * Called in the same turn with every step that has something to tell, after `onCalling`; and after a restart with the
   * last step of each alarm that stands.
   */
  onStep(rule: Rule, record: AlarmRecord): void;
  /** Hands a step and the state rows that go with it to the journal; returns at once. */
  write(record: AlarmRecord | undefined, rows: Readonly<Record<string, string | null>>): void;
}

/** An alarm as the page shows it. */
export interface AlarmView {
  readonly rule: Rule;
  readonly life: Watched["life"];
  readonly last: AlarmRecord | undefined;
}

export type { AlarmOrder } from "./alarm-order.ts";

/** Runs every rule: readings and time in, alarm steps and calls for actions out. The only writer of alarms' states. */
export class AlarmEngine {
  readonly #deps: EngineDeps;
  readonly #watched = new Map<string, Watched>();
  readonly #byPoint = new PointIndex<Watched>();
  readonly #suppressedBy = new PointIndex<Watched>();
  readonly #buttons = new AcknowledgeButtons();
  readonly #listeners = new Set<(record: AlarmRecord) => void>();
  #raisedAt: RaisedAt = new Map();
  #armedForMs = Number.POSITIVE_INFINITY;
  #wake: AbortController | undefined;

  constructor(deps: EngineDeps) {
    this.#deps = deps;
  }

  /** Adds rules, or replaces those of the same id; a replaced rule's alarm goes on under the new rule. */
  setRules(rules: readonly Rule[]): void {
    for (const rule of rules) {
      const old = this.#watched.get(rule.id);
      if (old === undefined) this.#add(rule);
      else this.#replace(old, rule);
    }
  }

  /** Takes rules away and ends their alarms. Unknown ids are left out. */
  retireRules(ruleIds: readonly string[]): void {
    for (const id of ruleIds) {
      const watched = this.#watched.get(id);
      if (watched === undefined) continue;
      this.#take(watched, { kind: "retire" });
      this.#unindex(watched);
      this.#watched.delete(id);
      this.#deps.write(undefined, { [ALARM_STATE_PREFIX + id]: null });
    }
  }

  /**
   * Goes on from what was written down before a restart. Call once, after the rules are set. An alarm whose rule is
   * gone, or which was raised anew before the disk gave its rows, is ended; a row that cannot be read is dropped.
   *
   * @param rows  the journal's state rows below `ALARM_STATE_PREFIX`.
   */
  restore(rows: ReadonlyMap<string, string>): void {
    for (const [key, row] of rows) {
      const ruleId = key.slice(ALARM_STATE_PREFIX.length);
      const alarm = parseAlarm(row);
      const watched = this.#watched.get(ruleId);
      const isUntouched = watched?.life.version === 0;
      if (alarm !== undefined && watched !== undefined && isUntouched) this.#resume(watched, alarm, row);
      else this.#deps.write(endingOf(alarm, this.#deps.clock.now()), { [key]: watched?.written ?? null });
    }
  }

  /** One device event. The alarm path: runs to the end, actions included, in this turn. */
  accept(event: DeviceEvent): void {
    if (event.kind !== "measurement") return;
    const value = event.reading.quality === "good" ? event.reading.value : null;
    for (const watched of this.#byPoint.get(event.deviceId, event.pointId)) {
      this.#feed(watched, { kind: "reading", value, nowMs: event.monotonicMs });
    }
    for (const watched of this.#suppressedBy.get(event.deviceId, event.pointId)) {
      const by = watched.rule.suppressWhile;
      // A value nobody knows hides no alarm.
      const isSuppressed = by !== undefined && value === by.value;
      this.#take(
        watched,
        isSuppressed ? { kind: "suppress", by: `${by.deviceId} ${by.pointId}` } : { kind: "unsuppress" },
      );
    }
    if (value === null) return;
    for (const { watched, actor } of this.#buttons.press(event.deviceId, event.pointId, value)) {
      const { occurrenceId, version: expectedVersion } = watched.life;
      if (occurrenceId !== undefined)
        this.#take(watched, { kind: "acknowledge", occurrenceId, expectedVersion, actor });
    }
  }

  /** Feeds the rule of a self-test, which hangs on no point. The rule must be set. */
  inject(ruleId: string, input: ComparatorInput): void {
    const watched = this.#watched.get(ruleId);
    assert(watched?.rule.isTest === true, `no test rule ${ruleId}`);
    this.#feed(watched, input);
  }

  /** Says whether something the gateway knows about itself is so. The rule must be set, with a `fact` comparator. */
  setFact(ruleId: string, isSo: boolean): void {
    const watched = this.#watched.get(ruleId);
    assert(watched?.rule.comparator.kind === "fact", `no fact ${ruleId}`);
    this.#feed(watched, { kind: "reading", value: isSo ? 1 : 0, nowMs: this.#deps.clock.monotonicMs() });
  }

  /** Carries out a person's order on an alarm. An order for an occurrence or version that is over changes nothing. */
  order(order: AlarmOrder, actor: string): AlarmAnswer {
    if ("ruleId" in order) return this.#orderOnRule(order, actor);
    const { occurrenceId, expectedVersion } = order;
    const watched = [...this.#watched.values()].find(({ life }) => life.occurrenceId === occurrenceId);
    if (watched === undefined) return { kind: "refused", detail: "no such occurrence on this gateway" };
    const of = { occurrenceId, expectedVersion, actor };
    switch (order.kind) {
      case "acknowledge":
        return this.#take(watched, {
          kind: "acknowledge",
          ...of,
          ...(order.note === undefined ? {} : { note: order.note }),
        });
      case "unshelve":
        return this.#take(watched, { kind: "unshelve", ...of });
      case "shelve": {
        const { clock, bootId } = this.#deps;
        const end = arm(clock, bootId, order.forMs);
        const before = watched.shelf;
        // The end is written down in the same row as the step, so it must stand before the step is taken.
        watched.shelf = { end, dueMs: end.dueMonotonicMs };
        const untilMs = end.armedWallMs + order.forMs;
        const answer = this.#take(watched, { kind: "shelve", ...of, reason: order.reason, untilMs });
        if (answer.kind !== "done") watched.shelf = before;
        this.#dueAt(end.dueMonotonicMs);
        return answer;
      }
    }
  }

  /** Every alarm that stands, and every one that is normal but shelved, planned to be, or taken out of service. */
  alarms(): AlarmView[] {
    return [...this.#watched.values()].filter(({ life }) => {
      const { shelf, plan, takenOut } = life;
      return isStanding(life) || shelf !== undefined || plan !== undefined || takenOut !== undefined;
    });
  }

  /** How fast alarms come, and from where too fast. */
  rate(): AlarmRate {
    return alarmRate(this.#raisedAt, this.#deps.clock.monotonicMs());
  }

  /** A rule and how its alarm stands, undefined where there is none of this id. */
  view(ruleId: string): AlarmView | undefined {
    return this.#watched.get(ruleId);
  }

  /** Calls `listener` in the same turn with every step that has something to tell. @returns a function that ends it. */
  subscribe(listener: (record: AlarmRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lets time pass for delays, staleness and shelves until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      this.#tick(clock.monotonicMs());
      const nowMs = clock.monotonicMs();
      this.#armedForMs = Math.min(nowMs + MAX_WAIT_MS, earliestDueMs(this.#watched.values()));
      this.#wake = new AbortController();
      const waitMs = Math.max(1, this.#armedForMs - nowMs);
      await clock.sleep(waitMs, AbortSignal.any([signal, this.#wake.signal])).catch(() => {});
    }
  }

  #tick(nowMs: number): void {
    for (const watched of this.#watched.values()) {
      const dueMs = nextDueMs(watched.rule, watched.condition);
      if (dueMs !== undefined && dueMs <= nowMs) this.#feed(watched, { kind: "tick", nowMs });
      if (watched.plan !== undefined && watched.plan.dueMs <= nowMs) {
        const { end, endDueMs } = watched.plan;
        watched.plan = undefined;
        watched.shelf = { end, dueMs: endDueMs };
        this.#take(watched, { kind: "plan-begins" });
      }
      if (watched.shelf !== undefined && watched.shelf.dueMs <= nowMs) this.#take(watched, { kind: "shelf-ended" });
    }
  }

  #orderOnRule(order: RuleOrder, actor: string): AlarmAnswer {
    const watched = this.#watched.get(order.ruleId);
    if (watched === undefined) return { kind: "refused", detail: `no rule ${order.ruleId} on this gateway` };
    switch (order.kind) {
      case "take-out-of-service":
        return this.#take(watched, { kind: "take-out", by: actor, reason: order.reason });
      case "return-to-service":
        return this.#take(watched, { kind: "put-back", actor });
      case "unshelve-rule":
        watched.plan = undefined;
        return this.#take(watched, { kind: "end-shelf", actor });
      case "shelve-rule": {
        const { startInMs, forMs, reason } = order;
        const { clock, bootId } = this.#deps;
        const start = arm(clock, bootId, startInMs);
        const end = arm(clock, bootId, startInMs + forMs);
        watched.plan = { start, dueMs: start.dueMonotonicMs, end, endDueMs: end.dueMonotonicMs };
        const fromMs = start.armedWallMs + startInMs;
        const plan = { by: actor, reason, fromMs, untilMs: fromMs + forMs };
        const answer = this.#take(watched, { kind: "plan-shelf", ...plan });
        if (startInMs === 0) this.#tick(clock.monotonicMs());
        else this.#dueAt(start.dueMonotonicMs);
        return answer;
      }
    }
  }

  #dueAt(dueMs: number | undefined): void {
    if (dueMs !== undefined && dueMs < this.#armedForMs) this.#wake?.abort();
  }

  #feed(watched: Watched, input: ComparatorInput): void {
    const { rule, condition } = watched;
    const { state, change } = stepCondition(rule, condition, input);
    watched.condition = state;
    if (state.phase === condition.phase) return;
    this.#noteDelay(watched);
    if (change === undefined) this.#write(watched, undefined);
    else if (change === "clear") this.#take(watched, { kind: "clear" }, input.nowMs);
    else this.#raise(watched, input.nowMs);
  }

  #noteDelay(watched: Watched): void {
    const { phase } = watched.condition;
    const isWaiting = phase.kind === "arming" || phase.kind === "leaving";
    const { clock, bootId } = this.#deps;
    watched.delay = isWaiting ? arm(clock, bootId, Math.max(0, phase.dueMs - clock.monotonicMs())) : undefined;
    this.#dueAt(isWaiting ? phase.dueMs : undefined);
  }

  #raise(watched: Watched, sinceMs: number): void {
    const { rule } = watched;
    const occurrenceId = this.#deps.newOccurrenceId();
    const { wallMs, monotonicMs } = this.#deps.clock.now();
    const raise = { kind: "raise", occurrenceId, wallMs } as const;
    if (rule.isTest === true) {
      this.#take(watched, raise, sinceMs);
      return;
    }
    const source = floodSource(rule);
    if (suppressionOf(watched.life).kind === "none") this.#raisedAt = noteRaise(this.#raisedAt, source, monotonicMs);
    // A critical alarm is never one of many.
    const isOneOfMany = rule.priority !== "critical" && isFlooded(this.#raisedAt, source, monotonicMs);
    const flood = isOneOfMany ? source : undefined;
    this.#take(watched, { ...raise, isFirstOut: this.#isFirstOut(rule), flood }, sinceMs);
  }

  #isFirstOut({ group }: Rule): boolean {
    if (group === undefined) return false;
    return ![...this.#watched.values()].some(({ rule, life }) => rule.group === group && isStanding(life));
  }

  /** One step of an alarm's life: the actuator first, then everybody who listens, then the journal. */
  #take(watched: Watched, input: AlarmInput, sinceMs = this.#deps.clock.monotonicMs()): AlarmAnswer {
    const { rule } = watched;
    const before = watched.life;
    const step = stepAlarm(rule.isLatched, before, input);
    if (step.life === before) return step.answer;
    watched.life = step.life;
    if (step.life.shelf === undefined) watched.shelf = undefined;
    if (step.life.plan === undefined) watched.plan = undefined;
    const calls = isCalling(step.life);
    if (calls !== isCalling(before)) this.#deps.onCalling(rule, calls, sinceMs);
    const record = alarmRecordOf(rule, step, this.#deps.clock.now(), this.#valueFor(watched, input));
    if (record !== undefined) {
      watched.last = record;
      this.#deps.onStep(rule, record);
      for (const listener of this.#listeners) listener(record);
    }
    this.#write(watched, record);
    return step.answer;
  }

  #valueFor({ rule, condition, last }: Watched, input: AlarmInput): number | null {
    if (rule.comparator.kind === "stale" || rule.comparator.kind === "fact") return null;
    return input.kind === "raise" || input.kind === "clear" ? condition.value : (last?.value ?? null);
  }

  #write(watched: Watched, record: AlarmRecord | undefined): void {
    const row = rowOf(watched);
    if (record === undefined && row === watched.written) return;
    watched.written = row;
    this.#deps.write(record, { [ALARM_STATE_PREFIX + watched.rule.id]: row });
  }

  #add(rule: Rule): void {
    const watched = startWatching(rule, this.#deps.clock.monotonicMs());
    this.#watched.set(rule.id, watched);
    this.#index(watched);
    this.#dueAt(nextDueMs(rule, watched.condition));
  }

  #replace(watched: Watched, rule: Rule): void {
    const old = watched.rule;
    this.#unindex(watched);
    const phase = { kind: isRaised(watched.condition.phase) ? "on" : "off" } as const;
    watched.condition = startCondition(rule, this.#deps.clock.monotonicMs(), phase);
    watched.delay = undefined;
    watched.rule = rule;
    this.#index(watched);
    if (isCalling(watched.life)) {
      // The new rule calls before the old one lets go, so that a siren both name does not pause.
      const nowMs = this.#deps.clock.monotonicMs();
      this.#deps.onCalling(rule, true, nowMs);
      const dropped = old.actions.filter((id) => !rule.actions.includes(id));
      if (dropped.length > 0) this.#deps.onCalling({ ...old, actions: dropped }, false, nowMs);
    }
    if (rule.suppressWhile === undefined) this.#take(watched, { kind: "unsuppress" });
    const { outOfService } = rule;
    this.#take(
      watched,
      outOfService === undefined ? { kind: "return-to-service" } : { kind: "take-out-of-service", ...outOfService },
    );
    this.#write(watched, undefined);
    this.#dueAt(nextDueMs(rule, watched.condition));
  }

  #resume(watched: Watched, alarm: PersistedAlarm, row: string): void {
    const { clock, bootId } = this.#deps;
    const { rule } = watched;
    const now = clock.now();
    const { phase, isOverdue } = restorePhase(rule, alarm, now, bootId);
    watched.life = { ...alarm.life, outOfService: rule.outOfService };
    watched.last = alarm.last;
    watched.written = row;
    watched.condition = startCondition(rule, now.monotonicMs, isOverdue ? { kind: "on" } : phase);
    restoreTimers(watched, alarm, clock, bootId);
    if (alarm.life.plan !== undefined && watched.plan === undefined) this.#take(watched, { kind: "plan-lost" });
    if (isCalling(watched.life)) this.#deps.onCalling(rule, true, now.monotonicMs);
    if (watched.last !== undefined && isStanding(watched.life)) this.#deps.onStep(rule, watched.last);
    if (isOverdue) this.#raise(watched, now.monotonicMs);
    else this.#noteDelay(watched);
    this.#write(watched, undefined);
  }

  #index(watched: Watched): void {
    const { source, suppressWhile, comparator, isTest } = watched.rule;
    if (isTest === true) return;
    if (comparator.kind !== "fact" && source?.pointId !== undefined) {
      this.#byPoint.add({ deviceId: source.deviceId, pointId: source.pointId }, watched);
    }
    if (suppressWhile !== undefined) this.#suppressedBy.add(suppressWhile, watched);
    this.#buttons.add(watched);
  }

  #unindex(watched: Watched): void {
    const { source, suppressWhile } = watched.rule;
    if (source?.pointId !== undefined) {
      this.#byPoint.remove({ deviceId: source.deviceId, pointId: source.pointId }, watched);
    }
    if (suppressWhile !== undefined) this.#suppressedBy.remove(suppressWhile, watched);
    this.#buttons.remove(watched);
  }
}
