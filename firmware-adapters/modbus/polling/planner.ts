import { cutsAfterRefusal, planReads } from "./read-plan.ts";
import type { Cut, ReadBlock, ReadLimits, Span } from "./read-plan.ts";

/** One point as the planner sees it: its registers, its group, and its place in the device's tables. */
export interface PlannedPoint extends Span {
  readonly index: number;
  readonly pollGroup: string;
}

/** A request, and for each point that it brings its place in the tables and its first word in the answer. */
export interface Block extends ReadBlock<PlannedPoint> {
  readonly indices: Uint16Array;
  readonly offsets: Uint16Array;
}

/** A register the unit refuses alone is asked for again this often: it may appear when the unit is reconfigured. */
const REFUSED_RETRY_MS = 60_000;
/** A block that stays unanswered while others are answered is left out for a while, twice as long each time. */
const UNANSWERED_FIRST_MS = 1_000;
const UNANSWERED_MAX_MS = 60_000;

/** Plans a device's requests, with what its refusals have taught. Times are monotonic. */
export class Planner {
  readonly #points: readonly PlannedPoint[];
  readonly #limits: ReadLimits;
  readonly #plans = new Map<string, readonly Block[]>();
  /** By index: until when a point is left out, and how often in a row it was for want of an answer. */
  readonly #skipUntilMs: Float64Array;
  readonly #misses: Uint8Array;
  #anySkipUntilMs = 0;
  #cuts: readonly Cut[] = [];

  constructor(points: readonly PlannedPoint[], limits: ReadLimits) {
    this.#points = points;
    this.#limits = limits;
    this.#skipUntilMs = new Float64Array(points.length);
    this.#misses = new Uint8Array(points.length);
  }

  /** The requests that read these groups, without the points that are left out for now. */
  plan(groups: readonly string[], nowMs: number): readonly Block[] {
    const wanted = (): PlannedPoint[] => this.#points.filter((point) => groups.includes(point.pollGroup));
    if (nowMs < this.#anySkipUntilMs) {
      return this.planFor(wanted().filter(({ index }) => (this.#skipUntilMs[index] ?? 0) <= nowMs));
    }
    const key = groups.join(" ");
    const plan = this.#plans.get(key) ?? this.planFor(wanted());
    this.#plans.set(key, plan);
    return plan;
  }

  /** The requests that read just these points. */
  planFor(points: readonly PlannedPoint[]): readonly Block[] {
    return planReads(points, this.#limits, this.#cuts).map((block) => ({
      ...block,
      indices: Uint16Array.from(block.points, (point) => point.index),
      offsets: Uint16Array.from(block.points, (point) => point.address - block.address),
    }));
  }

  /** Takes note that a block was answered. */
  answered({ indices }: Block): void {
    if (this.#anySkipUntilMs === 0) return;
    for (const index of indices) this.#misses[index] = 0;
  }

  /** @returns the requests to try instead of a block that was refused; none when it was down to one place. */
  splitRefused(block: Block, nowMs: number): readonly Block[] {
    const cuts = cutsAfterRefusal(block);
    if (cuts.length === 0) {
      for (const index of block.indices) this.#skip(index, nowMs + REFUSED_RETRY_MS);
      return [];
    }
    this.#cuts = [...this.#cuts, ...cuts];
    this.#plans.clear();
    return this.planFor(block.points);
  }

  /** Leaves a block out for a while that the unit did not answer although it answers others. */
  leaveOut({ indices }: Block, nowMs: number): void {
    for (const index of indices) {
      const misses = this.#misses[index] ?? 0;
      this.#skip(index, nowMs + Math.min(UNANSWERED_MAX_MS, UNANSWERED_FIRST_MS * 2 ** misses));
      this.#misses[index] = Math.min(misses + 1, 16);
    }
  }

  #skip(index: number, untilMs: number): void {
    this.#skipUntilMs[index] = untilMs;
    this.#anySkipUntilMs = Math.max(this.#anySkipUntilMs, untilMs);
  }
}
