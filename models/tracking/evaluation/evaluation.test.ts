import { describe, expect, it } from "vitest";

import type { Box } from "../../decoders/detections/box.ts";
import { clearMot } from "./clear-mot.ts";
import { identityScore } from "./identity.ts";
import type { ComparedFrame, Named } from "./sequence.ts";

const at = (x: number): Box => ({ x1: x, y1: 0, x2: x + 10, y2: 10 });
const named = (id: number, x: number): Named => ({ id, box: at(x) });
const frames = (...rows: readonly (readonly [readonly Named[], readonly Named[]])[]): readonly ComparedFrame[] =>
  rows.map(([truth, tracked]) => ({ truth, tracked }));

describe("CLEAR MOT", () => {
  it("is perfect where the tracker is", () => {
    const perfect = frames([[named(1, 0)], [named(7, 0)]], [[named(1, 5)], [named(7, 5)]]);
    expect(clearMot(perfect)).toEqual({
      truths: 2,
      found: 2,
      misses: 0,
      falseAlarms: 0,
      switches: 0,
      mota: 1,
      motp: 1,
    });
  });

  it("counts misses, false alarms and one switch, by hand", () => {
    const result = clearMot(
      frames(
        [
          [named(1, 0), named(2, 50)],
          [named(7, 0), named(8, 50)],
        ],
        [[named(1, 0), named(2, 50)], [named(7, 0)]],
        [
          [named(1, 0), named(2, 50)],
          [named(9, 0), named(8, 50), named(5, 90)],
        ],
      ),
    );
    // Six truths; one missed, one made up, thing 1 changed from 7 to 9: 1 − 3 ÷ 6.
    expect(result).toMatchObject({ truths: 6, found: 5, misses: 1, falseAlarms: 1, switches: 1, mota: 0.5 });
  });

  it("keeps a pair that still overlaps enough, though another would overlap more", () => {
    const result = clearMot(frames([[named(1, 0)], [named(7, 0)]], [[named(1, 0)], [named(7, 2), named(8, 0)]]));
    expect(result).toMatchObject({ switches: 0, falseAlarms: 1 });
  });

  it("counts a return under the old id after a gap as no switch", () => {
    const result = clearMot(
      frames([[named(1, 0)], [named(7, 0)]], [[named(1, 0)], []], [[named(1, 0)], [named(7, 0)]]),
    );
    expect(result).toMatchObject({ misses: 1, switches: 0 });
  });

  it("does not count what overlaps too little", () => {
    // Ten wide, shifted by four: 6 ÷ 14.
    expect(clearMot(frames([[named(1, 0)], [named(7, 4)]]))).toMatchObject({ misses: 1, falseAlarms: 1, mota: -1 });
  });

  it("holds on nothing at all", () => {
    expect(clearMot([]).mota).toBe(1);
    expect(clearMot(frames([[], [named(1, 0)]])).mota).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("IDF1", () => {
  it("is perfect where every thing has one id of its own", () => {
    expect(identityScore(frames([[named(1, 0)], [named(7, 0)]], [[named(1, 9)], [named(7, 9)]])).idf1).toBe(1);
  });

  it("counts only the id that served a thing best", () => {
    const split = frames(
      [[named(1, 0)], [named(7, 0)]],
      [[named(1, 0)], [named(7, 0)]],
      [[named(1, 0)], [named(7, 0)]],
      [[named(1, 0)], [named(8, 0)]],
    );
    // Three of four sightings under 7: 2 × 3 ÷ (2 × 3 + 1 + 1).
    expect(identityScore(split)).toEqual({ truePositives: 3, falsePositives: 1, falseNegatives: 1, idf1: 0.75 });
  });

  it("sees a swap of two ids that CLEAR MOT forgives after two switches", () => {
    const swapped = frames(
      ...Array.from({ length: 10 }, (_, index): readonly [readonly Named[], readonly Named[]] => [
        [named(1, 0), named(2, 50)],
        index < 5 ? [named(7, 0), named(8, 50)] : [named(8, 0), named(7, 50)],
      ]),
    );
    expect(identityScore(swapped).idf1).toBe(0.5);
    expect(clearMot(swapped).mota).toBe(0.9);
  });

  it("holds on nothing at all", () => {
    expect(identityScore([]).idf1).toBe(1);
  });
});
