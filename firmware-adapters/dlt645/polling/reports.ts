import { eventTime, type BadReason, type DeviceEvent } from "../../event.ts";
import { PointBoard, type BoardPoint } from "../../point-board.ts";
import { decodeItem } from "../items/item-value.ts";
import { ITEMS, type ItemId } from "../items/items.ts";
import { Counters, type CountersDeps } from "./counters.ts";

export interface ReportsDeps extends CountersDeps {
  publish(event: DeviceEvent): void;
}

/** 1 from the round that believes in another meter to the next round of energies. */
export const REPLACED_POINT = "replaced";

/** The points of a meter with these items. */
export function meterPoints(items: readonly ItemId[]): readonly BoardPoint[] {
  const points = items.map((id) => ({ id, unit: ITEMS[id].unit, deadband: ITEMS[id].deadband }));
  return hasCounter(items) ? [...points, { id: REPLACED_POINT, unit: "" }] : points;
}

/** Whether a meter with these items can be seen to have been exchanged. */
export function hasCounter(items: readonly ItemId[]): boolean {
  return items.some((id) => ITEMS[id].isCounter);
}

/** Turns a meter's answers into what the rest of the gateway knows of it. */
export class Reports {
  readonly #deviceId: string;
  readonly #deps: ReportsDeps;
  readonly #board: PointBoard;
  readonly #counters: Counters;
  /** What the counters of this round showed; undefined where none was read. */
  #isReplaced: boolean | undefined;

  constructor(deviceId: string, items: readonly ItemId[], deps: ReportsDeps) {
    this.#deviceId = deviceId;
    this.#deps = deps;
    this.#board = new PointBoard(deviceId, meterPoints(items), deps);
    this.#counters = new Counters(deps);
  }

  answered(id: ItemId, payload: Buffer): void {
    const read = decodeItem(payload, ITEMS[id]);
    switch (read.kind) {
      case "value":
        return ITEMS[id].isCounter ? this.#counted(id, read.value) : this.#board.good(id, read.value);
      case "not-available":
        return this.#board.bad(id, "not-available", "this meter has no such item");
      case "not-understood":
        return this.#board.bad(id, "bad-frame", read.detail);
    }
  }

  bad(id: ItemId, reason: BadReason, detail: string): void {
    this.#board.bad(id, reason, detail);
  }

  roundEnded(): void {
    if (this.#isReplaced !== undefined) this.#board.good(REPLACED_POINT, this.#isReplaced ? 1 : 0);
    this.#isReplaced = undefined;
  }

  online(): void {
    this.#board.online();
  }

  fault(reason: string): void {
    this.#board.turn("fault", reason);
  }

  lost(reason: BadReason, detail: string): void {
    // Something answers that nobody can understand: the meter is there, and a person must look at the wiring.
    this.#board.lost(reason, detail, reason === "bad-frame" ? "fault" : "offline");
    this.#isReplaced = undefined;
  }

  #counted(id: ItemId, kwh: number): void {
    const verdict = this.#counters.judge(id, kwh);
    switch (verdict.kind) {
      case "good":
        this.#isReplaced ??= false;
        return this.#board.good(id, kwh);
      case "doubted":
        return this.#board.bad(id, "out-of-range", verdict.detail);
      case "replaced":
        this.#isReplaced = true;
        this.#occurred("meter-replaced", { pointId: id, beforeKwh: verdict.before, afterKwh: kwh });
        return this.#board.good(id, kwh);
    }
  }

  #occurred(name: string, details: Readonly<Record<string, string | number>>): void {
    const time = eventTime(this.#deps.clock.now());
    this.#deps.publish({ kind: "occurrence", deviceId: this.#deviceId, name, details, ...time });
  }
}
