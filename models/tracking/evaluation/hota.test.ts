import { describe, expect, it } from "vitest";

import type { Box } from "../../decoders/detections/box.ts";
import { hota } from "./hota.ts";
import type { ComparedFrame, Named } from "./sequence.ts";

const at = (x: number): Box => ({ x1: x, y1: 0, x2: x + 10, y2: 10 });
const named = (id: number, x: number): Named => ({ id, box: at(x) });
const frames = (...rows: readonly (readonly [readonly Named[], readonly Named[]])[]): readonly ComparedFrame[] =>
  rows.map(([truth, tracked]) => ({ truth, tracked }));

describe("HOTA", () => {
  it("is 1 where the tracker is perfect, and on nothing at all", () => {
    expect(hota(frames([[named(1, 0)], [named(7, 0)]], [[named(1, 5)], [named(7, 5)]])).hota).toBeCloseTo(1);
    expect(hota([]).hota).toBe(1);
  });

  it("halves the association where the id changes half way: √(1 × 0.5)", () => {
    const result = hota(
      frames(
        [[named(1, 0)], [named(7, 0)]],
        [[named(1, 0)], [named(7, 0)]],
        [[named(1, 0)], [named(8, 0)]],
        [[named(1, 0)], [named(8, 0)]],
      ),
    );
    expect(result.detection).toBeCloseTo(1);
    expect(result.association).toBeCloseTo(0.5);
    expect(result.hota).toBeCloseTo(Math.SQRT1_2);
  });

  it("counts misses in both halves: 2 of 4 found under one id is √(0.5 × 0.5)", () => {
    const result = hota(
      frames([[named(1, 0)], [named(7, 0)]], [[named(1, 0)], []], [[named(1, 0)], [named(7, 0)]], [[named(1, 0)], []]),
    );
    expect(result.detection).toBeCloseTo(0.5);
    expect(result.association).toBeCloseTo(0.5);
    expect(result.hota).toBeCloseTo(0.5);
  });

  it("counts what is made up as detection only: 2 found, 2 made up is 2 ÷ 4", () => {
    const result = hota(
      frames([[named(1, 0)], [named(7, 0), named(9, 50)]], [[named(1, 0)], [named(7, 0), named(9, 80)]]),
    );
    expect(result.detection).toBeCloseTo(0.5);
    expect(result.association).toBeCloseTo(1);
  });

  it("asks for nineteen overlaps: boxes that overlap by 6 ÷ 14 pass eight of them", () => {
    expect(hota(frames([[named(1, 0)], [named(7, 4)]])).hota).toBeCloseTo(8 / 19);
  });

  it("is 0 where nothing is found", () => {
    expect(hota(frames([[named(1, 0)], [named(7, 50)]])).hota).toBe(0);
    expect(hota(frames([[named(1, 0)], []])).hota).toBe(0);
  });
});
