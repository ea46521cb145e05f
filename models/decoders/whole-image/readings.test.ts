import { describe, expect, it } from "vitest";

import { tensorOf } from "../../testing/detector-context.ts";
import { decodeClassifier } from "./classifier.ts";
import { decodeCtc } from "./ctc.ts";
import { cosine, decodeEmbedding } from "./embedding.ts";

const notFinite = expect.objectContaining({ code: "models/not-finite" });
const badTensor = expect.objectContaining({ code: "models/bad-tensor" });

describe("CTC", () => {
  const STEPS = 6;
  const decoder = {
    kind: "ctc",
    output: "out",
    layout: "time-major",
    blank: "last",
    alphabet: ["京", "A", "7"],
    steps: STEPS,
    activation: "none",
    minLength: 1,
    maxLength: 6,
  } as const;
  /** Steps by channel number, 3 being the blank; each with probability 0.9 or as given. */
  const steps = (channels: readonly number[], probabilities: readonly number[] = []) =>
    tensorOf(
      [1, STEPS, 4],
      Object.fromEntries(
        channels.map((channel, step) => [
          step,
          [0, 1, 2, 3].map((one) => (one === channel ? (probabilities[step] ?? 0.875) : 0.03125)),
        ]),
      ),
    );
  const text = (channels: readonly number[]): string | undefined =>
    decodeCtc({ out: steps(channels) }, decoder, 0)?.text;

  it("joins repetitions and drops blanks, which part equal characters", () => {
    expect(text([0, 0, 3, 1, 1, 2])).toBe("京A7");
    expect(text([1, 1, 3, 1, 1, 1])).toBe("AA");
    expect(text([3, 3, 2, 2, 2, 3])).toBe("7");
    expect(text([0, 1, 0, 1, 0, 1])).toBe("京A京A京A");
  });

  it("takes the surest step of each character, and the least sure character for the whole", () => {
    const reading = decodeCtc({ out: steps([0, 0, 3, 1, 3, 3], [0.5, 0.75, 0.9, 0.625, 0.9, 0.9]) }, decoder, 0);
    expect(reading).toEqual({
      text: "京A",
      characters: [
        { text: "京", confidence: 0.75 },
        { text: "A", confidence: 0.625 },
      ],
      confidence: 0.625,
    });
    expect(decodeCtc({ out: steps([0, 3, 3, 3, 3, 3], [0.625]) }, decoder, 0.625)?.text).toBe("京");
    expect(decodeCtc({ out: steps([0, 3, 3, 3, 3, 3], [0.625]) }, decoder, 0.63)).toBeUndefined();
  });

  it("reads class-major tensors and a blank that comes first", () => {
    // Blank first: channel 0; 京 is 1, A is 2, 7 is 3. Class-major: one row a channel.
    const out = tensorOf([1, 4, STEPS], {
      0: [0, 0, 9, 0, 0, 9],
      1: [9, 9, 0, 0, 0, 0],
      2: [0, 0, 0, 9, 0, 0],
      3: [0, 0, 0, 0, 9, 0],
    });
    const other = { ...decoder, layout: "class-major", blank: "first", activation: "softmax" } as const;
    const reading = decodeCtc({ out }, other, 0);
    expect(reading?.text).toBe("京A7");
    // e⁹ ÷ (e⁹ + 3)
    expect(reading?.confidence).toBeCloseTo(0.99963, 5);
  });

  it("reads nothing from blanks, and nothing too short or too long", () => {
    expect(text([3, 3, 3, 3, 3, 3])).toBeUndefined();
    expect(decodeCtc({ out: steps([3, 3, 3, 3, 3, 3]) }, { ...decoder, minLength: 0 }, 0.5)?.text).toBe("");
    expect(decodeCtc({ out: steps([0, 1, 2, 3, 3, 3]) }, { ...decoder, maxLength: 2 }, 0)).toBeUndefined();
    expect(decodeCtc({ out: steps([0, 1, 3, 3, 3, 3]) }, { ...decoder, minLength: 2, maxLength: 2 }, 0)?.text).toBe(
      "京A",
    );
  });

  it("takes the first of two equal channels, so that equal tensors read equal", () => {
    expect(decodeCtc({ out: tensorOf([1, STEPS, 4], {}, 0.25) }, decoder, 0)?.text).toBe("京");
  });

  it("refuses NaN and another alphabet", () => {
    expect(() => decodeCtc({ out: steps([0], [Number.NaN]) }, decoder, 0)).toThrow(notFinite);
    expect(() => decodeCtc({ out: tensorOf([1, STEPS, 5]) }, decoder, 0)).toThrow(badTensor);
  });
});

describe("classifier", () => {
  const out = { out: tensorOf([1, 3], { 0: [0, Math.LN2, 0] }) };
  const label = (activation: "none" | "sigmoid" | "softmax") =>
    decodeClassifier(out, { kind: "classifier", output: "out", activation }, 3).map(({ classIndex, score }) => [
      classIndex,
      Number(score.toFixed(4)),
    ]);

  it("applies what the manifest says, best first, equal ones in order", () => {
    expect(label("softmax")).toEqual([
      [1, 0.5],
      [0, 0.25],
      [2, 0.25],
    ]);
    expect(label("sigmoid")).toEqual([
      [1, 0.6667],
      [0, 0.5],
      [2, 0.5],
    ]);
    expect(label("none")).toEqual([
      [1, Number(Math.LN2.toFixed(4))],
      [0, 0],
      [2, 0],
    ]);
  });

  it("does not overflow, and refuses infinity and another number of classes", () => {
    const decoder = { kind: "classifier", output: "out", activation: "softmax" } as const;
    const huge = decodeClassifier({ out: tensorOf([1, 2], { 0: [3e38, -3e38] }) }, decoder, 2);
    expect(huge).toEqual([
      { classIndex: 0, score: 1 },
      { classIndex: 1, score: 0 },
    ]);
    expect(() => decodeClassifier({ out: tensorOf([1, 2], { 0: [Infinity] }) }, decoder, 2)).toThrow(notFinite);
    expect(() => decodeClassifier({ out: tensorOf([1, 2]) }, decoder, 3)).toThrow(badTensor);
  });
});

describe("embedding", () => {
  const decoder = { kind: "embedding", output: "out", dimensions: 3 } as const;
  const vector = (...values: readonly number[]): Float32Array =>
    decodeEmbedding({ out: tensorOf([1, 3], { 0: values }) }, decoder);

  it("is made of length one, tiny and huge vectors too", () => {
    expect([...vector(3, 0, -4)].map((one) => Number(one.toFixed(5)))).toEqual([0.6, 0, -0.8]);
    expect(cosine(vector(1e-30, 1e-30, 0), vector(1e38, 1e38, 0))).toBeCloseTo(1, 5);
  });

  it("compares", () => {
    expect(cosine(vector(1, 0, 0), vector(0, 1, 0))).toBe(0);
    expect(cosine(vector(1, 2, 3), vector(-1, -2, -3))).toBeCloseTo(-1, 5);
    expect(() => cosine(vector(1, 0, 0), new Float32Array(2))).toThrow(badTensor);
  });

  it("refuses a vector without direction, and NaN", () => {
    expect(() => vector(0, 0, 0)).toThrow(badTensor);
    expect(() => vector(Number.NaN, 0, 0)).toThrow(notFinite);
  });
});
