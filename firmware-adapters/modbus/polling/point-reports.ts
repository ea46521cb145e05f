import type { Clock, Instant } from "@outpost/kernel/clock.ts";

import type { BadReason, DeviceEvent, Reading } from "../../event.ts";
import { compileReader } from "../point-value.ts";
import type { ValueReader } from "../point-value.ts";
import { pointSpan } from "../profile.ts";
import type { Point, PumpStationProfile } from "../profile.ts";
import type { ReadBlock, Span } from "./read-plan.ts";

/** A reading with the monotonic time it was taken at. */
export interface TimedReading {
  readonly reading: Reading;
  readonly atMs: number;
}

/** One point as it is polled. The mutable part is what was last read and last reported of it. */
export interface PolledPoint extends Span {
  readonly point: Point;
  readonly keepAliveMs: number;
  readonly read: ValueReader;
  latest: TimedReading | undefined;
  reported: TimedReading | undefined;
  /** A point that was refused or not answered alone is left out until then. */
  skipUntilMs: number;
  misses: number;
}

export interface PointReportsDeps {
  readonly clock: Clock;
  publish(event: DeviceEvent): void;
  /** Told of every reading before it is published. */
  onReading(point: Point, latest: TimedReading): void;
}

/** Turns what was read into measurements, and knows each point's last reading. */
export class PointReports {
  readonly points: readonly PolledPoint[];
  readonly #deviceId: string;
  readonly #deps: PointReportsDeps;
  readonly #byId: ReadonlyMap<string, PolledPoint>;

  constructor(deviceId: string, profile: PumpStationProfile, deps: PointReportsDeps) {
    this.#deviceId = deviceId;
    this.#deps = deps;
    this.points = profile.points.map((point) => polled(point, profile));
    this.#byId = new Map(this.points.map((one) => [one.point.id, one]));
  }

  point(id: string): PolledPoint | undefined {
    return this.#byId.get(id);
  }

  /** Reports the points of a block from the words it brought. */
  blockRead(block: ReadBlock<PolledPoint>, words: Uint16Array): void {
    const now = this.#deps.clock.now();
    for (const one of block.points) {
      one.misses = 0;
      this.#report(one, one.read(words, one.address - block.address), now);
    }
  }

  /** Reports points as bad; a point that was bad for this reason before is reported when its keep-alive is due. */
  bad(points: readonly PolledPoint[], reason: BadReason, detail: string): void {
    const now = this.#deps.clock.now();
    const reading: Reading = { quality: "bad", reason, detail };
    for (const one of points) {
      if (isReportable(one, reading, now.monotonicMs)) this.#report(one, reading, now);
    }
  }

  #report(one: PolledPoint, reading: Reading, now: Instant): void {
    const { point } = one;
    const latest = { reading, atMs: now.monotonicMs };
    const isWorthKeeping = isReportable(one, reading, now.monotonicMs);
    one.latest = latest;
    if (isWorthKeeping) one.reported = latest;
    this.#deps.onReading(point, latest);
    this.#deps.publish({
      kind: "measurement",
      deviceId: this.#deviceId,
      pointId: point.id,
      unit: point.unit,
      reading,
      isReportable: isWorthKeeping,
      occurredAtMs: now.wallMs,
      monotonicMs: now.monotonicMs,
      clockConfidence: now.confidence,
    });
  }
}

/** Worth keeping: the first, a change of quality or reason, a move beyond the deadband, or the keep-alive. */
export function isReportable(
  { point, reported, keepAliveMs }: Pick<PolledPoint, "point" | "reported" | "keepAliveMs">,
  reading: Reading,
  nowMs: number,
): boolean {
  if (reported === undefined || nowMs - reported.atMs >= keepAliveMs) return true;
  const last = reported.reading;
  if (last.quality === "good" && reading.quality === "good") {
    return Math.abs(reading.value - last.value) > point.deadband;
  }
  if (last.quality === "bad" && reading.quality === "bad") return last.reason !== reading.reason;
  return true;
}

function polled(point: Point, profile: PumpStationProfile): PolledPoint {
  return {
    point,
    table: point.table,
    address: point.address,
    count: pointSpan(point.type),
    keepAliveMs: profile.pollGroups[point.pollGroup]?.keepAliveMs ?? Number.POSITIVE_INFINITY,
    read: compileReader(point),
    latest: undefined,
    reported: undefined,
    skipUntilMs: 0,
    misses: 0,
  };
}
