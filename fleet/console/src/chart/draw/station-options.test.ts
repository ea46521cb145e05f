import { describe, expect, it } from "vitest";

import type { Sample } from "../data/trace.ts";
import { PALETTES } from "./palette.ts";
import type { TrendContent } from "./station-options.ts";
import { trendOptions } from "./station-options.ts";

const FROM = Date.UTC(2026, 2, 1, 16);
const HOUR = 3_600_000;

function flat(value: number | null): readonly Sample[] {
  return [{ atMs: FROM + HOUR, average: value, min: value, max: value, badReason: value === null ? "timeout" : null }];
}

const CONTENT: TrendContent = {
  stretch: { fromMs: FROM, toMs: FROM + 2 * HOUR },
  zone: "Asia/Shanghai",
  palette: PALETTES.light,
  level: flat(1.8),
  inflow: flat(30),
  outflow: flat(null),
  pumps: [
    { label: "P1", trace: flat(1) },
    { label: "P2", trace: flat(0) },
  ],
  marks: [{ kind: "high", levelM: 3.2 }],
  labels: { level: "Level", flowUnit: "L/s" },
};

/** Series by id: what is drawn of each. */
function dataOf(content: TrendContent): ReadonlyMap<unknown, unknown> {
  const { series } = trendOptions(content);
  if (!Array.isArray(series)) throw new Error("no series");
  return new Map(series.map((one: { id?: unknown; data?: unknown }) => [one.id, one.data]));
}

describe("the trend", () => {
  it("counts its hours by the site's clocks: midnight in Shanghai is midnight on the axis", () => {
    const { useUTC, xAxis } = trendOptions(CONTENT);
    expect(useUTC).toBe(true);
    expect(xAxis).toMatchObject([{ min: Date.UTC(2026, 2, 2), max: Date.UTC(2026, 2, 2, 2) }, {}, {}]);
    expect(dataOf(CONTENT).get("level")).toEqual([[Date.UTC(2026, 2, 2, 1), 1.8]]);
  });

  it("breaks the line where there is no value", () => {
    expect(dataOf(CONTENT).get("outflow")).toEqual([[Date.UTC(2026, 2, 2, 1), null]]);
  });

  it("gives each pump a lane of its own", () => {
    const data = dataOf(CONTENT);
    expect(data.get("pump0")).toEqual([[Date.UTC(2026, 2, 2, 1), 0.78]]);
    expect(data.get("pump1")).toEqual([[Date.UTC(2026, 2, 2, 1), 1]]);
  });

  it("shows the range of each bucket only where buckets hold one", () => {
    expect(dataOf(CONTENT).has("level-width")).toBe(false);
    const wide = flat(1.8).map((sample) => ({ ...sample, min: 1.5, max: 2.5 }));
    expect(dataOf({ ...CONTENT, level: wide }).get("level-width")).toEqual([[Date.UTC(2026, 2, 2, 1), 1]]);
  });
});
