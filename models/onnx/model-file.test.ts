import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ModelError } from "../errors.ts";
import { readOnnxHeader } from "./model-file.ts";

const field = (number: number, bytes: readonly number[]): readonly number[] => [
  number * 8 + 2,
  ...length(bytes.length),
  ...bytes,
];
const length = (value: number): readonly number[] =>
  value < 128 ? [value] : [(value % 128) + 128, Math.floor(value / 128)];
const opset = (version: number, domain = ""): readonly number[] =>
  field(8, [...(domain === "" ? [] : field(1, [...Buffer.from(domain)])), 0x10, version]);
const IR_VERSION_8 = [0x08, 8];
const GRAPH = field(
  7,
  Array.from({ length: 300 }, () => 0xff),
);
const read = (...parts: readonly (readonly number[])[]) => readOnnxHeader(Uint8Array.from(parts.flat()));
const refused = expect.objectContaining({ code: "models/bad-onnx-file" });

describe("an ONNX file's head", () => {
  it("tells versions and domains, whatever stands between them", () => {
    const producer = field(2, [...Buffer.from("pytorch")]);
    const fixed = [9 * 8 + 1, 0, 0, 0, 0, 0, 0, 0, 0, 10 * 8 + 5, 0, 0, 0, 0];
    const header = read(IR_VERSION_8, producer, GRAPH, fixed, opset(17), opset(2, "ai.onnx.ml"));
    expect(header.irVersion).toBe(8);
    expect([...header.opsets]).toEqual([
      ["", 17],
      ["ai.onnx.ml", 2],
    ]);
    expect(read(IR_VERSION_8, GRAPH, opset(13, "ai.onnx")).opsets.get("")).toBe(13);
  });

  it.each([
    ["nothing", []],
    ["no graph", [IR_VERSION_8, opset(17)]],
    ["no operator set", [IR_VERSION_8, GRAPH]],
    ["no version", [GRAPH, opset(17)]],
    ["a graph cut short", [IR_VERSION_8, opset(17), GRAPH.slice(0, 100)]],
    ["a JPEG", [[0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46]]],
    [
      "too many operator sets",
      [IR_VERSION_8, GRAPH, ...Array.from({ length: 33 }, (_, index) => opset(1, `domain${index}`))],
    ],
    [
      "a domain without end",
      [
        IR_VERSION_8,
        GRAPH,
        field(8, [
          ...field(
            1,
            Array.from({ length: 201 }, () => 97),
          ),
          0x10,
          1,
        ]),
      ],
    ],
  ])("refuses %s", (_, parts) => {
    expect(() => read(...parts)).toThrow(refused);
  });

  it("never throws anything else, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(["read", "models/bad-onnx-file"]).toContain(outcome(bytes));
      }),
      { numRuns: 10_000 },
    );
  });

  it("refuses every file cut short", () => {
    const bytes = Uint8Array.from([IR_VERSION_8, opset(17), GRAPH].flat());
    expect(readOnnxHeader(bytes).opsets.get("")).toBe(17);
    for (let end = 0; end < bytes.length; end += 1)
      expect(() => readOnnxHeader(bytes.subarray(0, end))).toThrow(refused);
  });
});

function outcome(bytes: Uint8Array): string {
  try {
    readOnnxHeader(bytes);
    return "read";
  } catch (error) {
    return error instanceof ModelError ? error.code : String(error);
  }
}
