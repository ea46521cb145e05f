import { PointIndex } from "./point-index.ts";
import type { Watched } from "./watched.ts";

/** The buttons at the site that acknowledge alarms. A press is a change: a button that is held acknowledges once. */
export class AcknowledgeButtons {
  readonly #byPoint = new PointIndex<Watched>();
  readonly #last = new Map<string, number>();

  add(watched: Watched): void {
    const { acknowledgeBy } = watched.rule;
    if (acknowledgeBy !== undefined) this.#byPoint.add(acknowledgeBy, watched);
  }

  remove(watched: Watched): void {
    const { acknowledgeBy } = watched.rule;
    if (acknowledgeBy !== undefined) this.#byPoint.remove(acknowledgeBy, watched);
  }

  /**
   * A good reading of some point.
   *
   * @returns what it acknowledges and by whom; nothing at the first reading after a start, which may be an old press.
   */
  press(deviceId: string, pointId: string, value: number): readonly { watched: Watched; actor: string }[] {
    const all = this.#byPoint.get(deviceId, pointId);
    if (all.length === 0) return [];
    const actor = `${deviceId} ${pointId}`;
    const before = this.#last.get(actor);
    this.#last.set(actor, value);
    if (before === undefined || before === value) return [];
    return all.filter(({ rule }) => rule.acknowledgeBy?.value === value).map((watched) => ({ watched, actor }));
  }
}
