import { describe, expect, it } from "vitest";

import { contextOf, tensorOf } from "../../testing/detector-context.ts";
import type { Detection } from "../detections/detection.ts";
import { cellCount, gridSize } from "./cells.ts";
import { decodeNanodet } from "./nanodet.ts";
import { decodeYolov5 } from "./yolov5.ts";
import { decodeYolov8 } from "./yolov8.ts";
import { decodeYolox } from "./yolox.ts";

const CLASSES = ["person", "car"];
/** 32 × 64 pixels: 4 × 8, 2 × 4 and 1 × 2 cells, 42 in all; the second stride begins at row 32, the third at 40. */
const INPUT = { width: 32, height: 64 };
const notFinite = expect.objectContaining({ code: "models/not-finite" });
const badTensor = expect.objectContaining({ code: "models/bad-tensor" });

const boxes = (found: readonly Detection[]): readonly (readonly number[])[] =>
  found.map(({ box, score, classIndex }) => [
    ...[box.x1, box.y1, box.x2, box.y2, score].map((value) => Number(value.toFixed(4))),
    classIndex,
  ]);

const twoHeads = (row: number, scores: readonly number[], distances: readonly number[]) => ({
  cls8: tensorOf([1, 32, 2]),
  dis8: tensorOf([1, 32, 16]),
  cls16: tensorOf([1, 8, 2], { [row]: scores }),
  dis16: tensorOf([1, 8, 16], { [row]: distances }),
});

describe("grids", () => {
  it("count the published numbers of cells", () => {
    expect(cellCount({ width: 416, height: 416 }, [8, 16, 32])).toBe(3_549);
    expect(cellCount({ width: 640, height: 640 }, [8, 16, 32])).toBe(8_400);
    expect(cellCount({ width: 416, height: 416 }, [8, 16, 32, 64])).toBe(3_598);
    expect(gridSize({ width: 33, height: 32 }, 16)).toEqual({ columns: 3, rows: 2 });
    expect(cellCount(INPUT, [8, 16, 32])).toBe(42);
  });
});

describe("YOLOX", () => {
  const decoder = { kind: "yolox", output: "out", strides: [8, 16, 32], isGridApplied: false } as const;
  const decode = (rows: Readonly<Record<number, readonly number[]>>, more: { readonly isGridApplied?: boolean } = {}) =>
    boxes(decodeYolox({ out: tensorOf([1, 42, 7], rows) }, { ...decoder, ...more }, contextOf(INPUT, CLASSES)));

  it("adds the cell, multiplies by the stride and takes the exponential of the size", () => {
    // Row 6: second row, third column of stride 8. Centre (2.5, 1.5) × 8, 2 × 1 strides.
    expect(decode({ 6: [0.5, 0.5, Math.log(2), 0, 0.9, 0.1, 0.8] })).toEqual([[12, 8, 28, 16, 0.72, 1]]);
    // Row 32 + 3: second row, second column of stride 16.
    expect(decode({ 35: [0, 0, 0, 0, 1, 1, 0] })).toEqual([[8, 8, 24, 24, 1, 0]]);
    // Row 41: the last cell of stride 32, clipped to the picture.
    expect(decode({ 41: [0.5, 0.75, 0, 0, 1, 0, 0.6] })).toEqual([[0, 40, 32, 64, 0.6, 1]]);
  });

  it("takes boxes as they are where the export has applied the grid", () => {
    expect(decode({ 41: [10, 20, 4, 6, 1, 0.9, 0] }, { isGridApplied: true })).toEqual([[8, 17, 12, 23, 0.9, 0]]);
  });

  it("takes the first of two equal classes and the first of two equal cells", () => {
    const same = [0.5, 0.5, Math.log(4), Math.log(4), 0.9, 0.9, 0.9];
    expect(decode({ 0: same, 1: same })).toEqual([[0, 0, 20, 20, 0.81, 0]]);
  });

  it("finds a box of one pixel, and nothing in an empty picture", () => {
    expect(decode({ 0: [0.5, 0.5, Math.log(1 / 8), Math.log(1 / 8), 1, 1, 0] })).toEqual([[3.5, 3.5, 4.5, 4.5, 1, 0]]);
    expect(decode({})).toEqual([]);
  });

  it("does not mind a size beyond all bounds", () => {
    expect(decode({ 0: [0.5, 0.5, 500, 500, 1, 1, 0] })).toEqual([[0, 0, 32, 64, 1, 0]]);
  });

  it("goes back through a letterbox", () => {
    // 128 × 128 in 32 × 64: a quarter, from the upper left corner or 16 rows below it.
    const out = tensorOf([1, 42, 7], { 14: [0.5, 0.5, 0, 0, 1, 1, 0] });
    const source = { width: 128, height: 128 };
    const at = (anchor: "top-left" | "centre") =>
      boxes(
        decodeYolox(
          { out },
          decoder,
          contextOf(INPUT, CLASSES, { source, resize: { mode: "letterbox", anchor, padding: [114] } }),
        ),
      );
    expect(at("top-left")).toEqual([[64, 96, 96, 128, 1, 0]]);
    expect(at("centre")).toEqual([[64, 32, 96, 64, 1, 0]]);
  });

  it("refuses NaN anywhere, even where no box would be, and another shape", () => {
    expect(() => decode({ 3: [0, 0, 0, 0, 0, 0, Number.NaN] })).toThrow(notFinite);
    expect(() => decodeYolox({ out: tensorOf([1, 41, 7]) }, decoder, contextOf(INPUT, CLASSES))).toThrow(badTensor);
    expect(() => decodeYolox({ out: tensorOf([1, 42, 7]) }, decoder, contextOf(INPUT, ["person"]))).toThrow(badTensor);
    expect(() => decodeYolox({}, decoder, contextOf(INPUT, CLASSES))).toThrow(badTensor);
  });
});

describe("NanoDet", () => {
  const BINS = 4;
  /** A distribution that says exactly `bin`. */
  const exactly = (bin: number): readonly number[] => Array.from({ length: BINS }, (_, one) => (one === bin ? 100 : 0));
  const sides = (...bins: readonly number[]): readonly number[] => bins.flatMap(exactly);
  const apart = {
    kind: "nanodet",
    bins: BINS,
    anchor: "middle-pixel",
    activation: "none",
    heads: {
      form: "apart",
      levels: [8, 16].map((stride) => ({ stride, classes: `cls${stride}`, distances: `dis${stride}` })),
    },
  } as const;

  it("reaches from the anchor by the expected distances, in strides", () => {
    // Row 3: second row, second column of stride 16; its middle pixel is at 23.5, 23.5.
    const found = decodeNanodet(twoHeads(3, [0.1, 0.7], sides(1, 0, 0.5, 2)), apart, contextOf(INPUT, CLASSES));
    // A side of 0.5 names no bin, so all four are equal: (0 + 1 + 2 + 3) ÷ 4 strides.
    expect(boxes(found)).toEqual([[7.5, 23.5, 32, 55.5, 0.7, 1]]);
  });

  it.each([
    ["corner", [16, 16, 16 + 16, 16 + 16]],
    ["middle", [24, 24, 32, 40]],
    ["middle-pixel", [23.5, 23.5, 32, 39.5]],
  ] as const)("knows anchors at the %s", (anchor, expected) => {
    const found = decodeNanodet(
      twoHeads(3, [0.9, 0], sides(0, 0, 1, 1)),
      { ...apart, anchor },
      contextOf(INPUT, CLASSES),
    );
    expect(boxes(found)[0]?.slice(0, 4)).toEqual(expected);
  });

  it("reads joined heads, and logits, as NanoDet-Plus and PicoDet write them", () => {
    // Stride 8 has 32 rows; row 32 + 3 is the same cell of stride 16.
    const out = tensorOf([1, 40, 18], { 35: [-3, 2, ...sides(1, 1, 1, 1)] }, -10);
    const decoder = {
      ...apart,
      activation: "sigmoid",
      anchor: "corner",
      heads: { form: "joined", output: "out", strides: [8, 16] },
    } as const;
    expect(boxes(decodeNanodet({ out }, decoder, contextOf(INPUT, CLASSES)))).toEqual([[0, 0, 32, 32, 0.8808, 1]]);
    expect(decodeNanodet({ out }, decoder, contextOf(INPUT, CLASSES, { score: 0.89 }))).toEqual([]);
    expect(decodeNanodet({ out }, decoder, contextOf(INPUT, CLASSES, { score: 1 }))).toEqual([]);
    expect(decodeNanodet({ out }, decoder, contextOf(INPUT, CLASSES, { score: 0 })).length).toBeGreaterThan(0);
  });

  it("does not overflow on large logits", () => {
    const found = decodeNanodet(
      twoHeads(
        3,
        [0.9, 0],
        sides(1, 1, 1, 1).map((one) => one * 1e36),
      ),
      apart,
      contextOf(INPUT, CLASSES),
    );
    expect(boxes(found)[0]?.slice(0, 2)).toEqual([7.5, 7.5]);
  });

  it("finds nothing in an empty picture and refuses NaN in any of its tensors", () => {
    expect(decodeNanodet(twoHeads(3, [0, 0], []), apart, contextOf(INPUT, CLASSES))).toEqual([]);
    for (const name of ["cls8", "dis8", "cls16", "dis16"] as const) {
      const broken = twoHeads(3, [0, 0], []);
      broken[name].data[5] = Number.NaN;
      expect(() => decodeNanodet(broken, apart, contextOf(INPUT, CLASSES))).toThrow(notFinite);
    }
    const { dis16: _, ...missing } = twoHeads(3, [0, 0], []);
    expect(() => decodeNanodet(missing, apart, contextOf(INPUT, CLASSES))).toThrow(badTensor);
  });
});

describe("the layout of YOLOv8", () => {
  const decoder = { kind: "yolov8", output: "out" } as const;
  const decode = (rows: readonly (readonly number[])[], score?: number) =>
    boxes(
      decodeYolov8(
        { out: { dims: [1, 6, rows[0]?.length ?? 0], data: Float32Array.from(rows.flat()) } },
        decoder,
        contextOf(INPUT, CLASSES, score === undefined ? {} : { score }),
      ),
    );

  it("reads it channel by channel", () => {
    // Three anchors: x, y, width, height, person, car.
    const rows = [
      [10, 20, 16],
      [20, 40, 32],
      [4, 8, 1],
      [6, 10, 1],
      [0.9, 0.1, 0.2],
      [0.2, 0.8, 0.6],
    ];
    expect(decode(rows)).toEqual([
      [8, 17, 12, 23, 0.9, 0],
      [16, 35, 24, 45, 0.8, 1],
      [15.5, 31.5, 16.5, 32.5, 0.6, 1],
    ]);
  });

  it("takes the first of two equal classes, and no anchor at all", () => {
    expect(decode([[10], [20], [4], [6], [0.7], [0.7]])).toEqual([[8, 17, 12, 23, 0.7, 0]]);
    expect(decode([[], [], [], [], [], []])).toEqual([]);
  });

  it("refuses infinity and another number of classes", () => {
    expect(() => decode([[10], [20], [Infinity], [6], [0], [0]])).toThrow(notFinite);
    expect(() => decodeYolov8({ out: tensorOf([1, 7, 3]) }, decoder, contextOf(INPUT, CLASSES))).toThrow(badTensor);
  });
});

describe("the layout of YOLOv5", () => {
  const decoder = { kind: "yolov5", output: "out" } as const;
  const decode = (rows: Readonly<Record<number, readonly number[]>>) =>
    boxes(decodeYolov5({ out: tensorOf([1, 4, 7], rows) }, decoder, contextOf(INPUT, CLASSES)));

  it("multiplies objectness and class, and suppresses", () => {
    const rows = { 0: [10, 20, 4, 6, 0.9, 0.1, 0.8], 2: [10, 20, 4, 6, 1, 0.6, 0.9], 3: [10, 20, 4, 6, 0.8, 0.9, 0] };
    expect(decode(rows)).toEqual([
      [8, 17, 12, 23, 0.9, 1],
      [8, 17, 12, 23, 0.72, 0],
    ]);
  });

  it("finds nothing where objectness or class alone is high", () => {
    expect(decode({ 0: [10, 20, 4, 6, 1, 0.4, 0.3], 1: [10, 20, 4, 6, 0.4, 1, 1] })).toEqual([]);
    expect(decode({})).toEqual([]);
  });

  it("refuses NaN", () => {
    expect(() => decode({ 1: [Number.NaN] })).toThrow(notFinite);
  });
});
