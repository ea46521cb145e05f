import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { DeviceMemory } from "../../adapter.ts";
import type { BadReason, Occurrence } from "../../event.ts";
import type { PointBoard } from "../../point-board.ts";
import type { Content } from "../content/content.ts";
import { keepStanding, restoreStanding, STANDING_ROW } from "../content/kept-standing.ts";
import { plan, type Sent, type Shown, type Step } from "../content/plan.ts";
import { expire, nextEndMs, NOTHING_STANDS, wantedOf, type Fixed, type Standing } from "../content/standing.ts";
import type { SignState } from "../dialect/state.ts";
import type { Display, DisplayListener } from "../display/display.ts";
import { SignError, type SignErrorCode } from "../errors.ts";
import type { SignSettings } from "../settings.ts";
import { Confirmations, type Ending } from "./confirmations.ts";
import { reportHealth, reportShown } from "./points.ts";

export interface KeeperDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly memory: DeviceMemory;
  readonly board: PointBoard;
  readonly openDisplay: (listener: DisplayListener) => Display;
  onOccurrence(name: string, details: Occurrence["details"]): void;
}

const NEVER = Number.POSITIVE_INFINITY;
/** A lost answer is asked for once more, so soon; the second in a row and the sign is lost. */
const ASK_AGAIN_MS = 500;
const RECONNECT = { firstMs: 1_000, maxMs: 30_000 };
/** Looks whether the memory is there, and keeps timers within what Node.js can count. */
const MAX_WAIT_MS = 600_000;
const MEMORY_WAIT_MS = 1_000;

/** Why values are bad, and what a sign is then. */
const LOSSES: Readonly<Record<SignErrorCode, { readonly reason: BadReason; readonly state: "offline" | "fault" }>> = {
  "sign/unreachable": { reason: "link-down", state: "offline" },
  "sign/timeout": { reason: "timeout", state: "offline" },
  "sign/bad-frame": { reason: "bad-frame", state: "fault" },
  "sign/refused": { reason: "device-refused", state: "fault" },
  "sign/busy": { reason: "device-refused", state: "fault" },
  "sign/bad-settings": { reason: "bad-frame", state: "fault" },
};

/** Keeps a sign showing what stands: looks, sends, looks again. What to do next is `plan`'s to say. */
export class Keeper {
  readonly #settings: SignSettings;
  readonly #fixed: Fixed;
  readonly #deps: KeeperDeps;
  readonly #confirmations = new Confirmations();
  readonly #backoff = new Backoff(RECONNECT);
  readonly #ordered = new Set<keyof Standing>();
  readonly #display: Display;
  #standing: Standing = NOTHING_STANDS;
  #isRestored = false;
  #shown: Shown = { kind: "unknown" };
  #sent: Sent | undefined;
  /** The content that the sign was last seen to show as it should. */
  #seenId: string | undefined;
  #isOrdered = false;
  #failures = 0;
  #pollAtMs = 0;
  #silentAtMs = NEVER;
  #notBeforeMs = 0;
  #turn: { readonly step: Step; readonly end: AbortController } | undefined;

  constructor(settings: SignSettings, fixed: Fixed, deps: KeeperDeps) {
    this.#settings = settings;
    this.#fixed = fixed;
    this.#deps = deps;
    this.#display = deps.openDisplay({
      onState: (state) => {
        this.#onState(state);
        this.#wake();
      },
      onFailure: (error) => this.#onUnaskedFailure(error),
      onHere: () => this.#lookSoon(),
    });
    if (!this.#display.isAskable) this.#silentAtMs = this.#nowMs() + this.#staleMs();
  }

  get standing(): Standing {
    return this.#standing;
  }

  get isBusy(): boolean {
    return this.#confirmations.isFull;
  }

  /**
   * Changes what stands in one place and waits until the sign shows what it then should.
   *
   * @param signal  bounds the wait; what stands is the same after an abort.
   */
  async order(slot: keyof Standing, next: Standing, signal: AbortSignal): Promise<Ending> {
    this.#standing = next;
    this.#ordered.add(slot);
    const wanted = wantedOf(next, this.#fixed);
    this.#confirmations.supersede(wanted.id);
    const ending = this.#confirmations.await(wanted.id, this.#nowMs(), signal);
    this.#reportShown();
    this.#save();
    this.#bring(wanted.id);
    // A sign that cannot be asked has said all that it will.
    if (!this.#display.isAskable && this.#shown.kind === "seen")
      this.#confirmations.seen(this.#shown.id, this.#nowMs());
    return await ending;
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    using _ = this.#display;
    while (!signal.aborted) {
      this.#restore();
      const step = plan(this.#facts(), this.#nowMs());
      const end = new AbortController();
      this.#turn = { step, end };
      try {
        await this.#take(step, AbortSignal.any([signal, end.signal]));
      } catch (error) {
        if (signal.aborted) return;
        if (end.signal.aborted) continue;
        if (!(error instanceof SignError)) throw error;
        this.#onFailure(error);
      }
    }
  }

  #facts(): Parameters<typeof plan>[0] {
    return {
      wanted: this.#wanted(),
      shown: this.#shown,
      sent: this.#sent,
      isOrdered: this.#isOrdered,
      pollAtMs: this.#display.isAskable ? this.#pollAtMs : NEVER,
      silentAtMs: this.#silentAtMs,
      endsAtMs: nextEndMs(this.#standing),
      notBeforeMs: this.#notBeforeMs,
      settleMs: this.#settings.settleMs,
    };
  }

  /** What the sign should show; undefined while what stood before the restart is unknown and nobody has ordered since. */
  #wanted(): Content | undefined {
    const isKnown = this.#isRestored || this.#ordered.size > 0;
    return isKnown ? wantedOf(this.#standing, this.#fixed) : undefined;
  }

  async #take(step: Step, signal: AbortSignal): Promise<void> {
    switch (step.kind) {
      case "wait":
        return await this.#deps.clock.sleep(this.#waitMs(step.untilMs), signal);
      case "look":
        return this.#onState(await this.#display.look(signal));
      case "send":
        return await this.#send(step.content, signal);
      case "expire":
        return this.#expire();
      case "silent":
        return this.#lose(new SignError("sign/timeout", `no state for ${this.#staleMs()} ms`));
    }
  }

  #waitMs(untilMs: number): number {
    const maxMs = this.#isRestored ? MAX_WAIT_MS : MEMORY_WAIT_MS;
    return Math.max(1, Math.min(Math.ceil(untilMs - this.#nowMs()), maxMs));
  }

  async #send(content: Content, signal: AbortSignal): Promise<void> {
    const tries = this.#sent?.id === content.id ? this.#sent.tries + 1 : 1;
    this.#isOrdered = false;
    this.#sent = { id: content.id, atMs: this.#nowMs(), tries };
    try {
      await this.#display.send(content, signal);
    } catch (error) {
      if (!(error instanceof SignError) || (error.code !== "sign/refused" && error.code !== "sign/busy")) throw error;
      // It is there and says no: what it shows and how it is can still be read.
      this.#deps.log.warn("sign did not take a content", { content: content.id, reason: error.message });
      if (error.code === "sign/refused") this.#confirmations.refuse(content.id, error.message);
    } finally {
      // A picture may be there only from when it was taken; what was seen meanwhile says nothing of it.
      this.#sent = { id: content.id, atMs: this.#nowMs(), tries };
    }
  }

  #expire(): void {
    const { standing, ended } = expire(this.#standing, this.#nowMs());
    this.#standing = standing;
    for (const { id, priority } of ended) this.#deps.onOccurrence("content-expired", { content: id, priority });
    this.#confirmations.supersede(wantedOf(standing, this.#fixed).id);
    this.#reportShown();
    this.#save();
  }

  #onState(state: SignState): void {
    const nowMs = this.#nowMs();
    this.#failures = 0;
    this.#notBeforeMs = 0;
    this.#backoff.reset();
    this.#pollAtMs = nowMs + this.#settings.pollMs;
    if (!this.#display.isAskable) this.#silentAtMs = nowMs + this.#staleMs();
    this.#shown = { kind: "seen", id: state.showing, seenAtMs: nowMs };
    this.#noteShown(state.showing);
    reportHealth(this.#deps.board, this.#settings.dialect, state);
    this.#reportShown();
    this.#deps.board.online();
    this.#confirmations.seen(state.showing, nowMs);
  }

  /** Says when a content has come onto the panel, and when one has gone from it that should be there. */
  #noteShown(id: string | undefined): void {
    const wanted = this.#wanted();
    if (wanted === undefined) return;
    if (id === wanted.id) {
      this.#isOrdered = false;
      // What stood there before we came is no news.
      if (this.#seenId !== id && this.#sent?.id === id) {
        this.#deps.onOccurrence("content-shown", {
          content: id,
          priority: wanted.priority,
          text: wanted.lines.join("\n").slice(0, 500),
        });
      }
      this.#seenId = id;
    } else if (this.#seenId === wanted.id) {
      this.#seenId = undefined;
      this.#deps.onOccurrence("content-lost", { content: wanted.id, showing: (id ?? "").slice(0, 200) });
    }
  }

  #reportShown(): void {
    if (this.#shown.kind === "unknown") return;
    reportShown(this.#deps.board, this.#fixed, { id: this.#shown.id, wantedId: this.#wanted()?.id });
  }

  /** The way to it is broken, or it sent by itself what is no state: where it can be asked, its answer decides. */
  #onUnaskedFailure(error: SignError): void {
    if (error.code === "sign/unreachable") this.#lose(error);
    else if (!this.#display.isAskable) this.#onFailure(error);
    else this.#pollAtMs = Math.min(this.#pollAtMs, this.#nowMs() + ASK_AGAIN_MS);
    this.#wake();
  }

  #onFailure(error: SignError): void {
    this.#failures += 1;
    if (this.#failures > 1) return this.#lose(error);
    this.#notBeforeMs = this.#nowMs() + ASK_AGAIN_MS;
    this.#pollAtMs = this.#notBeforeMs;
  }

  #lose(error: SignError): void {
    const { reason, state } = LOSSES[error.code];
    this.#shown = { kind: "unknown" };
    this.#sent = undefined;
    this.#silentAtMs = NEVER;
    this.#notBeforeMs = this.#nowMs() + this.#backoff.nextMs();
    this.#pollAtMs = this.#notBeforeMs;
    this.#deps.board.lost(reason, error.message, state);
    this.#confirmations.lose(error.message);
  }

  #restore(): void {
    const { memory, clock, log } = this.#deps;
    if (this.#isRestored || !memory.isRestored) return;
    this.#isRestored = true;
    const row = memory.rows.get(STANDING_ROW);
    const kept = row === undefined ? undefined : restoreStanding(row, this.#fixed, clock.now());
    if (row !== undefined && kept === undefined) log.warn("what stood on the sign cannot be read");
    if (kept === undefined) return;
    // What was ordered meanwhile is newer than what was written down.
    const { canned, emergency, normal } = this.#standing;
    this.#standing = {
      canned: this.#ordered.has("canned") ? canned : kept.canned,
      emergency: this.#ordered.has("emergency") ? emergency : kept.emergency,
      normal: this.#ordered.has("normal") ? normal : kept.normal,
    };
    if (this.#ordered.size > 0) this.#save();
  }

  /** In parallel to what the sign is given: an alarm's text waits for no disk. */
  #save(): void {
    const { memory, clock, log } = this.#deps;
    if (!this.#isRestored) return;
    memory.save({ [STANDING_ROW]: keepStanding(this.#standing, this.#fixed, clock.now()) }).catch((error: unknown) => {
      log.warn("what stands on the sign will not survive a restart", { reason: asError(error).message });
    });
  }

  /** Something was ordered: whatever is under way gives way, unless it is the very same. */
  #bring(wantedId: string): void {
    const step = this.#turn?.step;
    this.#pollAtMs = this.#nowMs();
    if (step?.kind === "send" && step.content.id === wantedId) return;
    this.#isOrdered = true;
    this.#turn?.end.abort();
  }

  #lookSoon(): void {
    this.#notBeforeMs = 0;
    this.#pollAtMs = this.#nowMs();
    this.#wake();
  }

  #wake(): void {
    if (this.#turn?.step.kind === "wait") this.#turn.end.abort();
  }

  #staleMs(): number {
    const { via } = this.#settings;
    return via.kind === "mqtt" ? via.staleMs : NEVER;
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicMs();
  }
}
