import type { Clock, Instant } from "@outpost/kernel/clock.ts";

import type { BadReason, DeviceEvent, Reading } from "../../event.ts";
import { pointSpan } from "../profile.ts";
import type { Point, PumpStationProfile } from "../profile.ts";
import { ValueTable } from "../values/value-table.ts";
import type { Block, PlannedPoint } from "./planner.ts";

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

/** Turns what was read into measurements, and knows each point's last reading. */
export class PointReports {
  readonly points: readonly PolledPoint[];
  readonly #deviceId: string;
  readonly #deps: PointReportsDeps;
  readonly #byId: ReadonlyMap<string, PolledPoint>;
  readonly #values: ValueTable;
  // Columns like the value table's, and for its reason.
  readonly #ids: readonly string[];
  readonly #units: readonly string[];
  readonly #deadband: Float64Array;
  readonly #keepAliveMs: Float64Array;
  readonly #isWatched: Uint8Array;
  /** The last reading: its value where it was good, and itself where it was bad. -Infinity: never read. */
  readonly #latestAtMs: Float64Array;
  readonly #latest: Float64Array;
  readonly #latestBad: (Reading | undefined)[];
  /** The value last reported as good, NaN where a bad one was, or none; and when. */
  readonly #reported: Float64Array;
  readonly #reportedAtMs: Float64Array;
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
    this.#deadband = Float64Array.from(points, (point) => point.deadband);
    this.#keepAliveMs = Float64Array.from(points, (point) => keepAliveMs(point, profile));
    this.#isWatched = Uint8Array.from(points, (point) => (watched.has(point.id) ? 1 : 0));
    this.#latestAtMs = new Float64Array(points.length).fill(Number.NEGATIVE_INFINITY);
    this.#latest = new Float64Array(points.length);
    this.#latestBad = points.map(() => undefined);
    this.#reported = new Float64Array(points.length).fill(Number.NaN);
    this.#reportedAtMs = new Float64Array(points.length).fill(Number.NEGATIVE_INFINITY);
    this.#reportedBad = points.map(() => undefined);
  }

  point(id: string): PolledPoint | undefined {
    return this.#byId.get(id);
  }

  /** The last reading of a point; undefined before the first. */
  latest(id: string): TimedReading | undefined {
    const index = this.#byId.get(id)?.index ?? -1;
    const atMs = this.#latestAtMs[index] ?? Number.NEGATIVE_INFINITY;
    if (atMs === Number.NEGATIVE_INFINITY) return undefined;
    return { reading: this.#latestBad[index] ?? { quality: "good", value: this.#latest[index] ?? 0 }, atMs };
  }

  /** Reports the points of a block from the words it brought. */
  blockRead({ indices, offsets }: Block, words: Uint16Array): void {
    const now = this.#deps.clock.now();
    for (let place = 0; place < indices.length; place += 1) {
      const index = indices[place] ?? 0;
      const reading = this.#values.read(index, words, offsets[place] ?? 0);
      this.#report(index, reading, this.#isReportable(index, reading, now.monotonicMs), now);
    }
  }

  /** Reports points as bad; a point that was bad for this reason before is reported when its keep-alive is due. */
  bad(points: readonly PlannedPoint[], reason: BadReason, detail: string): void {
    const now = this.#deps.clock.now();
    const reading: Reading = { quality: "bad", reason, detail };
    for (const { index } of points) {
      if (this.#isReportable(index, reading, now.monotonicMs)) this.#report(index, reading, true, now);
    }
  }

  #report(index: number, reading: Reading, isReportable: boolean, now: Instant): void {
    const { wallMs, monotonicMs, confidence } = now;
    this.#latestAtMs[index] = monotonicMs;
    if (reading.quality === "good") this.#latest[index] = reading.value;
    const bad = reading.quality === "good" ? undefined : reading;
    if (this.#latestBad[index] !== bad) this.#latestBad[index] = bad;
    if (isReportable) {
      this.#reported[index] = reading.quality === "good" ? reading.value : Number.NaN;
      this.#reportedBad[index] = reading.quality === "good" ? undefined : reading.reason;
      this.#reportedAtMs[index] = monotonicMs;
    }
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

  /** Worth keeping: the first, a change of quality or reason, a move beyond the deadband, or the keep-alive. */
  #isReportable(index: number, reading: Reading, nowMs: number): boolean {
    if (nowMs - (this.#reportedAtMs[index] ?? 0) >= (this.#keepAliveMs[index] ?? 0)) return true;
    if (reading.quality === "bad") return reading.reason !== this.#reportedBad[index];
    // NaN, where the last one was bad, is never within the deadband.
    return !(Math.abs(reading.value - (this.#reported[index] ?? 0)) <= (this.#deadband[index] ?? 0));
  }
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

function keepAliveMs({ pollGroup }: Point, { pollGroups }: PumpStationProfile): number {
  return pollGroups[pollGroup]?.keepAliveMs ?? Number.POSITIVE_INFINITY;
}

function polled(point: Point, index: number): PolledPoint {
  const { table, address, type } = point;
  return { point, table, address, count: pointSpan(type), index, pollGroup: point.pollGroup };
}
