import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { hex128 } from "@outpost/wire/identifiers.ts";
import { alarmRecord, type AlarmRecord, type NotificationRecord } from "@outpost/wire/records.ts";
import type { Contact, EscalationSettings } from "@outpost/wire/site-alarms.ts";
import { z } from "zod";

import type { Rule } from "../../rules/rule.ts";
import { arm, persistedDeadline, remaining, type PersistedDeadline } from "../../timekeeping/persisted-deadline.ts";
import type { Caller } from "../action-runner.ts";
import { stepChain, type ChainInput, type ChainState } from "./escalation-plan.ts";

/** The journal's state rows of chains begin so; the rule's id follows. */
export const ESCALATION_STATE_PREFIX = "escalation/";

type StateRows = Readonly<Record<string, string | null>>;

const TICK_MS = 200;

const chainRow = z.object({
  v: z.literal(1),
  occurrenceId: hex128,
  step: z.int().min(0),
  round: z.int().min(0),
  /** Absent: everybody was asked. */
  deadline: persistedDeadline.optional(),
  alarm: alarmRecord,
});

export interface EscalatorDeps {
  readonly clock: Clock;
  readonly bootId: string;
  readonly log: Log;
  /** A step begins or ceases to call for what it holds. */
  onCalling(caller: Caller, calls: boolean, sinceMs: number): void;
  /** Sends what a step sends, once for this `reason`. */
  send(actionIds: readonly string[], alarm: AlarmRecord, why: { reason: string; isOfChain: boolean }): void;
  writeNotification(record: NotificationRecord, rows: StateRows): void;
  writeRows(rows: StateRows): void;
}

/** Who must answer an alarm now, as pages show it. */
export interface Asking {
  readonly chainId: string;
  /** From 1. */
  readonly step: number;
  readonly round: number;
  readonly who: readonly Contact["name"][];
  /** Milliseconds from now; undefined: everybody was asked and nobody answered. */
  readonly answerInMs: number | undefined;
}

interface Running {
  readonly rule: Rule;
  state: ChainState;
  deadline: PersistedDeadline | undefined;
  /** The newest step of the alarm. */
  alarm: AlarmRecord;
  /** What the step that runs holds, so that it can be let go whatever the site says by then. */
  calling: Caller | undefined;
}

/** What the fleet is told of a chain. */
type Told = Pick<Running, "state" | "deadline" | "alarm"> & { readonly rule: Pick<Rule, "id"> };

/** Asks people about alarms, one after the other, until one answers. */
export class Escalator {
  readonly #deps: EscalatorDeps;
  readonly #running = new Map<string, Running>();
  /** Rows of before a restart whose alarm has not been taken up yet. */
  readonly #kept = new Map<string, z.infer<typeof chainRow>>();
  #chains: ReadonlyMap<string, EscalationSettings> = new Map();
  #contacts: ReadonlyMap<string, Contact> = new Map();

  constructor(deps: EscalatorDeps) {
    this.#deps = deps;
  }

  /** Takes the site's chains and people. A chain that is asking goes on by the new one's steps. */
  setSite(site: { readonly escalations: readonly EscalationSettings[]; readonly contacts: readonly Contact[] }): void {
    this.#chains = new Map(site.escalations.map((chain) => [chain.id, chain]));
    this.#contacts = new Map(site.contacts.map((contact) => [contact.id, contact]));
  }

  contact(id: string): Contact | undefined {
    return this.#contacts.get(id);
  }

  /** Takes rows below `ESCALATION_STATE_PREFIX`. Call once, before alarms are restored; then `settle`. */
  restore(rows: ReadonlyMap<string, string>): void {
    for (const [key, text] of rows) {
      const row = parseRow(text);
      if (row === undefined) this.#deps.writeRows({ [key]: null });
      else this.#kept.set(key.slice(ESCALATION_STATE_PREFIX.length), row);
    }
  }

  /** Every alarm of before the restart has been taken up: what is left of the chains is over, and said to be. */
  settle(): void {
    for (const [id, { occurrenceId, step, round, deadline, alarm }] of this.#kept) {
      const state = { occurrenceId, step, round, dueMs: undefined };
      this.#tell({ rule: { id }, state, deadline, alarm }, "ended", { note: "over before a restart" });
    }
    this.#kept.clear();
  }

  /** An alarm took a step, or stood at a restart. In the alarm path: returns at once. */
  onStep(rule: Rule, record: AlarmRecord): void {
    const kept = this.#kept.get(rule.id);
    if (kept?.occurrenceId === record.occurrenceId) this.#resume(rule, record, kept);
    const running = this.#running.get(rule.id);
    if (running !== undefined) running.alarm = record;
    this.#take(rule, record, { kind: "alarm", record, nowMs: this.#deps.clock.monotonicMs() });
  }

  /** Who must answer the alarm of a rule now; undefined where nobody must, or nobody is named. */
  asking(ruleId: string): Asking | undefined {
    const running = this.#running.get(ruleId);
    const chain = this.#chains.get(running?.rule.escalation ?? "");
    if (running === undefined || chain === undefined) return undefined;
    const { step, round, dueMs } = running.state;
    const answerInMs = dueMs === undefined ? undefined : Math.max(0, dueMs - this.#deps.clock.monotonicMs());
    return { chainId: chain.id, step: step + 1, round: round + 1, who: this.#names(chain, step), answerInMs };
  }

  /** Lets time pass until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      await clock.sleep(TICK_MS, signal).catch(() => {});
      if (signal.aborted) return;
      for (const { rule, alarm } of this.#running.values()) {
        this.#take(rule, alarm, { kind: "tick", nowMs: clock.monotonicMs() });
      }
    }
  }

  /** Goes on where it was: the step that ran runs on, or the next is due at once where nobody can tell. */
  #resume(rule: Rule, alarm: AlarmRecord, { step, round, deadline }: z.infer<typeof chainRow>): void {
    this.#kept.delete(rule.id);
    const { clock, bootId } = this.#deps;
    const now = clock.now();
    const left = deadline === undefined ? undefined : remaining(deadline, now, bootId);
    const dueMs = left === undefined ? undefined : now.monotonicMs + (left.kind === "known" ? left.ms : 0);
    const state = { occurrenceId: alarm.occurrenceId, step, round, dueMs };
    const running: Running = { rule, state, deadline, alarm, calling: undefined };
    this.#running.set(rule.id, running);
    const chain = this.#chains.get(rule.escalation ?? "");
    // What was sent for it is known by its reference and not sent again.
    if (chain !== undefined && dueMs !== undefined) this.#call(running, chain);
  }

  #take(rule: Rule, alarm: AlarmRecord, input: ChainInput): void {
    const chain = this.#chains.get(rule.escalation ?? "");
    const running = this.#running.get(rule.id);
    if (chain === undefined) {
      if (running !== undefined) this.#end(running, "the chain is no longer part of the site");
      return;
    }
    const { state, effect } = stepChain(chain, running?.state, input);
    if (effect === "end" && running !== undefined) this.#end(running, endNote(alarm));
    else if (effect === "unanswered" && running !== undefined && state !== undefined) {
      Object.assign(running, { state, deadline: undefined });
      this.#deps.log.error("nobody answered", { rule: rule.id, chain: chain.id });
      this.#tell(running, "unanswered", {});
    } else if (effect === "ask" && state !== undefined) this.#ask(rule, chain, { state, alarm });
  }

  #ask(rule: Rule, chain: EscalationSettings, { state, alarm }: Pick<Running, "state" | "alarm">): void {
    const { clock, bootId } = this.#deps;
    const answerInMs = Math.max(0, (state.dueMs ?? 0) - clock.monotonicMs());
    const deadline = arm(clock, bootId, answerInMs);
    const before = this.#running.get(rule.id)?.calling;
    const running: Running = { rule, state, deadline, alarm, calling: undefined };
    this.#running.set(rule.id, running);
    this.#call(running, chain);
    // The new step calls before the old one lets go, so that a siren both name does not pause.
    const dropped = before?.actions.filter((id) => running.calling?.actions.includes(id) !== true) ?? [];
    if (before !== undefined && dropped.length > 0) {
      this.#deps.onCalling({ ...before, actions: dropped }, false, clock.monotonicMs());
    }
    const who = [...this.#names(chain, state.step)];
    this.#deps.log.warn("asked to answer", { rule: rule.id, chain: chain.id, step: state.step + 1 });
    this.#tell(running, "asked", { who, answerByMs: clock.now().wallMs + answerInMs });
  }

  #call(running: Running, chain: EscalationSettings): void {
    const { rule, state, alarm } = running;
    const actions = chain.steps[state.step]?.actions ?? [];
    const { priority, message } = rule;
    running.calling = { id: `escalation/${rule.id}`, actions, priority, message };
    this.#deps.onCalling(running.calling, true, this.#deps.clock.monotonicMs());
    this.#deps.send(actions, alarm, { reason: `asks ${state.round}.${state.step}`, isOfChain: true });
  }

  #end(running: Running, note: string): void {
    this.#running.delete(running.rule.id);
    if (running.calling !== undefined) this.#deps.onCalling(running.calling, false, this.#deps.clock.monotonicMs());
    this.#tell(running, "ended", { note });
  }

  #tell(running: Told, change: "asked" | "ended" | "unanswered", more: Partial<NotificationRecord>): void {
    const { rule, state, alarm, deadline } = running;
    const { wallMs, confidence } = this.#deps.clock.now();
    const { step, round, occurrenceId } = state;
    const kept = { v: 1, occurrenceId, step, round, deadline, alarm } satisfies z.infer<typeof chainRow>;
    this.#deps.writeNotification(
      {
        kind: "notification",
        occurrenceId,
        version: alarm.version,
        ruleId: rule.id,
        change,
        step: step + 1,
        round: round + 1,
        ...more,
        occurredAtMs: wallMs,
        clockConfidence: confidence,
      },
      { [ESCALATION_STATE_PREFIX + rule.id]: change === "ended" ? null : JSON.stringify(kept) },
    );
  }

  #names(chain: EscalationSettings, step: number): readonly Contact["name"][] {
    return (chain.steps[step]?.who ?? []).flatMap((id) => this.#contacts.get(id)?.name ?? []);
  }
}

function endNote({ change, actor, suppression }: AlarmRecord): string {
  if (change === "acknowledged") return `acknowledged by ${actor ?? "somebody"}`.slice(0, 500);
  if (suppression.kind !== "none") return suppression.kind;
  return change;
}

function parseRow(text: string): z.infer<typeof chainRow> | undefined {
  try {
    return chainRow.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
