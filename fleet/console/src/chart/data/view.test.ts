import { describe, expect, it } from "vitest";

import { askedStretch } from "./use-asked-stretch.ts";
import type { TimeView } from "./view.ts";
import { MAX_SPAN_MS, MIN_SPAN_MS, pan, stretchOf, zoom } from "./view.ts";

const NOW = 1_795_000_000_000;
const HOUR = 3_600_000;
const LIVE: TimeView = { kind: "live", spanMs: HOUR };
const FIXED: TimeView = { kind: "fixed", fromMs: NOW - 10 * HOUR, toMs: NOW - 8 * HOUR };

describe("what a chart shows", () => {
  it("moves with the clock while it is live", () => {
    expect(stretchOf(LIVE, NOW)).toEqual({ fromMs: NOW - HOUR, toMs: NOW });
    expect(stretchOf(LIVE, NOW + 5)).toEqual({ fromMs: NOW - HOUR + 5, toMs: NOW + 5 });
  });

  it("zooms around the instant under the pointer", () => {
    const anchor = NOW - 9.5 * HOUR;
    const near = stretchOf(zoom(FIXED, 0.5, anchor, NOW), NOW);
    expect(near.toMs - near.fromMs).toBe(HOUR);
    expect((anchor - near.fromMs) / HOUR).toBeCloseTo(0.25);
  });

  it("goes on following when a live chart is zoomed at its right edge, and stops elsewhere", () => {
    expect(zoom(LIVE, 2, NOW, NOW)).toEqual({ kind: "live", spanMs: 2 * HOUR });
    expect(zoom(LIVE, 0.5, NOW - HOUR / 2, NOW).kind).toBe("fixed");
  });

  it("keeps its span between a minute and 400 days", () => {
    const least = stretchOf(zoom(FIXED, 1e-9, NOW - 9 * HOUR, NOW), NOW);
    expect(least.toMs - least.fromMs).toBe(MIN_SPAN_MS);
    const most = stretchOf(zoom(FIXED, 1e9, NOW - 9 * HOUR, NOW), NOW);
    expect(most.toMs - most.fromMs).toBe(MAX_SPAN_MS);
  });

  it("never shows the future", () => {
    expect(stretchOf(pan(FIXED, 100 * HOUR, NOW), NOW)).toEqual({ fromMs: NOW - 2 * HOUR, toMs: NOW });
    expect(stretchOf(zoom(FIXED, 50, NOW - 8 * HOUR, NOW), NOW).toMs).toBeLessThanOrEqual(NOW);
  });

  it("moves into the past and keeps its span", () => {
    expect(stretchOf(pan(LIVE, -HOUR, NOW), NOW)).toEqual({ fromMs: NOW - 2 * HOUR, toMs: NOW - HOUR });
  });
});

describe("what a chart asks for", () => {
  it("changes once a minute for a short live chart and covers what is shown", () => {
    const asked = askedStretch(LIVE, NOW + 1);
    expect(askedStretch(LIVE, NOW + 20_000)).toEqual(asked);
    expect(askedStretch(LIVE, NOW + 200_000)).not.toEqual(asked);
    expect(asked.fromMs).toBeLessThanOrEqual(NOW + 1 - HOUR);
    expect(asked.toMs).toBeGreaterThanOrEqual(NOW + 1);
  });

  it("is exactly what is shown where that stands still", () => {
    expect(askedStretch(FIXED, NOW)).toEqual({ fromMs: NOW - 10 * HOUR, toMs: NOW - 8 * HOUR });
  });
});
