import { expect, it } from "vitest";

import { compareTrackers } from "./compare-trackers.ts";

it("sees our tracker keep people apart better than a plain overlap does, and counts alike at both rates", async () => {
  const figures = await compareTrackers({
    scene: "square",
    structure: "station-front",
    split: "train",
    seed: 21,
    seconds: 30,
  });
  expect(figures.crossings.truth).toBeGreaterThan(3);
  for (const rate of ["fps5", "fps15"] as const) {
    expect(figures.ours[rate].idf1).toBeGreaterThan(figures.plain[rate].idf1);
    expect(figures.ours[rate].hota).toBeGreaterThan(figures.plain[rate].hota);
    expect(Math.abs(figures.crossings[rate] - figures.crossings.truth)).toBeLessThanOrEqual(2);
  }
}, 600_000);
