import type { PolledPoint } from "./point-reports.ts";
import { cutsAfterRefusal, planReads } from "./read-plan.ts";
import type { Cut, ReadBlock, ReadLimits } from "./read-plan.ts";

export type Block = ReadBlock<PolledPoint>;

/** A register the unit refuses alone is asked for again this often: it may appear when the unit is reconfigured. */
const REFUSED_RETRY_MS = 60_000;
/** A block that stays unanswered while others are answered is left out for a while, twice as long each time. */
const UNANSWERED_FIRST_MS = 1_000;
const UNANSWERED_MAX_MS = 60_000;

/** Plans a device's requests, with what its refusals have taught. */
export class Planner {
  readonly #points: readonly PolledPoint[];
  readonly #limits: ReadLimits;
  readonly #plans = new Map<string, readonly Block[]>();
  #cuts: readonly Cut[] = [];

  constructor(points: readonly PolledPoint[], limits: ReadLimits) {
    this.#points = points;
    this.#limits = limits;
  }

  /** The requests that read these groups, without the points that are left out for now. */
  plan(groups: readonly string[], nowMs: number): readonly Block[] {
    const key = groups.join(" ");
    const known = this.#plans.get(key);
    if (known !== undefined && known.every((block) => block.points.every((one) => one.skipUntilMs <= nowMs))) {
      return known;
    }
    const wanted = this.#points.filter((one) => groups.includes(one.point.pollGroup));
    const awake = wanted.filter((one) => one.skipUntilMs <= nowMs);
    const plan = this.planFor(awake);
    if (awake.length === wanted.length) this.#plans.set(key, plan);
    return plan;
  }

  /** The requests that read just these points. */
  planFor(points: readonly PolledPoint[]): readonly Block[] {
    return planReads(points, this.#limits, this.#cuts);
  }

  /** @returns the requests to try instead of a block that was refused; none when it was down to one place. */
  splitRefused(block: Block, nowMs: number): readonly Block[] {
    const cuts = cutsAfterRefusal(block);
    if (cuts.length === 0) {
      for (const one of block.points) one.skipUntilMs = nowMs + REFUSED_RETRY_MS;
      return [];
    }
    this.#cuts = [...this.#cuts, ...cuts];
    this.#plans.clear();
    return this.planFor(block.points);
  }

  /** Leaves a block out for a while that the unit did not answer although it answers others. */
  leaveOut(block: Block, nowMs: number): void {
    for (const one of block.points) {
      one.skipUntilMs = nowMs + Math.min(UNANSWERED_MAX_MS, UNANSWERED_FIRST_MS * 2 ** Math.min(one.misses, 16));
      one.misses += 1;
    }
  }
}
