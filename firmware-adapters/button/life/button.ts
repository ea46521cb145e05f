import { randomUUID } from "node:crypto";

import { asError } from "@outpost/kernel/thrown.ts";

import type { CommitRequest, DeviceDeps } from "../../adapter.ts";
import { eventTime, type DeviceEvent, type Reading } from "../../event.ts";
import { PointBoard } from "../../point-board.ts";
import { deadbandOf, pointsOf } from "../points.ts";
import { isSamePresence, type Presence } from "../radio/presence.ts";
import { Supervision } from "../radio/supervision.ts";
import type { ButtonSettings } from "../settings.ts";
import {
  newButton,
  nextDueMs,
  readingsOf,
  stepButton,
  type ButtonInput,
  type ButtonState,
  type LifeTimes,
} from "./button-life.ts";
import { heardRowOf, readMemory, ROW } from "./memory.ts";
import { Receipts, type Received, type ReceiptTime } from "./receipts.ts";

/** Whoever missed a value has it again within this time; rules that watch for stale points rely on it. */
const SHOW_AGAIN_MS = 30_000;
/** A button that talks all the time is not shown anew for each word. */
const SHOW_HEARD_EVERY_MS = 1_000;
/** Deadlines are looked at this often at least, for a clock that has become believable or a memory that came late. */
const LOOK_EVERY_MS = 1_000;
/** Hearing a chatty button is written down this often at most: a flash card has an end. */
const SAVE_HEARD_EVERY_MS = 60_000;

/** One button as the gateway sees it: its life, its points, its memory. Where it is heard from feeds it. */
export class Button {
  readonly #deviceId: string;
  readonly #deps: DeviceDeps;
  readonly #times: LifeTimes;
  readonly #board: PointBoard;
  readonly #pointIds: readonly string[];
  readonly #supervision: Supervision | undefined;
  readonly #receipts = new Receipts();
  readonly #stop = new AbortController();
  readonly #writing = new Set<Promise<unknown>>();
  #state: ButtonState = newButton;
  #presence: Presence | undefined;
  #judge: (() => Presence) | undefined;
  #isRestored = false;
  #isPressToResume = false;
  #isPressSaved = false;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #heardSavedAtMs = Number.NEGATIVE_INFINITY;
  #heardSaved = "";

  constructor(deviceId: string, settings: ButtonSettings, deps: DeviceDeps) {
    this.#deviceId = deviceId;
    this.#deps = deps;
    const { momentaryMs, testForMs, stuckAfterMs } = settings;
    const batteryLowPercent = settings.source === "gpio" ? 0 : settings.batteryLowPercent;
    this.#times = { momentaryMs, testForMs, stuckAfterMs, batteryLowPercent };
    const points = pointsOf(settings);
    this.#pointIds = points.map(({ id }) => id);
    const board = points.map((point) => ({ ...point, deadband: deadbandOf(point.id, settings) }));
    this.#board = new PointBoard(deviceId, board, { clock: deps.clock, publish: (event) => deps.publish(event) });
    const supervisionMs = supervisionOf(settings);
    this.#supervision = supervisionMs === undefined ? undefined : new Supervision(supervisionMs);
    this.#restore();
  }

  get state(): ButtonState {
    return this.#state;
  }

  get hasBeenHeard(): boolean {
    return this.#supervision?.hasBeenHeard ?? true;
  }

  get isOverdue(): boolean {
    return this.#supervision?.isOverdue(this.#deps.clock.now()) ?? false;
  }

  /** From now on `judge` says how the button stands, whenever something may have changed. */
  judgedBy(judge: () => Presence): void {
    this.#judge = judge;
    this.present(judge());
  }

  /** The button stands like this now. */
  present(presence: Presence): void {
    if (isSamePresence(this.#presence, presence)) return;
    this.#presence = presence;
    if (presence.kind === "lost") {
      this.#board.lost(presence.reason, presence.detail, presence.state);
      return;
    }
    this.#board.online(presence.reason);
    if (this.#isPressToResume) [this.#state] = stepButton(this.#state, { kind: "resume" }, this.#times, this.#nowMs());
    this.#isPressToResume = false;
    this.showAgain();
  }

  /** Something came from the button itself. */
  hear(): void {
    this.#supervision?.hear(this.#deps.clock.now());
    if (this.#judge !== undefined) this.present(this.#judge());
    if (this.#nowMs() - this.#shownAtMs >= SHOW_HEARD_EVERY_MS) this.showAgain();
  }

  /** Says once more what every point reads. */
  showAgain(): void {
    this.#shownAtMs = this.#nowMs();
    const presence = this.#presence;
    if (presence === undefined) return;
    const readings = readingsOf(this.#state);
    for (const id of this.#pointIds) {
      const reading = readings[id];
      if (presence.kind === "lost") this.#board.bad(id, presence.reason, presence.detail);
      else if (reading !== undefined) this.#deps.publish(this.#board.measurement(id, reading));
    }
  }

  /** Takes what nobody waits to have acknowledged. */
  note(inputs: readonly ButtonInput[]): void {
    const events = this.#step(inputs);
    if (events.some(({ kind }) => kind === "occurrence")) {
      const commit = this.#deps.commit({ key: `own/${randomUUID()}`, events, rows: this.#rows() }, this.#stop.signal);
      this.#inBackground("press not written down", commit);
    } else {
      for (const event of events) this.#deps.publish(event);
      this.#saveChanges();
    }
  }

  /**
   * Takes what is to be acknowledged. What has been received before changes nothing.
   *
   * @throws DeviceError where it could not be written down, or the signal's reason: do not acknowledge.
   */
  async receive(inputs: readonly ButtonInput[], received: Received, signal: AbortSignal): Promise<void> {
    const time = this.#receiptTime();
    const key = this.#receipts.keyOf(received, time);
    const receipt = this.#receipts.stateOf(key);
    if (receipt.kind === "done") return;
    const request = receipt.kind === "pending" ? receipt.request : this.#begin(inputs, key, received.mark, time);
    if (request === undefined) return;
    if (receipt.kind === "pending") this.#resumeFor(request);
    const outcome = await this.#deps.commit(request, signal);
    this.#receipts.done(key);
    if (outcome === "known") this.note([{ kind: "forget-press" }]);
    else if (receipt.kind === "pending") this.showAgain();
  }

  /** Lets time pass until the signal aborts. */
  async run(signal: AbortSignal): Promise<never> {
    signal.addEventListener("abort", () => this.#stop.abort(signal.reason), { once: true });
    try {
      for (;;) {
        const waitMs = nextDueMs(this.#state, this.#times) - this.#nowMs();
        await this.#deps.clock.sleep(Math.min(LOOK_EVERY_MS, Math.max(waitMs, 1)), signal);
        this.#tick();
      }
    } finally {
      await Promise.allSettled(this.#writing);
    }
  }

  #tick(): void {
    if (!this.#isRestored) this.#restore();
    this.note([{ kind: "tick" }]);
    this.#supervision?.check(this.#deps.clock.now());
    if (this.#judge !== undefined) this.present(this.#judge());
    if (this.#nowMs() - this.#shownAtMs >= SHOW_AGAIN_MS) this.showAgain();
  }

  /** What a message newly means, to be committed; undefined where nothing happened and its values are told already. */
  #begin(inputs: readonly ButtonInput[], key: string, mark: string, time: ReceiptTime): CommitRequest | undefined {
    const events = this.#step(inputs);
    if (events.some(({ kind }) => kind === "occurrence")) {
      const receipts = this.#receipts.savedWith(key, mark, time);
      const request = { key, events, rows: { ...this.#rows(), [ROW.receipts]: receipts } };
      this.#receipts.begin(mark, request, time);
      return request;
    }
    for (const event of events) this.#deps.publish(event);
    this.#saveChanges();
    return undefined;
  }

  /** A press that is told once more is shown once more, and let go in its time. */
  #resumeFor({ events }: CommitRequest): void {
    if (!events.some((event) => event.kind === "occurrence" && event.name === "pressed")) return;
    [this.#state] = stepButton(this.#state, { kind: "resume" }, this.#times, this.#nowMs());
  }

  /** @returns what happened, and the points that read differently now where the button can be believed. */
  #step(inputs: readonly ButtonInput[]): readonly DeviceEvent[] {
    const before = readingsOf(this.#state);
    const time = eventTime(this.#deps.clock.now());
    const events: DeviceEvent[] = [];
    for (const input of inputs) {
      const [next, happened] = stepButton(this.#state, input, this.#times, time.monotonicMs);
      this.#state = next;
      for (const { name, details } of happened) {
        events.push({ kind: "occurrence", deviceId: this.#deviceId, name, details, ...time });
      }
    }
    if (this.#presence?.kind !== "online") return events;
    const after = readingsOf(this.#state);
    for (const id of this.#pointIds) {
      const reading = after[id];
      if (reading !== undefined && !isSameReading(before[id], reading))
        events.push(this.#board.measurement(id, reading));
    }
    return events;
  }

  /** The rows as they should be, for whoever writes anyway. */
  #rows(): Record<string, string | null> {
    this.#isPressSaved = isShown(this.#state);
    const rows: Record<string, string | null> = { [ROW.press]: this.#isPressSaved ? "1" : null };
    const heard = this.#supervision?.saved(this.#deps.clock.now());
    if (heard !== undefined) {
      rows[ROW.heard] = heardRowOf(heard, this.#state);
      this.#heardSavedAtMs = this.#nowMs();
      this.#heardSaved = this.#reported();
    }
    return rows;
  }

  #saveChanges(): void {
    const heardIsDue =
      this.#supervision?.hasBeenHeard === true &&
      (this.#reported() !== this.#heardSaved || this.#nowMs() - this.#heardSavedAtMs >= SAVE_HEARD_EVERY_MS);
    if (!heardIsDue && this.#isPressSaved === isShown(this.#state)) return;
    this.#inBackground("memory not written", this.#deps.memory.save(this.#rows()));
  }

  /** Remembers what the caller is to see. */
  saveIndicator(): void {
    const row = { [ROW.indicator]: String(this.#state.indicator) };
    this.#inBackground("memory not written", this.#deps.memory.save(row));
  }

  #reported(): string {
    const { batteryPercent, isBatteryLow, isTampered } = this.#state;
    return `${batteryPercent} ${isBatteryLow} ${isTampered}`;
  }

  #restore(): void {
    if (!this.#deps.memory.isRestored) return;
    this.#isRestored = true;
    const { heard, reported, isPressShown, receipts, indicator } = readMemory(this.#deps.memory);
    if (heard !== undefined && this.#supervision?.hasBeenHeard === false) {
      this.#supervision.remember(heard, this.#deps.clock.now());
      this.#state = { ...this.#state, ...reported };
      this.#heardSaved = this.#reported();
    }
    if (this.#state.indicator === 0) this.#state = { ...this.#state, indicator };
    this.#receipts.remember(receipts);
    this.#isPressSaved = isPressShown;
    this.#isPressToResume = isPressShown;
  }

  #inBackground(complaint: string, work: Promise<unknown>): void {
    const done = work
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#deps.log.warn(complaint, { reason: asError(error).message });
      })
      .finally(() => this.#writing.delete(done));
    this.#writing.add(done);
  }

  #receiptTime(): ReceiptTime {
    const { wallMs, monotonicMs, confidence } = this.#deps.clock.now();
    return { wallMs, monotonicMs, isWallTrusted: confidence !== "doubtful" };
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicMs();
  }
}

function supervisionOf(settings: ButtonSettings): number | undefined {
  switch (settings.source) {
    case "gpio":
      return undefined;
    case "zigbee2mqtt":
      return settings.supervisionMs;
    case "chirpstack":
      return settings.heartbeatMs * settings.missedHeartbeats;
  }
}

/** Whether a real press is shown, which a restart must not swallow. */
function isShown({ press }: ButtonState): boolean {
  return press.kind !== "none" && !press.isTest;
}

function isSameReading(one: Reading | undefined, other: Reading): boolean {
  if (one === undefined || one.quality !== other.quality) return false;
  if (one.quality === "good" && other.quality === "good") return one.value === other.value;
  return one.quality === "bad" && other.quality === "bad" && one.reason === other.reason && one.detail === other.detail;
}
