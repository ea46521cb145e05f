import { describe, expect, it } from "vitest";

import { contextOf, tensorOf } from "../../testing/detector-context.ts";
import { decodeUltraface } from "./ultraface.ts";
import { priorCount, priorGrid } from "./yunet-priors.ts";
import { decodeYunet } from "./yunet.ts";

const notFinite = expect.objectContaining({ code: "models/not-finite" });
const badTensor = expect.objectContaining({ code: "models/bad-tensor" });

const answers = (prior: number, loc: readonly number[], [conf, iou]: readonly [number, number]) => ({
  loc: tensorOf([1_076, 14], { [prior]: loc }),
  conf: tensorOf([1_076, 2], { [prior]: [1 - conf, conf] }),
  iou: tensorOf([1_076, 1], { [prior]: [iou] }),
});

describe("UltraFace", () => {
  const decoder = { kind: "ultraface", scores: "scores", boxes: "boxes" } as const;
  const context = contextOf({ width: 100, height: 50 }, ["face", "masked"]);
  const decode = (
    scores: Readonly<Record<number, readonly number[]>>,
    boxes: Readonly<Record<number, readonly number[]>>,
  ) => decodeUltraface({ scores: tensorOf([1, 3, 3], scores), boxes: tensorOf([1, 3, 4], boxes) }, decoder, context);

  it("leaves the background out and takes corners as shares", () => {
    const found = decode({ 0: [0.05, 0.2, 0.75], 1: [0.95, 0.05, 0] }, { 0: [0.25, 0.5, 0.5, 0.75], 1: [0, 0, 1, 1] });
    expect(found).toEqual([{ box: { x1: 25, y1: 25, x2: 50, y2: 37.5 }, score: 0.75, classIndex: 1 }]);
  });

  it("suppresses by class, and finds nothing in nothing", () => {
    const same = { 0: [0, 0, 0.5, 0.5], 1: [0, 0, 0.5, 0.5], 2: [0, 0, 0.5, 0.5] };
    const found = decode({ 0: [0, 0.75, 0], 1: [0, 0.875, 0], 2: [0, 0, 0.625] }, same);
    expect(found.map(({ score, classIndex }) => [score, classIndex])).toEqual([
      [0.875, 0],
      [0.625, 1],
    ]);
    expect(decode({}, {})).toEqual([]);
  });

  it("refuses NaN and lists that do not fit each other", () => {
    expect(() => decode({ 1: [Number.NaN] }, {})).toThrow(notFinite);
    const broken = { scores: tensorOf([1, 3, 3]), boxes: tensorOf([1, 2, 4]) };
    expect(() => decodeUltraface(broken, decoder, context)).toThrow(badTensor);
  });
});

describe("YuNet's priors", () => {
  it("are as many as the published model answers for", () => {
    expect(priorCount({ width: 160, height: 120 })).toBe(1_076);
    expect(priorGrid({ width: 160, height: 120 }, 16)).toEqual({ columns: 10, rows: 7 });
    expect(priorGrid({ width: 160, height: 120 }, 64)).toEqual({ columns: 2, rows: 1 });
  });
});

describe("YuNet", () => {
  const context = contextOf({ width: 160, height: 120 }, ["face"]);
  const priors = { kind: "yunet", form: { form: "priors", loc: "loc", conf: "conf", iou: "iou" } } as const;

  it("moves a prior by tenths of its side and scales it by the exponential of a fifth", () => {
    // 900 priors of stride 8, then stride 16: cell 11 is column 1 of row 1, its second prior is 48 wide.
    const loc = [1, -1, 0, 5 * Math.log(2), 0, 0, 1, 0, 0, 1, -1, 0, 0, -1];
    const [face] = decodeYunet(answers(900 + 11 * 2 + 1, loc, [1, 0.81]), priors, context);
    // Centre (24, 24) + (4.8, −4.8), 48 wide, 96 high: clipped at the top and on the left by nothing.
    expect(face?.score).toBeCloseTo(0.9, 6);
    expect(face?.box.x1).toBeCloseTo(4.8, 4);
    expect(face?.box.y1).toBe(0);
    expect(face?.box.x2).toBeCloseTo(52.8, 4);
    expect(face?.box.y2).toBeCloseTo(67.2, 4);
    expect(face?.landmarks?.map(({ x, y }) => [Number(x.toFixed(3)), Number(y.toFixed(3))])).toEqual([
      [24, 24],
      [28.8, 24],
      [24, 28.8],
      [19.2, 24],
      [24, 19.2],
    ]);
  });

  it("cuts an overlap that leaves 0 to 1", () => {
    expect(decodeYunet(answers(0, [], [1, 1.7]), priors, context)[0]?.score).toBe(1);
    expect(decodeYunet(answers(0, [], [1, -0.2]), priors, context)).toEqual([]);
  });

  it("refuses NaN in any of its tensors, and another input's priors", () => {
    for (const name of ["loc", "conf", "iou"] as const) {
      const broken = answers(0, [], [0, 0]);
      broken[name].data[9] = Number.NaN;
      expect(() => decodeYunet(broken, priors, context)).toThrow(notFinite);
    }
    expect(() => decodeYunet(answers(0, [], [0, 0]), priors, contextOf({ width: 320, height: 240 }, ["face"]))).toThrow(
      badTensor,
    );
  });

  it("reads the layout of 2023, against cells", () => {
    const level = { stride: 32, cls: "cls", obj: "obj", bbox: "bbox", kps: "kps" };
    const decoder = { kind: "yunet", form: { form: "strides", levels: [level] } } as const;
    // 5 × 4 cells; row 7 is column 2 of row 1.
    const tensors = {
      cls: tensorOf([1, 20, 1], { 7: [0.64] }),
      obj: tensorOf([1, 20, 1], { 7: [1] }),
      bbox: tensorOf([1, 20, 4], { 7: [0.5, 0.5, 0, Math.log(0.5)] }),
      kps: tensorOf([1, 20, 10], { 7: [0.25, 0.25, 0.75, 0.25] }),
    };
    const [face, ...rest] = decodeYunet(tensors, decoder, context);
    expect(rest).toEqual([]);
    expect(face?.score).toBeCloseTo(0.8, 6);
    expect(Object.values(face?.box ?? {}).map(Math.round)).toEqual([64, 40, 96, 56]);
    expect(face?.landmarks?.slice(0, 3)).toEqual([
      { x: 72, y: 40 },
      { x: 88, y: 40 },
      { x: 64, y: 32 },
    ]);
    expect(() => decodeYunet({ ...tensors, kps: tensorOf([1, 20, 8]) }, decoder, context)).toThrow(badTensor);
  });
});
