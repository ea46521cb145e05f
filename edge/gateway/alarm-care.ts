import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import type { SiteDocument } from "@outpost/wire/site.ts";

import type { ActionRunner, Caller } from "../actions/action-runner.ts";
import { checkChannel } from "../actions/channels/check.ts";
import { perform } from "../actions/channels/perform.ts";
import { Escalator, ESCALATION_STATE_PREFIX, type Asking } from "../actions/escalation/escalator.ts";
import { testOnSchedule } from "../actions/self-test/on-schedule.ts";
import { SelfTests, type SelfTestResult } from "../actions/self-test/self-tests.ts";
import { SEND_STATE_PREFIX } from "../actions/sending/message.ts";
import { Sender } from "../actions/sending/sender.ts";
import type { DeviceSupervisor } from "../devices/supervisor.ts";
import type { WatchedPoints } from "../devices/watched-points.ts";
import type { Journal } from "../journal/journal.ts";
import type { Recorder } from "../recording/recorder.ts";
import type { AlarmEngine } from "../rules/alarm-engine.ts";
import type { Rule } from "../rules/rule.ts";
import { actionFailedId, testFailedId } from "../rules/system-alarms.ts";

type StateRows = Readonly<Record<string, string | null>>;

/** The journal's state row of when the chains were last tested: Unix milliseconds. */
const SELF_TEST_STATE_PREFIX = "self-test/";
const LAST_TEST = `${SELF_TEST_STATE_PREFIX}last`;
const PULSE_MS = 1_000;

/** What the journal kept of it all. @throws JournalError */
export async function loadCare(journal: Pick<Journal, "loadState">): Promise<CareRows> {
  return {
    sends: await journal.loadState(SEND_STATE_PREFIX),
    chains: await journal.loadState(ESCALATION_STATE_PREFIX),
    tests: await journal.loadState(SELF_TEST_STATE_PREFIX),
  };
}

/** The journal's state rows, by what they are about. */
export interface CareRows {
  readonly sends: ReadonlyMap<string, string>;
  readonly chains: ReadonlyMap<string, string>;
  readonly tests: ReadonlyMap<string, string>;
}

export interface AlarmCareDeps {
  readonly clock: Clock & { readonly bootId: string };
  readonly log: Log;
  readonly gatewayId: string;
  readonly devices: DeviceSupervisor;
  readonly watched: WatchedPoints;
  readonly recorder: Recorder;
  /** These two are made after this, and know of it. */
  engine(): AlarmEngine;
  actions(): ActionRunner;
  publish(event: DeviceEvent): void;
  saveState(rows: StateRows): Promise<void>;
}

/** What alarms bring about beside their actuators: messages, people who must answer, and tests of all of it. */
export class AlarmCare {
  readonly #deps: AlarmCareDeps;
  readonly sender: Sender;
  readonly escalator: Escalator;
  readonly #tests: SelfTests;
  #document: Pick<SiteDocument, "site" | "rules" | "escalations" | "selfTest"> | undefined;
  #lastTestMs: number | undefined;

  constructor(deps: AlarmCareDeps) {
    const { clock, log, devices, recorder } = deps;
    this.#deps = deps;
    const channel = {
      execute: devices.execute.bind(devices),
      link: (id: string) => devices.link(id),
      isOnline: (id: string) => devices.health(id)?.state === "online",
      phone: (id: string) => this.escalator.contact(id)?.phone,
      site: () => this.#document?.site ?? { id: "", name: { zh: "", en: "" }, timeZone: "Asia/Shanghai" },
    };
    const writeRows = (rows: StateRows): void => recorder.writeAlarm(undefined, rows);
    const writeNotification = recorder.writeNotification.bind(recorder);
    this.sender = new Sender({
      clock,
      log,
      saveState: (rows) => deps.saveState(rows),
      writeRows,
      writeNotification,
      perform: (...args) => perform(channel, ...args),
      contactName: (id) => this.escalator.contact(id)?.name,
      onFailing: (actionId, isFailing) => deps.engine().setFact(actionFailedId(actionId), isFailing),
    });
    this.escalator = new Escalator({
      clock,
      bootId: clock.bootId,
      log,
      onCalling: (caller: Caller, calls, sinceMs) => deps.actions().onCalling(caller, calls, sinceMs),
      send: (...args) => this.sender.send(...args),
      writeRows,
      writeNotification,
    });
    this.#tests = new SelfTests({
      clock,
      log,
      gatewayId: deps.gatewayId,
      engine: {
        view: (id) => deps.engine().view(id),
        setRules: (rules) => deps.engine().setRules(rules),
        retireRules: (ids) => deps.engine().retireRules(ids),
        inject: (id, input) => deps.engine().inject(id, input),
        order: (order, actor) => deps.engine().order(order, actor),
      },
      held: (id) => deps.actions().held(id),
      isSending: (id) => this.sender.action(id) !== undefined,
      check: async (id, signal) => {
        const action = this.sender.action(id);
        return action === undefined ? "it is no longer part of the site" : await checkChannel(channel, action, signal);
      },
      chainActions: (rule) => this.#chainActions(rule),
      watch: (points, onReading) => deps.watched.watch(points, onReading),
      publish: (event) => deps.publish(event),
      onFailed: (ruleId, isFailed) => deps.engine().setFact(testFailedId(ruleId), isFailed),
    });
  }

  /** Takes the site's people, chains and times. Call before its actions and rules are set. */
  setSite(document: SiteDocument): void {
    this.#document = document;
    this.escalator.setSite(document);
  }

  /** Takes what was written down before a restart. Call before alarms are restored; `settle` after. */
  restore(rows: CareRows): void {
    this.sender.restore(rows.sends);
    this.escalator.restore(rows.chains);
    const lastMs = Number(rows.tests.get(LAST_TEST));
    this.#lastTestMs = Number.isFinite(lastMs) && lastMs > 0 ? lastMs : undefined;
  }

  settle(): void {
    this.sender.settle();
    this.escalator.settle();
  }

  /** Who must answer the alarm of a rule now. */
  asking(ruleId: string): Asking | undefined {
    return this.escalator.asking(ruleId);
  }

  /**
   * Exercises the chain of one rule, from an injected value to what its actuators show. Its siren sounds.
   *
   * @param actor  the person who asked, for the records.
   */
  async testChain(ruleId: string, actor: string, signal: AbortSignal): Promise<SelfTestResult> {
    const pulseMs = this.#document?.selfTest?.pulseMs ?? PULSE_MS;
    return await this.#tests.run(ruleId, { actor, pulseMs }, signal);
  }

  /** Sends, asks and tests until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.sender.run(signal), this.escalator.run(signal), this.#testOnSchedule(signal)]);
  }

  async #testOnSchedule(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    await testOnSchedule(
      {
        clock,
        log,
        plan: () => this.#testPlan(),
        lastMs: () => this.#lastTestMs,
        noteBegin: (wallMs) => {
          this.#lastTestMs = wallMs;
          this.#deps.recorder.writeAlarm(undefined, { [LAST_TEST]: String(wallMs) });
        },
        test: (ruleId, over) => this.testChain(ruleId, "schedule", over),
      },
      signal,
    );
  }

  #testPlan() {
    const { selfTest: settings, site, rules = [] } = this.#document ?? {};
    if (settings === undefined || site === undefined) return undefined;
    const wanted = new Set(settings.rules);
    const chosen = rules.filter(({ id, actions }) => (wanted.size > 0 ? wanted.has(id) : actions.length > 0));
    return { settings, timeZone: site.timeZone, ruleIds: chosen.map(({ id }) => id) };
  }

  #chainActions({ escalation }: Rule): readonly string[] {
    const chain = this.#document?.escalations.find(({ id }) => id === escalation);
    return chain?.steps.flatMap((step) => step.actions) ?? [];
  }
}
