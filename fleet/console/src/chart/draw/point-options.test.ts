import { describe, expect, it } from "vitest";

import type { Sample } from "../data/trace.ts";
import { PALETTES } from "./palette.ts";
import { pointOptions } from "./point-options.ts";

const FROM = Date.UTC(2026, 2, 1, 16);
const SHEET = { stretch: { fromMs: FROM, toMs: FROM + 7_200_000 }, zone: "Asia/Shanghai", palette: PALETTES.light };

function sample(minutes: number, average: number | null, spread = 0): Sample {
  const around = (by: number): number | null => (average === null ? null : average + by);
  const badReason = average === null ? "timeout" : null;
  return { atMs: FROM + minutes * 60_000, average, min: around(-spread), max: around(spread), badReason };
}

describe("the trend of one point", () => {
  it("is a line with a band where buckets hold a range, on the site's own clock", () => {
    const options = pointOptions({ ...SHEET, trace: [sample(60, 20, 1)], unit: "°C", isContact: false });
    expect(options).toMatchObject({
      xAxis: [{ min: Date.UTC(2026, 2, 2) }],
      yAxis: [{ name: "°C", scale: true }],
      series: [{ id: "point-low" }, { id: "point-width" }, { id: "point", data: [[Date.UTC(2026, 2, 2, 1), 20]] }],
    });
  });

  it("draws a contact in steps, on wherever a bucket has seen it on, and breaks where nothing is known", () => {
    const trace = [sample(10, 0), sample(20, 0.2, 0.8), sample(30, null), sample(40, 0)];
    const { series } = pointOptions({ ...SHEET, trace, unit: "", isContact: true });
    expect(series).toMatchObject([{ step: "end", data: [{ 1: 0 }, { 1: 1 }, { 1: null }, { 1: 0 }] }]);
  });

  it("shades the time without a good reading", () => {
    const trace = [sample(10, 3), sample(20, null), sample(30, 3)];
    const { series } = pointOptions({ ...SHEET, trace, unit: "m", isContact: false });
    const eightHours = 8 * 3_600_000;
    const from = FROM + 20 * 60_000 + eightHours;
    expect(series).toMatchObject([{ markArea: { data: [[{ xAxis: from }, { xAxis: from + 600_000 }]] } }]);
  });
});
