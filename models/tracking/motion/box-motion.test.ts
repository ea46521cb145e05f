import { describe, expect, it } from "vitest";

import { correctAxis, predictAxis, startAxis } from "./axis.ts";
import { correctMotion, motionBox, predictMotion, startMotion } from "./box-motion.ts";

describe("one coordinate", () => {
  it("gives the same after two half steps as after one whole step", () => {
    const axis = { place: 10, speed: 3, placeVariance: 4, covariance: 1, speedVariance: 2 };
    const whole = predictAxis(axis, 0.4, 5);
    const halves = predictAxis(predictAxis(axis, 0.2, 5), 0.2, 5);
    expect(halves.place).toBeCloseTo(whole.place, 9);
    expect(halves.placeVariance).toBeCloseTo(whole.placeVariance, 9);
    expect(halves.covariance).toBeCloseTo(whole.covariance, 9);
    expect(halves.speedVariance).toBeCloseTo(whole.speedVariance, 9);
  });

  it("weighs a measurement by how sure both sides are", () => {
    // Variances 4 and 4: halfway. By hand: gain 0.5, speed gain 2 ÷ 8.
    const corrected = correctAxis({ place: 0, speed: 0, placeVariance: 4, covariance: 2, speedVariance: 3 }, 8, 2);
    expect(corrected).toEqual({ place: 4, speed: 2, placeVariance: 2, covariance: 1, speedVariance: 2.5 });
  });

  it("learns a constant speed, whatever the time between looks", () => {
    for (const stepS of [1 / 15, 1 / 5, 1]) {
      let axis = startAxis(0, 1, 20);
      for (let atS = stepS; atS <= 10; atS += stepS) axis = correctAxis(predictAxis(axis, stepS, 1), 7 * atS, 1);
      expect(Math.abs(axis.speed - 7)).toBeLessThan(0.2);
    }
  });
});

describe("a box", () => {
  const box = { x1: 100, y1: 100, x2: 140, y2: 200 };

  it("starts where it was seen", () => {
    expect(motionBox(startMotion(box))).toEqual(box);
  });

  it("keeps its size while it is hidden, though it grew before", () => {
    let motion = startMotion(box);
    for (let step = 1; step <= 10; step += 1) {
      const grown = { x1: 100 - step * 2, y1: 100 - step * 2, x2: 140 + step * 2, y2: 200 + step * 2 };
      motion = correctMotion(predictMotion(motion, 0.1, true), grown);
    }
    const before = motionBox(motion);
    const after = motionBox(predictMotion(motion, 1, false));
    expect(after.x2 - after.x1).toBeCloseTo(before.x2 - before.x1, 9);
    const seen = motionBox(predictMotion(motion, 1, true));
    expect(seen.x2 - seen.x1).toBeGreaterThan(before.x2 - before.x1 + 5);
  });

  it("never turns inside out, however fast it shrank", () => {
    let motion = startMotion(box);
    for (let step = 1; step <= 10; step += 1) {
      motion = correctMotion(predictMotion(motion, 0.1, true), {
        x1: 100,
        y1: 100,
        x2: 140 - step * 3,
        y2: 200 - step * 9,
      });
    }
    const { x1, x2, y1, y2 } = motionBox(predictMotion(motion, 5, true));
    expect(x2).toBeGreaterThan(x1);
    expect(y2).toBeGreaterThan(y1);
  });
});
