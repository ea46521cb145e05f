import { expect, it } from "vitest";

import { compareTrackers } from "./compare-trackers.ts";

it("sees our tracker keep people apart better than a plain overlap does, at both rates", async () => {
  const figures = await compareTrackers({
    scene: "square",
    structure: "station-front",
    split: "train",
    seed: 21,
    seconds: 12,
  });
  expect(figures).toMatchObject({ scene: "square", structure: "station-front", seed: 21, seconds: 12 });
  for (const rate of ["fps5", "fps15"] as const) {
    expect(figures.ours[rate].switches).toBeLessThan(figures.plain[rate].switches);
    expect(figures.ours[rate].idf1).toBeGreaterThan(figures.plain[rate].idf1);
    expect(figures.ours[rate].hota).toBeGreaterThan(figures.plain[rate].hota);
  }
}, 600_000);
