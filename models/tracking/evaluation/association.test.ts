import { describe, expect, it } from "vitest";

import { associationScore } from "./association.ts";
import type { ComparedFrame, Named } from "./sequence.ts";

const at = (id: number, x: number): Named => ({ id, box: { x1: x, y1: 0, x2: x + 10, y2: 10 } });
const frames = (ids: readonly number[]): readonly ComparedFrame[] =>
  ids.map((id, index) => ({ truth: [at(1, index)], tracked: id === 0 ? [] : [at(id, index)] }));

describe("association over a sequence", () => {
  it.each([
    ["one id all the way", [7, 7, 7, 7], 1, 1],
    ["never found", [0, 0, 0, 0], 0, 0],
    // Each half shares two of four sightings with the thing: 2 × (2² ÷ 4) ÷ 4.
    ["another id from the middle on", [7, 7, 8, 8], 1, 0.5],
    // Half of it found: what was found has the right id for 2 of 4.
    ["found half of the time", [7, 0, 7, 0], 0.5, 0.5],
  ])("%s", (_, ids, detection, association) => {
    const score = associationScore(frames(ids));
    expect(score.detection).toBeCloseTo(detection, 9);
    expect(score.association).toBeCloseTo(association, 9);
    expect(score.score).toBeCloseTo(Math.sqrt(detection * association), 9);
  });

  it("false alarms cost detection", () => {
    const one = { truth: [at(1, 0)], tracked: [at(7, 0), at(8, 50)] };
    expect(associationScore([one]).detection).toBe(0.5);
  });
});
