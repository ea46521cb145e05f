import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { floatTensor, wholeTensor } from "./tensor.ts";

const float = (dims: readonly number[], values: readonly number[]) => ({
  out: { dims, data: Float32Array.from(values) },
});
const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe("float tensors", () => {
  it("takes one of the right shape, with open lengths", () => {
    expect(floatTensor(float([1, 2, 2], [1, 2, 3, 4]), "out", [1, undefined, 2]).data[3]).toBe(4);
    expect(floatTensor(float([1, 0, 4], []), "out", [1, undefined, 4]).data).toHaveLength(0);
  });

  it.each([
    ["is missing", {}, "there is no output out"],
    ["is inherited", Object.create({ out: { dims: [1, 2], data: new Float32Array(2) } }), "there is no output out"],
    ["has another rank", float([2], [1, 2]), "out is [2] where [1, any] is expected"],
    ["has another length", float([2, 2], [1, 2, 3, 4]), "out is [2, 2] where [1, any] is expected"],
    ["has fewer values than its shape says", float([1, 3], [1, 2]), "holds 2 values where its shape says 3"],
    ["has a negative length", float([1, -2], [1, 2]), "out is [1, -2]"],
    ["is of another type", { out: { dims: [1, 2], data: new Float64Array(2) } }, "out is not float32"],
    ["is no tensor's data", { out: { dims: [1, 2], data: [1, 2] } }, "out is not float32"],
  ])("refuses one that %s", (_, outputs, reason) => {
    expect(() => floatTensor(outputs, "out", [1, undefined])).toThrow(code("models/bad-tensor"));
    expect(() => floatTensor(outputs, "out", [1, undefined])).toThrow(reason);
  });

  it("finds NaN and both infinities at every place, together too", () => {
    for (let length = 1; length <= 9; length += 1) {
      for (let at = 0; at < length; at += 1) {
        for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
          const values = Array.from({ length }, (_, index) => (index === at ? value : index));
          expect(() => floatTensor(float([1, length], values), "out", [1, length])).toThrow(code("models/not-finite"));
          expect(() => floatTensor(float([1, length], values), "out", [1, length])).toThrow(
            `out is ${value} at value ${at}`,
          );
        }
      }
    }
    expect(() => floatTensor(float([2], [Infinity, -Infinity]), "out", [2])).toThrow(code("models/not-finite"));
  });

  it("takes every finite value, the largest in numbers too", () => {
    const largest = 3.4028234663852886e38;
    expect(
      floatTensor(
        float(
          [1, 1_000],
          Array.from({ length: 1_000 }, () => largest),
        ),
        "out",
        [1, 1_000],
      ).data[0],
    ).toBe(largest);
    fc.assert(
      fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1 }), (data) => {
        expect(floatTensor({ out: { dims: [data.length], data } }, "out", [data.length]).data).toBe(data);
      }),
    );
  });
});

describe("whole tensors", () => {
  it("takes int64, int32 and whole floats", () => {
    expect(wholeTensor({ out: { dims: [1, 2], data: BigInt64Array.of(3n, -1n) } }, "out", [1, undefined])).toEqual([
      3, -1,
    ]);
    expect(wholeTensor({ out: { dims: [1, 2], data: Int32Array.of(3, -1) } }, "out", [1, 2])).toEqual([3, -1]);
    expect(wholeTensor(float([1, 2], [3, -1]), "out", [1, 2])).toEqual([3, -1]);
  });

  it.each([
    ["a fraction", float([1], [0.5]), "models/bad-tensor"],
    ["NaN", float([1], [Number.NaN]), "models/not-finite"],
    ["a number beyond any class", { out: { dims: [1], data: BigInt64Array.of(2n ** 40n) } }, "models/bad-tensor"],
    ["bytes", { out: { dims: [1], data: Uint8Array.of(1) } }, "models/bad-tensor"],
    ["too few values", { out: { dims: [2], data: Int32Array.of(1) } }, "models/bad-tensor"],
  ])("refuses %s", (_, outputs, wanted) => {
    expect(() => wholeTensor(outputs, "out", [undefined])).toThrow(code(wanted));
  });
});
