import assert from "node:assert";

import type { Clock } from "@outpost/kernel/clock.ts";

import {
  eventTime,
  type BadReason,
  type DeviceEvent,
  type DeviceStatus,
  type EventTime,
  type Measurement,
  type Reading,
} from "./event.ts";

/** What the board must know of a point. `deadband`: a change up to this is not worth keeping; 0 where absent. */
export interface BoardPoint {
  readonly id: string;
  readonly unit: string;
  readonly deadband?: number;
}

export interface PointBoardDeps {
  readonly clock: Clock;
  publish(event: DeviceEvent): void;
  /** A point is worth keeping this often, changed or not. A minute where absent. */
  readonly keepAliveMs?: number;
}

interface Shown {
  readonly point: BoardPoint;
  reading: Reading | undefined;
  reported: Reading | undefined;
  reportedAtMs: number;
}

const KEEP_ALIVE_MS = 60_000;

/**
 * What a device's points show and how the device stands, reported when it changes or its keep-alive is due. For devices
 * with few points; a Modbus device with a thousand has its own.
 */
export class PointBoard {
  readonly #deviceId: string;
  readonly #deps: PointBoardDeps;
  readonly #points: ReadonlyMap<string, Shown>;
  #status: Pick<DeviceStatus, "state" | "reason"> | undefined;

  constructor(deviceId: string, points: readonly BoardPoint[], deps: PointBoardDeps) {
    this.#deviceId = deviceId;
    this.#deps = deps;
    this.#points = new Map(
      points.map((point) => [
        point.id,
        { point, reading: undefined, reported: undefined, reportedAtMs: Number.NEGATIVE_INFINITY },
      ]),
    );
  }

  get state(): DeviceStatus["state"] | undefined {
    return this.#status?.state;
  }

  /** The last reading of a point; undefined before the first. */
  latest(pointId: string): Reading | undefined {
    return this.#shown(pointId).reading;
  }

  /** The last good value of a point that is good now. */
  value(pointId: string): number | undefined {
    const reading = this.latest(pointId);
    return reading?.quality === "good" ? reading.value : undefined;
  }

  good(pointId: string, value: number): void {
    this.#deps.publish(this.measurement(pointId, { quality: "good", value }));
  }

  bad(pointId: string, reason: BadReason, detail: string): void {
    this.#deps.publish(this.measurement(pointId, { quality: "bad", reason, detail }));
  }

  /**
   * A reading noted on the board and handed back, for whoever publishes it by a commit.
   *
   * @param time  when it was read, for several that came together; now, where it is absent.
   */
  measurement(pointId: string, reading: Reading, time: EventTime = eventTime(this.#deps.clock.now())): Measurement {
    const shown = this.#shown(pointId);
    const isReportable = this.#isReportable(shown, reading, time.monotonicMs);
    shown.reading = reading;
    if (isReportable) {
      shown.reported = reading;
      shown.reportedAtMs = time.monotonicMs;
    }
    const { id, unit } = shown.point;
    const { occurredAtMs, monotonicMs, clockConfidence } = time;
    return {
      kind: "measurement",
      deviceId: this.#deviceId,
      pointId: id,
      unit,
      reading,
      isReportable,
      occurredAtMs,
      monotonicMs,
      clockConfidence,
    };
  }

  /** The device answers as it should. */
  online(reason = "answers"): void {
    this.turn("online", reason);
  }

  /** Nobody may take the old values for new ones: every point is bad, and the device offline or at fault. */
  lost(reason: BadReason, detail: string, state: "offline" | "fault" = "offline"): void {
    for (const id of this.#points.keys()) this.bad(id, reason, detail);
    this.turn(state, `${reason}: ${detail}`);
  }

  /** Says how the device stands, once for each change. */
  turn(state: DeviceStatus["state"], reason: string): void {
    if (this.#status?.state === state && this.#status.reason === reason) return;
    this.#status = { state, reason };
    this.#deps.publish({
      kind: "status",
      deviceId: this.#deviceId,
      state,
      reason,
      ...eventTime(this.#deps.clock.now()),
    });
  }

  #isReportable({ point, reported, reportedAtMs }: Shown, reading: Reading, nowMs: number): boolean {
    if (nowMs - reportedAtMs >= (this.#deps.keepAliveMs ?? KEEP_ALIVE_MS)) return true;
    if (reported === undefined) return true;
    if (reading.quality === "good" && reported.quality === "good") {
      return Math.abs(reading.value - reported.value) > (point.deadband ?? 0);
    }
    if (reading.quality === "bad" && reported.quality === "bad") return reading.reason !== reported.reason;
    return true;
  }

  #shown(pointId: string): Shown {
    const shown = this.#points.get(pointId);
    assert(shown !== undefined, `device ${this.#deviceId} has no point ${pointId}`);
    return shown;
  }
}
