import type { Measurement } from "../../event.ts";
import type { PointBoard } from "../../point-board.ts";
import type { Presence } from "../../receiving/presence.ts";
import { withinRange, type QuantityPoint } from "../../receiving/quantities.ts";
import { knownElement } from "../elements/elements.ts";
import { STATES, type StateId } from "../elements/states.ts";
import type { Element } from "../message/body.ts";

/** The station's points: what its live elements say. */
export class Values {
  readonly #points: ReadonlyMap<string, QuantityPoint>;
  readonly #states: readonly StateId[];
  readonly #board: PointBoard;
  readonly #presence: Presence;

  constructor(points: readonly QuantityPoint[], states: readonly StateId[], board: PointBoard, presence: Presence) {
    this.#points = new Map(points.map((point) => [point.code, point]));
    this.#states = [...new Set(states)];
    this.#board = board;
    this.#presence = presence;
  }

  /** Notes live elements on the board. @returns the measurements, not published yet. */
  measure(elements: readonly Element[]): readonly Measurement[] {
    return elements.flatMap((element) => {
      if (element.kind === "states") return this.#states.map((id) => this.#state(id, element.bits));
      const point = element.kind === "number" ? this.#points.get(element.code) : undefined;
      if (point === undefined || element.kind !== "number") return [];
      const { value } = element;
      this.#presence.mentioned(point.id);
      return [
        this.#board.measurement(
          point.id,
          value === undefined
            ? { quality: "bad", reason: "not-available", detail: "the station has no value" }
            : withinRange(value, point),
        ),
      ];
    });
  }

  clockWrong(isWrong: boolean): Measurement {
    return this.#board.measurement("clockWrong", { quality: "good", value: isWrong ? 1 : 0 });
  }

  #state(id: StateId, bits: number): Measurement {
    const { bit, activeAt } = STATES[id];
    this.#presence.mentioned(id);
    return this.#board.measurement(id, { quality: "good", value: ((bits >>> bit) & 1) === activeAt ? 1 : 0 });
  }
}

/** Elements as the details of an occurrence: by the name of the element where it has one. */
export function* detailsOf(elements: readonly Element[]): Generator<readonly [string, string | number]> {
  for (const element of elements) {
    switch (element.kind) {
      case "number":
        yield [nameOf(element.code), element.value ?? "-"];
        break;
      case "series":
        yield [nameOf(element.code), element.values.map((value) => value ?? "-").join(" ")];
        break;
      case "states":
        yield ["states", element.bits];
        break;
      case "text":
        yield ["text", element.text];
    }
  }
}

function nameOf(code: string): string {
  const series: Readonly<Record<string, string>> = { F4: "rainOf5min" };
  const level = /^F([5-9A-C])$/.exec(code)?.[1];
  if (level !== undefined) return `levelOf5min${Number.parseInt(level, 16) - 4}`;
  return series[code] ?? knownElement(code)?.id ?? `element${code}`;
}
