import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Text } from "@outpost/wire/identifiers.ts";
import type { AlarmRecord, NotificationRecord } from "@outpost/wire/records.ts";
import type { SendingAction } from "@outpost/wire/site-alarms.ts";

import type { Rule } from "../../rules/rule.ts";
import { encodeMessageRow, parseMessageRow, referenceOf, SEND_STATE_PREFIX, type Message } from "./message.ts";
import {
  beginSending,
  resumeSending,
  stepSending,
  type SendInput,
  type SendOutcome,
  type SendState,
} from "./send-plan.ts";

type StateRows = Readonly<Record<string, string | null>>;

const TICK_MS = 200;
/** More than this wait or are remembered: the new one is not sent, and that is told. */
const MAX_MESSAGES = 500;
/** Nothing that is sent takes longer; a channel has bounds of its own below this. */
const TRY_TIMEOUT_MS = 180_000;
/** So many tries of one action fail in a row before an alarm says so. */
const FAILING_AFTER = 3;

export interface SenderDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** Resolves when the rows are on disk; rejects while there is none. */
  saveState(rows: StateRows): Promise<void>;
  /** Hands rows alone to the journal; returns at once. */
  writeRows(rows: StateRows): void;
  writeNotification(record: NotificationRecord, rows: StateRows): void;
  /** Makes one try. Never throws for what a device or network does. */
  perform(action: SendingAction, message: Message, signal: AbortSignal): Promise<SendOutcome>;
  /** The name of somebody who may be asked; undefined where the site names nobody so. */
  contactName(contactId: string): Text | undefined;
  onFailing(actionId: string, isFailing: boolean): void;
}

interface Sending {
  readonly message: Message;
  state: SendState;
  /** Nobody need hear it any more, but a try is under way: how that ends is told, and then it is forgotten. */
  isDropped: boolean;
}

/** Sends what is sent once for each alarm: one try of an action at a time, each journalled before it is made. */
export class Sender {
  readonly #deps: SenderDeps;
  readonly #actions = new Map<string, SendingAction>();
  readonly #messages = new Map<string, Sending>();
  /** Actions of which a message is being tried. */
  readonly #busy = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #tries = new Set<Promise<void>>();
  /** Occurrences of messages of before a restart, until their alarm is taken up again. */
  readonly #restored = new Set<string>();
  readonly #stop = new AbortController();

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  /** Adds actions, or replaces those of the same id. */
  setActions(actions: readonly SendingAction[]): void {
    for (const action of actions) this.#actions.set(action.id, action);
  }

  /** Takes actions away, with every message of theirs that was not sent yet. */
  retireActions(actionIds: readonly string[]): void {
    for (const id of actionIds) {
      if (!this.#actions.delete(id)) continue;
      for (const [reference, { message }] of this.#messages) if (message.actionId === id) this.#forget(reference);
      if ((this.#failures.get(id) ?? 0) >= FAILING_AFTER) this.#deps.onFailing(id, false);
      this.#failures.delete(id);
    }
  }

  /** An action that sends, undefined where there is none of this id. */
  action(actionId: string): SendingAction | undefined {
    return this.#actions.get(actionId);
  }

  /** Goes on from the journal's state rows below `SEND_STATE_PREFIX`. Call once, before alarms are restored; then `settle`. */
  restore(rows: ReadonlyMap<string, string>): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const [key, text] of rows) {
      const row = parseMessageRow(text);
      const isOfSite = row !== undefined && this.#actions.has(row.message.actionId);
      if (isOfSite && !this.#messages.has(row.message.reference)) {
        this.#messages.set(row.message.reference, {
          message: row.message,
          state: resumeSending(row, nowMs),
          isDropped: false,
        });
        this.#restored.add(row.message.alarm.occurrenceId);
      } else if (!isOfSite) this.#deps.writeRows({ [key]: null });
    }
  }

  /**
   * Every alarm of before the restart has been taken up: what was to be said of the others is forgotten, but for an end that
   * nobody has heard of yet.
   */
  settle(): void {
    for (const [reference, { message, state }] of this.#messages) {
      const isOwed = message.says === "ends" && !isOver(state);
      if (this.#restored.has(message.alarm.occurrenceId) && !isOwed) this.#forget(reference);
    }
    this.#restored.clear();
  }

  /**
   * An alarm took a step, or stood at a restart. What its rule sends is sent once for each occurrence; whoever asked to hear
   * of the end hears of it when it no longer calls, and of the alarm again when it calls again.
   */
  onStep(rule: Pick<Rule, "actions">, record: AlarmRecord): void {
    const { state, suppression, change } = record;
    this.#restored.delete(record.occurrenceId);
    const isShown = suppression.kind === "none";
    const waits = isShown && (state === "active-unacknowledged" || state === "cleared-unacknowledged");
    const calls = isShown && (state === "active-unacknowledged" || state === "active-acknowledged");
    if (calls && ["re-raised", "unshelved", "returned"].includes(change)) this.#forgetEnded(record.occurrenceId);
    if (waits) this.send(rule.actions, record, { reason: "calls", isOfChain: false });
    if (!calls) this.#sayEnd(record);
    if (!waits) this.#answered(record.occurrenceId);
  }

  /** Sends by these actions, where it was not sent before for the same reason. A self-test and a flood send nothing. */
  send(
    actionIds: readonly string[],
    alarm: AlarmRecord,
    why: { readonly reason: string; readonly isOfChain: boolean },
  ): void {
    if (alarm.isTest === true || alarm.flood !== undefined) return;
    for (const id of actionIds) {
      const action = this.#actions.get(id);
      if (action === undefined) continue;
      const receivers = action.kind === "sms" ? action.to : [undefined];
      for (const contactId of receivers) {
        const { occurrenceId } = alarm;
        const reference = referenceOf({ occurrenceId, actionId: id, contactId, reason: why.reason });
        const { isOfChain } = why;
        const to = contactId === undefined ? {} : { contactId };
        this.#offer({ reference, actionId: id, ...to, says: "calls", isOfChain, alarm });
      }
    }
  }

  /** Lets time pass for tries and the disk until `signal` aborts, then ends the tries under way. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(TICK_MS, signal).catch(() => {});
      const nowMs = this.#deps.clock.monotonicMs();
      for (const reference of this.#messages.keys()) this.#step(reference, { kind: "tick", nowMs });
    }
    this.#stop.abort(new Error("the gateway is stopping"));
    await Promise.all(this.#tries);
  }

  #offer(message: Message): void {
    const { reference } = message;
    const known = this.#messages.get(reference);
    if (known !== undefined) {
      known.isDropped = false;
      return;
    }
    if (this.#messages.size >= MAX_MESSAGES) {
      this.#deps.log.error("message not sent: too many wait", { reference, action: message.actionId });
      this.#tell({ message, state: NEVER_TRIED, isDropped: true }, "too many wait");
      return;
    }
    const { state } = beginSending(this.#deps.clock.monotonicMs());
    this.#messages.set(reference, { message, state, isDropped: false });
    this.#note(reference);
  }

  /** Whatever was told that the alarm calls is told that it no longer does, where it asked for that. */
  #sayEnd(record: AlarmRecord): void {
    for (const { message } of this.#of(record.occurrenceId)) {
      if (message.says !== "calls" || !this.#wantsEnd(message.actionId)) continue;
      const { actionId } = message;
      this.#offer({ reference: endOf(message), actionId, says: "ends", isOfChain: false, alarm: record });
    }
  }

  /** Somebody has answered: nobody is asked any more, and what was sent may be sent anew if it comes back. */
  #answered(occurrenceId: string): void {
    for (const { message, state } of this.#of(occurrenceId)) {
      const kind = this.#actions.get(message.actionId)?.kind;
      const isForPeople = message.isOfChain || kind === "sms" || kind === "play-voice";
      // Its end is still to be told.
      const isOpen = message.says === "calls" && this.#wantsEnd(message.actionId) && !this.#isOver(endOf(message));
      if (isForPeople || (isOver(state) && !isOpen)) this.#forget(message.reference);
    }
  }

  #forgetEnded(occurrenceId: string): void {
    for (const { message } of this.#of(occurrenceId)) {
      const end = message.says === "ends" ? message.reference : endOf(message);
      if (this.#messages.has(end) || message.says === "ends") this.#forget(message.reference);
    }
  }

  #of(occurrenceId: string): readonly Sending[] {
    return [...this.#messages.values()].filter(({ message }) => message.alarm.occurrenceId === occurrenceId);
  }

  #wantsEnd(actionId: string): boolean {
    const action = this.#actions.get(actionId);
    return action?.kind === "show-text" || (action !== undefined && "alsoAtEnd" in action && action.alsoAtEnd);
  }

  #isOver(reference: string): boolean {
    const sending = this.#messages.get(reference);
    return sending !== undefined && isOver(sending.state);
  }

  #step(reference: string, input: SendInput): void {
    const sending = this.#messages.get(reference);
    if (sending === undefined) return;
    const { actionId } = sending.message;
    const wouldTry = !isOver(sending.state) && sending.state.phase !== "trying";
    // One at a time: a modem has one line, a loudspeaker one voice. The next look finds it free.
    if (wouldTry && this.#busy.has(actionId)) {
      if (input.kind === "noted") sending.state = { ...sending.state, dueMs: input.nowMs };
      return;
    }
    const { state, effect } = stepSending(sending.state, input);
    sending.state = state;
    if (effect === "note") this.#note(reference);
    else if (effect === "try") this.#try(sending);
    else if (effect === "tell") this.#tell(sending, input.kind === "ended" ? reasonOf(input.outcome) : "");
    else if (input.kind === "ended") this.#deps.writeRows(rowOf(sending));
  }

  #note(reference: string): void {
    const sending = this.#messages.get(reference);
    if (sending === undefined) return;
    const { attempts } = sending.state;
    const noted = (): void => {
      const now = this.#messages.get(reference);
      if (now?.state.attempts !== attempts) return;
      this.#step(reference, { kind: "noted", nowMs: this.#deps.clock.monotonicMs() });
    };
    // A disk that takes nothing is told of elsewhere; here only its time runs out.
    this.#deps.saveState(rowOf(sending)).then(noted, () => {});
  }

  #try(sending: Sending): void {
    const { message } = sending;
    const action = this.#actions.get(message.actionId);
    if (action === undefined || this.#stop.signal.aborted) return;
    this.#busy.add(message.actionId);
    const trying = this.#tryOnce(action, sending).finally(() => this.#tries.delete(trying));
    this.#tries.add(trying);
  }

  async #tryOnce(action: SendingAction, sending: Sending): Promise<void> {
    const { message } = sending;
    const outcome = await this.#perform(action, message);
    this.#busy.delete(message.actionId);
    // What is under way when the gateway stops is found under way at the next start.
    if (this.#stop.signal.aborted) return;
    this.#count(action.id, outcome);
    if (sending.isDropped) {
      sending.state = { ...sending.state, phase: outcome.kind === "sent" ? "sent" : "given-up" };
      this.#messages.delete(message.reference);
      this.#tell(sending, reasonOf(outcome));
      return;
    }
    this.#step(message.reference, { kind: "ended", outcome, nowMs: this.#deps.clock.monotonicMs() });
  }

  async #perform(action: SendingAction, message: Message): Promise<SendOutcome> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(TRY_TIMEOUT_MS)]);
    try {
      return await this.#deps.perform(action, message, signal);
    } catch (error) {
      return { kind: "uncertain", reason: asError(error).message };
    }
  }

  #count(actionId: string, outcome: SendOutcome): void {
    const before = this.#failures.get(actionId) ?? 0;
    const failures = outcome.kind === "sent" ? 0 : before + 1;
    this.#failures.set(actionId, failures);
    if (before < FAILING_AFTER && failures >= FAILING_AFTER) this.#deps.onFailing(actionId, true);
    if (before >= FAILING_AFTER && failures === 0) this.#deps.onFailing(actionId, false);
  }

  #tell(sending: Sending, reason: string): void {
    const { message, state } = sending;
    const { reference, actionId, contactId, alarm } = message;
    const { wallMs, confidence } = this.#deps.clock.now();
    const who = contactId === undefined ? undefined : this.#deps.contactName(contactId);
    const isSent = state.phase === "sent";
    const repeated = state.uncertain > 0 ? "repeated: nobody knows whether an earlier one arrived" : "";
    const note = [reason, repeated]
      .filter((part) => part !== "")
      .join("; ")
      .slice(0, 500);
    this.#deps.log[isSent ? "info" : "error"](isSent ? "message sent" : "message not sent", {
      reference,
      action: actionId,
      attempts: state.attempts,
      reason,
    });
    this.#deps.writeNotification(
      {
        kind: "notification",
        occurrenceId: alarm.occurrenceId,
        version: alarm.version,
        ruleId: alarm.ruleId,
        change: isSent ? "sent" : "not-sent",
        ...(who === undefined ? {} : { who: [who] }),
        actionId,
        reference,
        ...(state.attempts === 0 ? {} : { attempts: state.attempts }),
        ...(note === "" ? {} : { note }),
        occurredAtMs: wallMs,
        clockConfidence: confidence,
      },
      sending.isDropped ? { [SEND_STATE_PREFIX + reference]: null } : rowOf(sending),
    );
    // Where nobody need answer any more, the end is the last there is to remember.
    if (message.says === "ends" && alarm.state !== "cleared-unacknowledged") this.#forgetEnded(alarm.occurrenceId);
  }

  #forget(reference: string): void {
    const sending = this.#messages.get(reference);
    if (sending === undefined) return;
    sending.isDropped = true;
    if (sending.state.phase === "trying") return;
    this.#messages.delete(reference);
    this.#deps.writeRows({ [SEND_STATE_PREFIX + reference]: null });
  }
}

const NEVER_TRIED: SendState = { phase: "given-up", attempts: 0, uncertain: 0, dueMs: 0 };

function rowOf({ message, state }: Sending): StateRows {
  const { phase, attempts, uncertain } = state;
  return { [SEND_STATE_PREFIX + message.reference]: encodeMessageRow({ message, phase, attempts, uncertain }) };
}

function isOver({ phase }: SendState): boolean {
  return phase === "sent" || phase === "given-up";
}

/** The reference under which the end of what a message says is told. */
function endOf({ actionId, alarm }: Message): string {
  return referenceOf({ occurrenceId: alarm.occurrenceId, actionId, reason: "ends" });
}

function reasonOf(outcome: SendOutcome): string {
  return outcome.kind === "sent" ? "" : outcome.reason;
}
