import { describe, expect, it } from "vitest";

import { contextOf, tensorOf } from "../../testing/detector-context.ts";
import { decodeDetr } from "./detr.ts";
import { decodeSsd } from "./ssd.ts";

const CLASSES = ["person", "car"];
const INPUT = { width: 100, height: 50 };
/** Twice as wide and four times as high as the input. */
const SOURCE = { width: 200, height: 200 };
const notFinite = expect.objectContaining({ code: "models/not-finite" });
const badTensor = expect.objectContaining({ code: "models/bad-tensor" });

const listed = (
  labels: readonly bigint[],
  scores: readonly number[],
  boxes: Readonly<Record<number, readonly number[]>>,
) => ({
  labels: { dims: [1, labels.length], data: BigInt64Array.from(labels) },
  scores: { dims: [1, scores.length], data: Float32Array.from(scores) },
  boxes: tensorOf([1, scores.length, 4], boxes),
});

const processed = (count: number, more: Readonly<Record<string, unknown>> = {}) => ({
  boxes: tensorOf([1, 3, 4], { 0: [0.2, 0.1, 0.6, 0.5], 1: [0, 0, 1, 1], 2: [0, 0, 1, 1] }),
  scores: tensorOf([1, 3], { 0: [0.7, 0.9, 0.99] }),
  classes: tensorOf([1, 3], { 0: [2, 1, 1] }),
  count: tensorOf([1], { 0: [count] }),
  ...more,
});

describe("RT-DETR and D-FINE, listed", () => {
  const decoder = {
    kind: "detr",
    form: { form: "listed", labels: "labels", boxes: "boxes", scores: "scores" },
  } as const;

  it("takes corners in input pixels, thresholds and sorts, and suppresses nothing", () => {
    const found = decodeDetr(
      listed([1n, 0n, 0n], [0.6, 0.9, 0.2], { 0: [10, 10, 20, 20], 1: [10, 10, 20, 20], 2: [0, 0, 5, 5] }),
      decoder,
      contextOf(INPUT, CLASSES, { source: SOURCE }),
    );
    expect(found.map(({ box, classIndex }) => [classIndex, box])).toEqual([
      [0, { x1: 20, y1: 40, x2: 40, y2: 80 }],
      [1, { x1: 20, y1: 40, x2: 40, y2: 80 }],
    ]);
  });

  it("finds nothing in nothing, and no class that nobody named", () => {
    expect(decodeDetr(listed([], [], {}), decoder, contextOf(INPUT, CLASSES))).toEqual([]);
    expect(
      decodeDetr(
        listed([2n, -1n], [0.9, 0.9], { 0: [0, 0, 9, 9], 1: [0, 0, 9, 9] }),
        decoder,
        contextOf(INPUT, CLASSES),
      ),
    ).toEqual([]);
  });

  it("refuses lists of different lengths and NaN", () => {
    expect(() => decodeDetr(listed([1n], [0.5, 0.5], {}), decoder, contextOf(INPUT, CLASSES))).toThrow(badTensor);
    expect(() => decodeDetr(listed([1n], [Number.NaN], {}), decoder, contextOf(INPUT, CLASSES))).toThrow(notFinite);
  });
});

describe("RT-DETR and D-FINE, raw", () => {
  const decoder = { kind: "detr", form: { form: "raw", logits: "logits", boxes: "boxes" } } as const;

  it("takes the sigmoid of the best logit and centres as shares", () => {
    const outputs = {
      logits: tensorOf([1, 3, 2], { 0: [-9, 2], 1: [0.1, 0.1], 2: [-9, -9] }),
      boxes: tensorOf([1, 3, 4], { 0: [0.5, 0.5, 0.2, 0.4], 1: [0.5, 0.5, 0.2, 0.4] }),
    };
    const found = decodeDetr(outputs, decoder, contextOf(INPUT, CLASSES, { source: SOURCE }));
    expect(found.map(({ classIndex, score }) => [classIndex, Number(score.toFixed(4))])).toEqual([
      [1, 0.8808],
      [0, 0.525],
    ]);
    const { x1 = 0, y1 = 0, x2 = 0, y2 = 0 } = found[0]?.box ?? {};
    for (const [value, expected] of [
      [x1, 80],
      [y1, 60],
      [x2, 120],
      [y2, 140],
    ] as const)
      expect(value).toBeCloseTo(expected, 4);
  });

  it("refuses NaN", () => {
    const outputs = { logits: tensorOf([1, 1, 2]), boxes: tensorOf([1, 1, 4], { 0: [Number.NaN] }) };
    expect(() => decodeDetr(outputs, decoder, contextOf(INPUT, CLASSES))).toThrow(notFinite);
  });
});

describe("SSD with TensorFlow's post-processing", () => {
  const decoder = {
    kind: "ssd",
    boxes: "boxes",
    scores: "scores",
    classes: "classes",
    count: "count",
    firstClass: 1,
  } as const;

  it("takes y before x, classes from one on and only as many as count", () => {
    const found = decodeSsd(processed(2), decoder, contextOf(INPUT, CLASSES, { source: SOURCE }));
    expect(found.map(({ classIndex }) => classIndex)).toEqual([0, 1]);
    const { x1 = 0, y1 = 0, x2 = 0, y2 = 0 } = found[1]?.box ?? {};
    for (const [value, expected] of [
      [x1, 20],
      [y1, 40],
      [x2, 100],
      [y2, 120],
    ] as const)
      expect(value).toBeCloseTo(expected, 4);
  });

  it("takes classes from zero on where told", () => {
    const found = decodeSsd(processed(3), { ...decoder, firstClass: 0 }, contextOf(INPUT, CLASSES));
    expect(found.map(({ classIndex }) => classIndex)).toEqual([1, 1]);
  });

  it("finds nothing where none counts", () => {
    expect(decodeSsd(processed(0), decoder, contextOf(INPUT, CLASSES))).toEqual([]);
  });

  it.each([
    ["a count above the list", processed(4), badTensor],
    ["a negative count", processed(-1), badTensor],
    ["a fraction of a class", processed(1, { classes: tensorOf([1, 3], { 0: [1.5] }) }), badTensor],
    ["NaN in the filling", processed(1, { scores: tensorOf([1, 3], { 0: [0.7, 0.9, Number.NaN] }) }), notFinite],
  ])("refuses %s", (_, broken, error) => {
    expect(() => decodeSsd(broken, decoder, contextOf(INPUT, CLASSES))).toThrow(error);
  });
});
