import type { DeviceEvent, Measurement } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { HoldingAction } from "@outpost/wire/site-alarms.ts";

import type { AlarmView } from "../../rules/alarm-engine.ts";
import type { AlarmOrder } from "../../rules/alarm-order.ts";
import type { ComparatorInput } from "../../rules/comparator.ts";
import { isStanding } from "../../rules/life/alarm-record.ts";
import type { Rule } from "../../rules/rule.ts";
import { clearingInputs, trippingInputs } from "./tripping.ts";

/** The id of the rule that stands in for another one while its chain is tested. */
export function testRuleId(ruleId: string): string {
  return `test/${ruleId}`;
}

/** How long a point may take to show what was written. */
const FEEDBACK_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 50;

/**
 * What a test found of one action. `confirmed`: its own feedback or read-back showed it. `written`: the device took it, and
 * nothing is wired that could show it. `ready`: it sends, and all it needs is there; nothing was sent. `in-use`: an alarm
 * holds it. `failed`: with the reason.
 */
export interface ActionVerdict {
  readonly actionId: string;
  readonly verdict: "confirmed" | "written" | "ready" | "in-use" | "failed";
  readonly detail: string;
}

/** How the test of one chain ended. `refused`: nothing was tested, with the reason. */
export type SelfTestResult =
  | {
      readonly kind: "tested";
      readonly ruleId: string;
      readonly isPassed: boolean;
      readonly actions: readonly ActionVerdict[];
    }
  | { readonly kind: "refused"; readonly ruleId: string; readonly detail: string };

export interface SelfTestDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly gatewayId: string;
  readonly engine: {
    view(ruleId: string): AlarmView | undefined;
    setRules(rules: readonly Rule[]): void;
    retireRules(ruleIds: readonly string[]): void;
    inject(ruleId: string, input: ComparatorInput): void;
    order(order: AlarmOrder, actor: string): unknown;
  };
  /** What an action holds, undefined where it holds nothing. */
  held(
    actionId: string,
  ): { readonly settings: HoldingAction; readonly wanted: number; readonly isWritten: boolean } | undefined;
  /** What an action that sends still needs; undefined: it is ready. Rejects for one that neither holds nor sends. */
  check(actionId: string, signal: AbortSignal): Promise<string | undefined>;
  /** Whether the action sends. */
  isSending(actionId: string): boolean;
  /** The actions of the rule's escalation. */
  chainActions(rule: Rule): readonly string[];
  watch(
    points: readonly { deviceId: string; pointId: string }[],
    onReading: (reading: Measurement) => void,
  ): Disposable;
  publish(event: DeviceEvent): void;
  /** The rule's chain failed its test, or passed it again. */
  onFailed(ruleId: string, isFailed: boolean): void;
}

/** Exercises alarm chains, from an injected input to what the actuator shows. Marked as a test all the way. */
export class SelfTests {
  readonly #deps: SelfTestDeps;
  #underWay: string | undefined;

  constructor(deps: SelfTestDeps) {
    this.#deps = deps;
  }

  /**
   * Tests the chain of one rule. One at a time, and never while the alarm itself stands.
   *
   * @param pulseMs  how long its actuators are held.
   * @param signal   ends the test early; what it held is let go all the same.
   */
  async run(ruleId: string, by: { actor: string; pulseMs: number }, signal: AbortSignal): Promise<SelfTestResult> {
    const view = this.#deps.engine.view(ruleId);
    const refused = (detail: string): SelfTestResult => ({ kind: "refused", ruleId, detail });
    if (view === undefined || view.rule.isTest === true) return refused("there is no such rule");
    if (this.#underWay !== undefined) return refused(`${this.#underWay} is being tested`);
    if (isStanding(view.life)) return refused("the alarm itself stands");
    this.#underWay = ruleId;
    try {
      return await this.#test(view.rule, by, signal);
    } finally {
      this.#underWay = undefined;
    }
  }

  async #test(rule: Rule, by: { actor: string; pulseMs: number }, signal: AbortSignal): Promise<SelfTestResult> {
    const { engine, clock } = this.#deps;
    const id = testRuleId(rule.id);
    const own = [...new Set(rule.actions)];
    const holding = own.filter((actionId) => this.#deps.held(actionId) !== undefined);
    const inUse = holding.filter((actionId) => this.#isCalled(actionId));
    using watched = new Feedback(this.#deps, holding);
    engine.setRules([
      standIn(
        rule,
        id,
        own.filter((actionId) => !inUse.includes(actionId)),
      ),
    ]);
    const startMs = clock.monotonicMs();
    for (const input of trippingInputs(rule.comparator, startMs)) engine.inject(id, input);
    const isRaised = engine.view(id)?.life.state === "active-unacknowledged";
    const held = await this.#judgeHeld(holding, { inUse, watched, untilMs: startMs + FEEDBACK_WITHIN_MS }, signal);
    await clock.sleep(Math.max(1, startMs + by.pulseMs - clock.monotonicMs()), signal).catch(() => {});
    this.#letGo(id, rule, by.actor);
    const sending = await this.#judgeSending([...own, ...this.#deps.chainActions(rule)], signal);
    const actions = [...held, ...sending];
    const isPassed = isRaised && !signal.aborted && actions.every(({ verdict }) => verdict !== "failed");
    this.#tell(rule.id, by.actor, { isPassed, isRaised, actions });
    return { kind: "tested", ruleId: rule.id, isPassed, actions };
  }

  #isCalled(actionId: string): boolean {
    const held = this.#deps.held(actionId);
    return held !== undefined && held.wanted !== held.settings.idle;
  }

  async #judgeHeld(
    actionIds: readonly string[],
    { inUse, watched, untilMs }: { inUse: readonly string[]; watched: Feedback; untilMs: number },
    signal: AbortSignal,
  ): Promise<ActionVerdict[]> {
    const { clock } = this.#deps;
    const open = new Set(actionIds.filter((id) => !inUse.includes(id)));
    const found: ActionVerdict[] = inUse.map((actionId) => ({
      actionId,
      verdict: "in-use",
      detail: "an alarm holds it",
    }));
    while (open.size > 0 && !signal.aborted && clock.monotonicMs() < untilMs) {
      for (const actionId of open) {
        const shown = watched.shows(actionId);
        if (shown === undefined) continue;
        open.delete(actionId);
        found.push({ actionId, verdict: "confirmed", detail: shown });
      }
      if (open.size > 0) await clock.sleep(LOOK_EVERY_MS, signal).catch(() => {});
    }
    return [...found, ...[...open].map((actionId) => this.#unshown(actionId, watched))];
  }

  /** Nothing showed it: written and said so where nothing is wired that could; failed where something is. */
  #unshown(actionId: string, watched: Feedback): ActionVerdict {
    const held = this.#deps.held(actionId);
    if (held === undefined) return { actionId, verdict: "failed", detail: "it is no longer part of the site" };
    if (!held.isWritten) return { actionId, verdict: "failed", detail: "the device did not take it" };
    const contradicted = watched.contradiction(actionId);
    if (contradicted !== undefined) return { actionId, verdict: "failed", detail: contradicted };
    return { actionId, verdict: "written", detail: "the device took it; nothing is wired that shows it" };
  }

  async #judgeSending(actionIds: readonly string[], signal: AbortSignal): Promise<ActionVerdict[]> {
    const found: ActionVerdict[] = [];
    for (const actionId of new Set(actionIds)) {
      if (!this.#deps.isSending(actionId)) continue;
      const fault = await this.#deps.check(actionId, signal);
      if (fault === undefined) found.push({ actionId, verdict: "ready", detail: "nothing was sent" });
      else found.push({ actionId, verdict: "failed", detail: fault });
    }
    return found;
  }

  #letGo(id: string, rule: Rule, actor: string): void {
    const { engine, clock } = this.#deps;
    for (const input of clearingInputs(rule.comparator, clock.monotonicMs())) engine.inject(id, input);
    const { occurrenceId, version } = engine.view(id)?.life ?? {};
    if (occurrenceId !== undefined && version !== undefined) {
      engine.order({ kind: "acknowledge", occurrenceId, expectedVersion: version, note: "self-test" }, actor);
    }
    engine.retireRules([id]);
  }

  #tell(
    ruleId: string,
    actor: string,
    { isPassed, isRaised, actions }: { isPassed: boolean; isRaised: boolean; actions: readonly ActionVerdict[] },
  ): void {
    const { wallMs, monotonicMs, confidence } = this.#deps.clock.now();
    const details = Object.fromEntries(
      actions.map((one) => [`action ${one.actionId}`.slice(0, 64), `${one.verdict}: ${one.detail}`]),
    );
    this.#deps.log.info("self-test", { rule: ruleId, isPassed, ...details });
    this.#deps.publish({
      kind: "occurrence",
      deviceId: this.#deps.gatewayId,
      name: "self-test",
      details: { ruleId, actor, isPassed, isRaised, isTest: true, ...details },
      occurredAtMs: wallMs,
      monotonicMs,
      clockConfidence: confidence,
    });
    this.#deps.onFailed(ruleId, !isPassed);
  }
}

/** The same condition and actions, at once and for nobody: no delay, no latch, no group, no people. */
function standIn(rule: Rule, id: string, actions: readonly string[]): Rule {
  const { priority, message, source, comparator } = rule;
  return {
    id,
    priority,
    message,
    source,
    comparator,
    actions,
    onDelayMs: 0,
    offDelayMs: 0,
    isLatched: false,
    outOfService: undefined,
    isTest: true,
  };
}

/** What the points of held actions, and the feedback wired beside them, show since the test began. */
class Feedback implements Disposable {
  readonly #deps: Pick<SelfTestDeps, "held">;
  readonly #watches: Disposable[];
  readonly #last = new Map<string, Measurement>();

  constructor(deps: Pick<SelfTestDeps, "held" | "watch" | "clock">, actionIds: readonly string[]) {
    this.#deps = deps;
    const sinceMs = deps.clock.monotonicMs();
    this.#watches = actionIds.flatMap((actionId) => {
      const settings = deps.held(actionId)?.settings;
      if (settings === undefined) return [];
      const { device: deviceId, point: pointId } = watchedPoint(settings);
      const onReading = (reading: Measurement): void => {
        // What was read before the test says nothing about it.
        if (reading.monotonicMs >= sinceMs) this.#last.set(actionId, reading);
      };
      return [deps.watch([{ deviceId, pointId }], onReading)];
    });
  }

  /** What shows that the action does what is wanted of it; undefined: nothing yet. */
  shows(actionId: string): string | undefined {
    const value = this.#value(actionId);
    const held = this.#deps.held(actionId);
    if (value === undefined || held === undefined || held.wanted === held.settings.idle) return undefined;
    const { settings, wanted } = held;
    const feedback = "feedback" in settings ? settings.feedback : undefined;
    if (feedback === undefined) return value === wanted ? `read back as ${value}` : undefined;
    const isSeen = feedback.is === "above" ? value > feedback.limit : value < feedback.limit;
    return isSeen ? `${feedback.device} ${feedback.point} is ${value}` : undefined;
  }

  /** What shows that it does not; undefined: nothing is wired that could. */
  contradiction(actionId: string): string | undefined {
    const settings = this.#deps.held(actionId)?.settings;
    const value = this.#value(actionId);
    if (settings === undefined) return undefined;
    const { device, point } = watchedPoint(settings);
    if (value !== undefined) return `${device} ${point} is ${value}`;
    const isWired = "feedback" in settings && settings.feedback !== undefined;
    return isWired ? `${device} ${point} gave no good value` : undefined;
  }

  #value(actionId: string): number | undefined {
    const reading = this.#last.get(actionId)?.reading;
    return reading?.quality === "good" ? reading.value : undefined;
  }

  [Symbol.dispose](): void {
    for (const watch of this.#watches) watch[Symbol.dispose]();
  }
}

function watchedPoint(settings: HoldingAction): { readonly device: string; readonly point: string } {
  const feedback = "feedback" in settings ? settings.feedback : undefined;
  return feedback ?? settings;
}
