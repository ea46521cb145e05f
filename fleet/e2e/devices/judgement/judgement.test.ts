import { describe, expect, it } from "vitest";

import { judgeDoors } from "./doors.ts";
import { judgeMessages } from "./messages.ts";
import { judgeReading, type Sample, type WitnessTerms } from "./readings.ts";

const messages = (acknowledged: string, held: string, said = acknowledged) =>
  judgeMessages({ acknowledged: acknowledged.split(""), said: new Set(said), held: held.split("") });

describe("the messages of a device", () => {
  it.each([
    ["all there once", "abc", "abc", "abc", {}],
    ["one acknowledged and gone", "abc", "ac", "abc", { lost: 1 }],
    ["one twice", "abc", "abbc", "abc", { duplicated: 1 }],
    ["one too late", "abc", "acb", "abc", { reordered: 1 }],
    ["a repetition is no disorder", "abc", "abcb", "abc", { duplicated: 1 }],
    ["one nobody acknowledged may be there", "ab", "abc", "abc", {}],
    ["one nobody ever said may not", "ab", "abx", "abc", { invented: 1 }],
  ])("%s", (_, acknowledged, held, said, found) => {
    const none = { acknowledged: acknowledged.length, lost: 0, duplicated: 0, reordered: 0, invented: 0 };
    expect(messages(acknowledged, held, said)).toEqual({ ...none, ...found });
  });
});

const code = (reference: string, door: number) => ({ reference, door });
const counts = (...all: readonly (readonly [number, number])[]) => new Map(all);

describe("the doors of a locker wall", () => {
  it("each code once, each door as often as its codes", () => {
    const accepted = [code("a", 1), code("b", 1), code("c", 2)];
    const figures = judgeDoors(accepted, counts([1, 2], [2, 1]), counts([1, 2], [2, 1], [3, 0]));
    expect(figures).toEqual({ redeemed: 3, twice: 0, untrue: 0 });
  });

  it("a code that was used up by a kill has opened nothing, and that is no fault", () => {
    expect(judgeDoors([code("a", 1)], counts(), counts([1, 0]))).toMatchObject({ twice: 0, untrue: 0 });
  });

  it("a code twice, a door too often, a door that was not opened, an opening that nobody wrote down", () => {
    expect(judgeDoors([code("a", 1), code("a", 1)], counts(), counts())).toMatchObject({ redeemed: 1, twice: 1 });
    expect(judgeDoors([code("a", 1)], counts(), counts([1, 2]))).toMatchObject({ twice: 1 });
    expect(judgeDoors([code("a", 1)], counts([1, 1]), counts([1, 0]))).toMatchObject({ untrue: 1 });
    expect(judgeDoors([], counts([1, 1]), counts([1, 1]))).toMatchObject({ twice: 1, untrue: 1 });
  });
});

describe("a reading", () => {
  const terms: WitnessTerms = { maxAgeMs: 2_000, tolerance: 0.1, isFlowing: false, stalls: [] };
  /** A look every second, at 100, 101, 102 … at full seconds. */
  const samples: readonly Sample[] = Array.from({ length: 61 }, (_, second) => ({
    askedAtMs: second * 1_000,
    answeredAtMs: second * 1_000,
    values: { level: 100 + second },
  }));
  const judged = (value: number, atMs: number, more: Partial<WitnessTerms> = {}) =>
    judgeReading(samples, { pointId: "level", value, atMs }, { ...terms, ...more });

  it.each([
    ["as things are", 130, 30_000, "right"],
    ["as old as an answer may be", 127.9, 30_000, "right"],
    ["older than that", 124.8, 30_000, "wrong"],
    ["of the future", 133, 30_000, "wrong"],
    ["before anybody looked", 100, 1_000, "unwitnessed"],
    ["after everybody had gone", 161, 61_000, "unwitnessed"],
  ])("%s", (_, value, atMs, verdict) => {
    expect(judged(value, atMs)).toBe(verdict);
  });

  it("may lie beyond both looks beside it, where what flows may have turned between them", () => {
    const turning = samples.map((sample, second) => ({ ...sample, values: { level: Math.abs(30.5 - second) } }));
    const lowest = { pointId: "level", value: 0, atMs: 30_500 };
    expect(judgeReading(turning, lowest, terms)).toBe("wrong");
    expect(judgeReading(turning, lowest, { ...terms, isFlowing: true })).toBe("right");
    expect(judgeReading(turning, { ...lowest, value: 6 }, { ...terms, isFlowing: true })).toBe("wrong");
  });

  it("may be what a motor draws in the moment of its start, where one has started between two looks", () => {
    const started = samples.map((sample, second) => ({
      ...sample,
      values: { current: 0, starts: second < 30 ? 1 : 2 },
    }));
    const drawn = { pointId: "current", value: 55, atMs: 29_500 };
    const surge = { counter: "starts", peak: 60 };
    expect(judgeReading(started, drawn, terms)).toBe("wrong");
    expect(judgeReading(started, drawn, { ...terms, surge })).toBe("right");
    expect(judgeReading(started, { ...drawn, value: 61 }, { ...terms, surge })).toBe("wrong");
    expect(judgeReading(started, { ...drawn, atMs: 40_000 }, { ...terms, surge })).toBe("wrong");
  });

  it("may be as old as the gateway stood still", () => {
    const stalls = [{ fromMs: 24_000, toMs: 29_500 }];
    expect(judged(124, 30_000)).toBe("wrong");
    expect(judged(124, 30_000, { stalls })).toBe("right");
    expect(judged(134, 40_000, { stalls })).toBe("wrong");
  });

  it("is held against an answer by when it was asked for and when it came", () => {
    const slow = samples.map((sample) => ({ ...sample, answeredAtMs: sample.askedAtMs + 900 }));
    expect(judgeReading(slow, { pointId: "level", value: 130.9, atMs: 30_900 }, terms)).toBe("right");
    expect(judgeReading(slow, { pointId: "level", value: 126.5, atMs: 30_000 }, terms)).toBe("right");
  });

  it("is not judged where nobody looked for long, or never at its point", () => {
    const gap = samples.filter(({ askedAtMs: at }) => at < 27_000 || at > 31_000);
    expect(judgeReading(gap, { pointId: "level", value: 0, atMs: 30_000 }, terms)).toBe("unwitnessed");
    expect(judgeReading(samples, { pointId: "flow", value: 0, atMs: 30_000 }, terms)).toBe("unwitnessed");
  });
});
