import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";

import { ITEMS, type ItemId } from "../items/items.ts";
import type { MeterSession } from "../session/session.ts";
import type { Dlt645Settings } from "../settings.ts";
import { readItem, type ItemOutcome } from "./read-item.ts";
import type { Reports } from "./reports.ts";
import { startSchedule, takeDue, untilDueMs } from "./schedule.ts";

/** A silent meter is probed at growing distances: each probe keeps the line from the others for two timeouts. */
const PROBE = { firstMs: 1_000, maxMs: 30_000 };
/** A link that is down fails at once and costs nothing, so the meter is asked often and is back as soon as the link. */
const LINK_DOWN_RETRY_MS = 500;
/** An item that a meter refuses, or meets with silence while it answers others, is asked for again after this. */
const LEAVE_OUT_MS = 60_000;

type Unanswered = Extract<ItemOutcome, { readonly kind: "unanswered" | "unreachable" }>;

/** What a round showed. `nothing`: nothing was due, or nothing can be said. */
type RoundResult =
  | { readonly kind: "answered" | "refused" | "nothing" }
  | { readonly kind: "gone"; readonly because: Unanswered };

export interface PollerDeps {
  readonly clock: Clock;
  readonly session: MeterSession;
  readonly reports: Reports;
}

/** Reads one meter's items, each group at its own pace. */
export class Poller {
  readonly #settings: Dlt645Settings;
  readonly #deps: PollerDeps;
  readonly #probe = new Backoff(PROBE);
  readonly #leftOutUntilMs = new Map<ItemId, number>();
  #gone: Unanswered | undefined;

  constructor(settings: Dlt645Settings, deps: PollerDeps) {
    this.#settings = settings;
    this.#deps = deps;
  }

  /** Polls until the signal aborts, then rejects with its reason. */
  async run(signal: AbortSignal): Promise<never> {
    const { clock } = this.#deps;
    const { fastEveryMs: fast, slowEveryMs: slow } = this.#settings;
    let schedule = startSchedule({ fast, slow }, clock.monotonicMs());
    for (;;) {
      if (this.#gone !== undefined) {
        await clock.sleep(this.#gone.reason === "link-down" ? LINK_DOWN_RETRY_MS : this.#probe.nextMs(), signal);
        this.#judge(await this.#probeOnce(signal));
        // Back among the living: everything is read now, not when its group happens to be due.
        schedule = startSchedule({ fast, slow }, clock.monotonicMs());
      } else {
        await clock.sleep(untilDueMs(schedule, clock.monotonicMs()), signal);
        const [next, due] = takeDue(schedule, clock.monotonicMs());
        schedule = next;
        this.#judge(
          await this.#round(
            this.#settings.items.filter((id) => due.includes(ITEMS[id].group)),
            signal,
          ),
        );
      }
    }
  }

  async #round(due: readonly ItemId[], signal: AbortSignal): Promise<RoundResult> {
    const waiting = due.filter((id) => !this.#isLeftOut(id));
    const askedTwice = new Set<ItemId>();
    let result: RoundResult = { kind: "nothing" };
    let silentInARow = 0;
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const answersBefore = this.#deps.session.answers;
      const outcome = await this.#read(id, signal);
      if (outcome.kind === "unreachable") return { kind: "gone", because: outcome };
      if (outcome.kind === "no-room") return result;
      if (outcome.kind === "answered") result = outcome;
      if (outcome.kind === "refused" && result.kind === "nothing") result = outcome;
      // Whatever the meter answers on the way of a read shows that it is there.
      const hasAnswered = this.#deps.session.answers > answersBefore;
      if (outcome.kind !== "unanswered") {
        silentInARow = 0;
        continue;
      }
      silentInARow = hasAnswered ? 0 : silentInARow + 1;
      if (silentInARow > 1) return { kind: "gone", because: outcome };
      if (askedTwice.has(id)) this.#leaveOut(id, outcome);
      else waiting.push(id);
      askedTwice.add(id);
    }
    this.#deps.reports.roundEnded();
    return result;
  }

  async #probeOnce(signal: AbortSignal): Promise<RoundResult> {
    const [first] = this.#settings.items;
    if (first === undefined) return { kind: "nothing" };
    const answersBefore = this.#deps.session.answers;
    const outcome = await this.#read(first, signal);
    // A refusal, or any other answer on the way, is a sign of life too.
    if (this.#deps.session.answers > answersBefore) return { kind: "answered" };
    if (outcome.kind === "unanswered" || outcome.kind === "unreachable") return { kind: "gone", because: outcome };
    return { kind: "nothing" };
  }

  /** Reads an item and reports what can be said at once. */
  async #read(id: ItemId, signal: AbortSignal): Promise<ItemOutcome> {
    const outcome = await readItem(this.#deps.session, ITEMS[id].identifier, signal);
    switch (outcome.kind) {
      case "answered":
        this.#deps.reports.answered(id, outcome.payload);
        break;
      case "refused":
        this.#deps.reports.bad(id, "device-refused", outcome.detail);
        this.#leftOutUntilMs.set(id, this.#deps.clock.monotonicMs() + LEAVE_OUT_MS);
        break;
      case "unverified":
        this.#deps.reports.bad(id, "bad-frame", outcome.detail);
        break;
      case "unanswered":
      case "unreachable":
      case "no-room":
        break;
    }
    return outcome;
  }

  #leaveOut(id: ItemId, { reason, detail }: Unanswered): void {
    this.#deps.reports.bad(id, reason, detail);
    this.#leftOutUntilMs.set(id, this.#deps.clock.monotonicMs() + LEAVE_OUT_MS);
  }

  #isLeftOut(id: ItemId): boolean {
    return (this.#leftOutUntilMs.get(id) ?? Number.NEGATIVE_INFINITY) > this.#deps.clock.monotonicMs();
  }

  #judge(result: RoundResult): void {
    switch (result.kind) {
      case "answered":
        this.#gone = undefined;
        this.#probe.reset();
        return this.#deps.reports.online();
      case "refused":
        // One odd item may be refused; a meter that gives none does not do its work.
        if (this.#settings.items.every((id) => this.#isLeftOut(id))) this.#deps.reports.fault("refuses every item");
        return;
      case "nothing":
        return;
      case "gone":
        this.#gone = result.because;
        // Items may have been left out because the meter was about to go; that says nothing about them.
        this.#leftOutUntilMs.clear();
        return this.#deps.reports.lost(result.because.reason, result.because.detail);
    }
  }
}
