import { describe, expect, it } from "vitest";

import type { PointHistory, PointLatest } from "../../../../api/schemas.ts";
import { samplePoints, STATION } from "../../../testing/sample-data.ts";
import type { Tail } from "./trace.ts";
import { appendToTail, badStretches, heldUntil, MAX_TAIL, sampleAt, traceOf, within } from "./trace.ts";

const NOW = 1_795_000_000_000;

function history(buckets: readonly (readonly [atS: number, average: number | null])[]): PointHistory {
  return {
    ...STATION,
    pointId: "level",
    unit: "m",
    fromMs: NOW,
    toMs: NOW + 3_600_000,
    bucketMs: 10_000,
    buckets: buckets.map(([atS, average]) => ({
      atMs: NOW + atS * 1_000,
      min: average,
      max: average,
      average,
      goodCount: average === null ? 0 : 1,
      badCount: average === null ? 1 : 0,
      badReason: average === null ? "timeout" : null,
    })),
  };
}

function reading(atS: number, value: number | null): PointLatest {
  const [point] = samplePoints(STATION.gatewayId, 0);
  if (point === undefined) throw new Error("no sample");
  return { ...point, value, badReason: value === null ? "timeout" : null, occurredAtMs: NOW + atS * 1_000 };
}

function tail(...readings: readonly PointLatest[]): Tail {
  return readings.reduce(appendToTail, []);
}

describe("a trace", () => {
  it("continues the history with what came live after it", () => {
    const trace = traceOf(
      history([
        [0, 1],
        [10, 2],
      ]),
      tail(reading(5, 9), reading(20, 3), reading(21, 4)),
    );
    expect(trace.map((sample) => sample.average)).toEqual([1, 2, 3, 4]);
  });

  it("is live readings alone while there is no history", () => {
    expect(traceOf(undefined, tail(reading(1, 5))).map((sample) => sample.average)).toEqual([5]);
  });

  it("breaks where nothing was recorded for long, and not where a value merely held", () => {
    expect(
      traceOf(
        history([
          [0, 1],
          [120, 2],
        ]),
        [],
      ).map((sample) => sample.average),
    ).toEqual([1, 2]);
    expect(
      traceOf(
        history([
          [0, 1],
          [600, 2],
        ]),
        [],
      ).map((sample) => sample.average),
    ).toEqual([1, null, 2]);
  });

  it("breaks and shades where readings were bad, with the reason", () => {
    const trace = traceOf(
      history([
        [0, 1],
        [10, null],
        [20, null],
        [30, 2],
      ]),
      [],
    );
    expect(trace.map((sample) => sample.badReason)).toEqual([null, "timeout", "timeout", null]);
    expect(badStretches(trace)).toEqual([{ fromMs: NOW + 10_000, toMs: NOW + 30_000, reason: "timeout" }]);
  });

  it("tells a tip nothing where the line is broken, and what held before elsewhere", () => {
    const trace = traceOf(
      history([
        [0, 1],
        [600, 2],
      ]),
      [],
    );
    expect(sampleAt(trace, NOW - 1)).toBeUndefined();
    expect(sampleAt(trace, NOW)?.average).toBe(1);
    expect(sampleAt(trace, NOW + 300_000)?.average).toBeNull();
    expect(sampleAt(trace, NOW + 900_000)?.average).toBe(2);
  });
});

describe("what a chart draws of a trace", () => {
  const last = { atMs: NOW + 10_000, average: 2, min: 2, max: 2, badReason: null };

  it("holds the last value until now, because an unchanged value is not sent again at once", () => {
    const trace = heldUntil([last], NOW + 60_000);
    expect(trace.at(-1)).toEqual({ ...last, atMs: NOW + 60_000 });
  });

  it("claims nothing after a bad reading, a long silence, or where nobody would have told us", () => {
    const bad = { ...last, average: null, badReason: "timeout" };
    expect(heldUntil([bad], NOW + 60_000)).toEqual([bad]);
    expect(heldUntil([last], NOW + 600_000)).toEqual([last]);
    expect(heldUntil([last], undefined)).toEqual([last]);
    expect(heldUntil([], NOW)).toEqual([]);
  });

  it("leaves out what lies beyond the neighbours of both edges", () => {
    const trace = [0, 10, 20, 30, 40, 50].map((atS) => ({ ...last, atMs: NOW + atS * 1_000 }));
    const seen = within(trace, { fromMs: NOW + 15_000, toMs: NOW + 35_000 });
    expect(seen.map((sample) => (sample.atMs - NOW) / 1_000)).toEqual([10, 20, 30, 40]);
    expect(within(trace, { fromMs: NOW, toMs: NOW + 99_000 })).toEqual(trace);
    expect(within(trace, { fromMs: NOW + 60_000, toMs: NOW + 99_000 })).toHaveLength(1);
    expect(within([], { fromMs: NOW, toMs: NOW + 1 })).toEqual([]);
  });
});

describe("the live tail", () => {
  it("takes no reading twice and none that is older", () => {
    const readings = tail(reading(1, 1), reading(2, 2), reading(2, 2), reading(1, 1));
    expect(readings.map((sample) => sample.average)).toEqual([1, 2]);
    expect(appendToTail(readings, { ...reading(3, 1), occurredAtMs: null })).toBe(readings);
  });

  it("keeps the newest of too many", () => {
    const readings = tail(...Array.from({ length: MAX_TAIL + 1 }, (_, index) => reading(index, index)));
    expect(readings).toHaveLength(MAX_TAIL);
    expect(readings[0]?.average).toBe(1);
    expect(readings.at(-1)?.average).toBe(MAX_TAIL);
  });
});
