import type { Clock, Instant } from "@outpost/kernel/clock.ts";

import type { BadReason, DeviceEvent, Reading } from "../../event.ts";
import type { Words } from "../codec.ts";
import { pointSpan } from "../profile.ts";
import type { Point, PumpStationProfile } from "../profile.ts";
import { ValueTable } from "../values/value-table.ts";
import type { Block, PlannedPoint } from "./planner.ts";

const NEVER = Number.NEGATIVE_INFINITY;
/** Numbers a point: its last good value and when it was last read, the same as last reported (NaN: bad), its rules. */
const STRIDE = 6;
const LATEST = 0;
const LATEST_AT_MS = 1;
const REPORTED = 2;
const REPORTED_AT_MS = 3;
const DEADBAND = 4;
const KEEP_ALIVE_MS = 5;

/** A reading with the monotonic time it was taken at. */
export interface TimedReading {
  readonly reading: Reading;
  readonly atMs: number;
}

/** One point as it is polled. */
export interface PolledPoint extends PlannedPoint {
  readonly point: Point;
}

export interface PointReportsDeps {
  readonly clock: Clock;
  publish(event: DeviceEvent): void;
  /** Told of every reading of a watched point before it is published. */
  onWatched(point: Point, latest: TimedReading): void;
}

/**
 * Turns what was read into measurements, and knows each point's last reading. Worth keeping are the first one, a change
 * of quality or reason, a move beyond the deadband, and whatever comes when the keep-alive is due.
 */
export class PointReports {
  readonly points: readonly PolledPoint[];
  readonly #deviceId: string;
  readonly #deps: PointReportsDeps;
  readonly #byId: ReadonlyMap<string, PolledPoint>;
  readonly #values: ValueTable;
  // Rows of numbers like the value table's, and for its reason.
  readonly #ids: readonly string[];
  readonly #units: readonly string[];
  readonly #state: Float64Array;
  readonly #isWatched: Uint8Array;
  /** The last reading where it was bad, and the reason last reported. */
  readonly #latestBad: (Reading | undefined)[];
  readonly #reportedBad: (BadReason | undefined)[];

  constructor(deviceId: string, profile: PumpStationProfile, deps: PointReportsDeps) {
    const { points } = profile;
    const watched = watchedIds(points);
    this.points = points.map((point, index) => polled(point, index));
    this.#deviceId = deviceId;
    this.#deps = deps;
    this.#byId = new Map(this.points.map((one) => [one.point.id, one]));
    this.#values = new ValueTable(points);
    this.#ids = points.map((point) => point.id);
    this.#units = points.map((point) => point.unit);
    this.#state = Float64Array.from(points.flatMap((point) => freshState(point, profile)));
    this.#isWatched = Uint8Array.from(points, (point) => (watched.has(point.id) ? 1 : 0));
    this.#latestBad = points.map(() => undefined);
    this.#reportedBad = points.map(() => undefined);
  }

  point(id: string): PolledPoint | undefined {
    return this.#byId.get(id);
  }

  /** The last reading of a point; undefined before the first. */
  latest(id: string): TimedReading | undefined {
    const one = this.#byId.get(id);
    if (one === undefined) return undefined;
    const row = one.index * STRIDE;
    const atMs = this.#state[row + LATEST_AT_MS] ?? NEVER;
    if (atMs === NEVER) return undefined;
    const value = this.#state[row + LATEST] ?? 0;
    return { reading: this.#latestBad[one.index] ?? { quality: "good", value }, atMs };
  }

  /** Reports the points of a block from the words it brought. */
  blockRead({ indices, offsets }: Block, words: Words): void {
    const now = this.#deps.clock.now();
    for (let place = 0; place < indices.length; place += 1) {
      const index = indices[place] ?? 0;
      const offset = offsets[place] ?? 0;
      const value = this.#values.value(index, words, offset);
      if (Number.isNaN(value)) this.#reportBad(index, this.#values.whyBad(index, words, offset), now);
      else this.#reportGood(index, value, now);
    }
  }

  /** Reports points as bad that could not be read; again for the same reason only when their keep-alive is due. */
  bad(points: readonly PlannedPoint[], reason: BadReason, detail: string): void {
    const now = this.#deps.clock.now();
    const reading: Reading = { quality: "bad", reason, detail };
    for (const { index } of points) {
      if (this.#isBadReportable(index, reason, now.monotonicMs)) this.#reportBad(index, reading, now);
    }
  }

  #reportGood(index: number, value: number, now: Instant): void {
    const state = this.#state;
    const row = index * STRIDE;
    // NaN, where the last one reported was bad, is never within the deadband.
    const isWithin = Math.abs(value - (state[row + REPORTED] ?? 0)) <= (state[row + DEADBAND] ?? 0);
    const isReportable = !isWithin || this.#isKeepAliveDue(row, now.monotonicMs);
    if (isReportable) {
      state[row + REPORTED] = value;
      state[row + REPORTED_AT_MS] = now.monotonicMs;
    }
    state[row + LATEST] = value;
    if (this.#latestBad[index] !== undefined) this.#latestBad[index] = undefined;
    this.#publish(index, { quality: "good", value }, isReportable, now);
  }

  #reportBad(index: number, reading: Reading, now: Instant): void {
    if (reading.quality === "good") return this.#reportGood(index, reading.value, now);
    const row = index * STRIDE;
    const isReportable = this.#isBadReportable(index, reading.reason, now.monotonicMs);
    if (isReportable) {
      this.#state[row + REPORTED] = Number.NaN;
      this.#state[row + REPORTED_AT_MS] = now.monotonicMs;
      this.#reportedBad[index] = reading.reason;
    }
    this.#latestBad[index] = reading;
    this.#publish(index, reading, isReportable, now);
  }

  #isBadReportable(index: number, reason: BadReason, nowMs: number): boolean {
    const row = index * STRIDE;
    const wasGood = !Number.isNaN(this.#state[row + REPORTED] ?? 0);
    return wasGood || this.#reportedBad[index] !== reason || this.#isKeepAliveDue(row, nowMs);
  }

  #isKeepAliveDue(row: number, nowMs: number): boolean {
    return nowMs - (this.#state[row + REPORTED_AT_MS] ?? 0) >= (this.#state[row + KEEP_ALIVE_MS] ?? 0);
  }

  #publish(index: number, reading: Reading, isReportable: boolean, now: Instant): void {
    const { wallMs, monotonicMs, confidence } = now;
    this.#state[index * STRIDE + LATEST_AT_MS] = monotonicMs;
    if (this.#isWatched[index] === 1) this.#tellWatcher(index, { reading, atMs: monotonicMs });
    this.#deps.publish({
      kind: "measurement",
      deviceId: this.#deviceId,
      pointId: this.#ids[index] ?? "",
      unit: this.#units[index] ?? "",
      reading,
      isReportable,
      occurredAtMs: wallMs,
      monotonicMs,
      clockConfidence: confidence,
    });
  }

  #tellWatcher(index: number, latest: TimedReading): void {
    const one = this.points[index];
    if (one !== undefined) this.#deps.onWatched(one.point, latest);
  }
}

function freshState(point: Point, { pollGroups }: PumpStationProfile): number[] {
  const keepAliveMs = pollGroups[point.pollGroup]?.keepAliveMs ?? Number.POSITIVE_INFINITY;
  // In the order of the places named above.
  return [0, NEVER, Number.NaN, NEVER, point.deadband, keepAliveMs];
}

/** Points that commands depend on: pulse coils, and the run states of machines. */
function watchedIds(points: readonly Point[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { id, writable } of points) {
    if (writable?.pulseMs !== undefined) ids.add(id);
    if (writable?.startLimits !== undefined && writable.feedback !== undefined) ids.add(writable.feedback.pointId);
  }
  return ids;
}

function polled(point: Point, index: number): PolledPoint {
  const { table, address, type } = point;
  return { point, table, address, count: pointSpan(type), index, pollGroup: point.pollGroup };
}
