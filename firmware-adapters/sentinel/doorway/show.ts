import type { Clock } from "@outpost/kernel/clock.ts";

import type { PointDescription } from "../../adapter.ts";
import type { BadReason, DeviceEvent } from "../../event.ts";
import { PointBoard } from "../../point-board.ts";
import { boardPoints, MOMENT_MS } from "./points.ts";

export interface ShowDeps {
  readonly clock: Clock;
  publish(event: DeviceEvent): void;
}

/** How often bits that do not change are said again, so that whoever watches for staleness sees that they are fresh. */
const SAY_AGAIN_MS = 1_000;
/** Beyond this no thermometer at a doorway measures anything real. */
const PLAUSIBLE_C = { min: -30, max: 60 };

/**
 * What a doorway shows: its bits, which it remembers while the terminal is lost and shows again when it is back; the
 * temperature, while it is fresh; and how the terminal stands.
 */
export class Show {
  readonly #clock: Clock;
  readonly #board: PointBoard;
  readonly #bits: Map<string, boolean>;
  readonly #momentEndsAtMs = new Map<string, number>();
  readonly #hasThermometer: boolean;
  #temperatureUntilMs: number | undefined;
  #saidAtMs = Number.NEGATIVE_INFINITY;
  #thermometerDown: string | undefined;
  /** Why the terminal is not there. */
  #lostBecause: BadReason | "never seen" | undefined = "never seen";

  constructor(deviceId: string, points: readonly PointDescription[], deps: ShowDeps) {
    this.#clock = deps.clock;
    this.#board = new PointBoard(deviceId, boardPoints(points), deps);
    this.#hasThermometer = points.some(({ id }) => id === "temperature");
    this.#bits = new Map(points.filter(({ id }) => id !== "temperature").map(({ id }) => [id, false]));
  }

  bit(pointId: string): boolean {
    return this.#bits.get(pointId) ?? false;
  }

  setBit(pointId: string, isOn: boolean): void {
    if (!this.#bits.has(pointId)) return;
    this.#bits.set(pointId, isOn);
    if (this.#isThere) this.#board.good(pointId, isOn ? 1 : 0);
  }

  /** 1 for a moment. */
  flash(pointId: string): void {
    this.#momentEndsAtMs.set(pointId, this.#clock.monotonicMs() + MOMENT_MS);
    this.setBit(pointId, true);
  }

  measured(celsius: number, freshMs: number): void {
    if (!this.#isThere) return;
    if (celsius < PLAUSIBLE_C.min || celsius > PLAUSIBLE_C.max) {
      this.#temperatureUntilMs = undefined;
      this.#board.bad("temperature", "out-of-range", `${celsius} °C is not measured at a doorway`);
      return;
    }
    this.#temperatureUntilMs = this.#clock.monotonicMs() + freshMs;
    this.#board.good("temperature", celsius);
  }

  /** What time alone changes: moments end, a temperature is no longer the present one. */
  tick(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [pointId, endsAtMs] of this.#momentEndsAtMs) {
      if (nowMs < endsAtMs) continue;
      this.#momentEndsAtMs.delete(pointId);
      this.setBit(pointId, false);
    }
    if (nowMs >= this.#saidAtMs + SAY_AGAIN_MS) this.#sayBits();
    if (this.#temperatureUntilMs === undefined || nowMs < this.#temperatureUntilMs) return;
    this.#temperatureUntilMs = undefined;
    if (this.#isThere) this.#board.bad("temperature", "not-available", "nobody is measured now");
  }

  /** The terminal is there. */
  found(): void {
    if (this.#isThere) return;
    this.#lostBecause = undefined;
    this.#sayBits();
    this.#showThermometer();
    this.#turn();
  }

  /** The terminal is not there. What first stood in the way is said, not every try since. @returns whether it is news. */
  lost(reason: BadReason, detail: string): boolean {
    if (this.#lostBecause === reason) return false;
    this.#lostBecause = reason;
    this.#temperatureUntilMs = undefined;
    this.#board.lost(reason, detail, reason === "bad-frame" ? "fault" : "offline");
    return true;
  }

  /** @param down  why the thermometer is not there; undefined where it is. */
  thermometer(down: string | undefined): void {
    const wasDown = this.#thermometerDown !== undefined;
    if (wasDown === (down !== undefined)) return;
    this.#thermometerDown = down;
    if (!this.#isThere) return;
    this.#showThermometer();
    this.#turn();
  }

  get #isThere(): boolean {
    return this.#lostBecause === undefined;
  }

  #sayBits(): void {
    if (!this.#isThere) return;
    this.#saidAtMs = this.#clock.monotonicMs();
    for (const [pointId, isOn] of this.#bits) this.#board.good(pointId, isOn ? 1 : 0);
  }

  #showThermometer(): void {
    if (!this.#hasThermometer) return;
    this.#temperatureUntilMs = undefined;
    if (this.#thermometerDown === undefined) this.#board.bad("temperature", "not-available", "nobody is measured now");
    else this.#board.bad("temperature", "link-down", this.#thermometerDown);
  }

  #turn(): void {
    if (this.#thermometerDown === undefined) this.#board.online("the scanner is there");
    else this.#board.turn("fault", `the thermometer is not: ${this.#thermometerDown}`);
  }
}
