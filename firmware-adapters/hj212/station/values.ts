import type { Measurement } from "../../event.ts";
import type { PointBoard } from "../../point-board.ts";
import type { Presence } from "../../receiving/presence.ts";
import type { QuantityPoint } from "../../receiving/quantities.ts";
import { FAULT_FLAGS, MAINTENANCE_FLAGS, readFactor } from "../message/readings.ts";
import type { Parameters } from "../message/segment.ts";

/** The station's points: what its live records say. */
export class Values {
  readonly #points: readonly QuantityPoint[];
  readonly #field: string;
  readonly #board: PointBoard;
  readonly #presence: Presence;
  /** The last flag of each point. */
  readonly #flags = new Map<string, string>();

  /** @param field  which field of a factor is its value: Rtd or Avg. */
  constructor(points: readonly QuantityPoint[], field: string, board: PointBoard, presence: Presence) {
    this.#points = points;
    this.#field = field;
    this.#board = board;
    this.#presence = presence;
  }

  /** What was said before the station was lost says nothing of now. */
  forget(): void {
    this.#flags.clear();
  }

  /** Notes a live record on the board. @returns the measurements, not published yet. */
  measure({ factors }: Parameters): readonly Measurement[] {
    const measurements: Measurement[] = [];
    for (const point of this.#points) {
      const fields = factors.get(point.code);
      const read = fields && readFactor(fields, this.#field, point);
      if (read === undefined) continue;
      this.#flags.set(point.id, read.flag);
      this.#presence.mentioned(point.id);
      measurements.push(this.#board.measurement(point.id, read.reading));
    }
    if (measurements.length > 0) {
      measurements.push(this.#state("instrumentFault", this.#hasFlagOf(FAULT_FLAGS)));
      measurements.push(this.#state("maintenance", this.#hasFlagOf(MAINTENANCE_FLAGS)));
    }
    return measurements;
  }

  clockWrong(isWrong: boolean): Measurement {
    return this.#state("clockWrong", isWrong);
  }

  #state(pointId: string, isSo: boolean): Measurement {
    return this.#board.measurement(pointId, { quality: "good", value: isSo ? 1 : 0 });
  }

  #hasFlagOf(flags: ReadonlySet<string>): boolean {
    return [...this.#flags.values()].some((flag) => flags.has(flag));
  }
}
