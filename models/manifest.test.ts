import { describe, expect, it } from "vitest";

import { parseManifest } from "./manifest.ts";
import {
  DEEPLAB,
  LPRNET,
  MASKED_FACE,
  NANODET_M,
  PERSON_REID,
  ROAD_SEGMENTATION,
  ULTRAFACE,
  YOLOX_NANO,
  YUNET,
} from "./testing/model-cases.ts";
import { manifestOf } from "./testing/real-model.ts";

const good = manifestOf(YOLOX_NANO);
type Path = readonly (string | number)[];

/** The manifest with one value changed, or taken out where it is undefined. */
function changed(path: Path, value: unknown, base: unknown = good): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (Array.isArray(base)) return base.map((one, index) => (index === head ? changed(rest, value, one) : one));
  const entries = Object.entries(base ?? {}).filter(([key]) => key !== head);
  const inner = changed(rest, value, new Map(Object.entries(base ?? {})).get(String(head)));
  return Object.fromEntries(inner === undefined ? entries : [...entries, [head, inner]]);
}

describe("a manifest", () => {
  it.each([YOLOX_NANO, NANODET_M, ULTRAFACE, MASKED_FACE, YUNET, LPRNET, DEEPLAB, ROAD_SEGMENTATION, PERSON_REID])(
    "describes $file, and is the same after JSON",
    (one) => {
      const manifest = manifestOf(one);
      expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
    },
  );

  it("fills what is left out", () => {
    expect(good.thresholds).toEqual({
      score: 0.3,
      scoreByClass: {},
      nmsIou: 0.45,
      isNmsByClass: true,
      maxCandidates: 1_000,
      maxDetections: 300,
    });
    expect(good.inputs[0]).toMatchObject({
      scale: 1,
      mean: [0],
      std: [1],
      filter: "linear",
      resize: { padding: [114] },
    });
  });

  it.each<[string, Path, unknown]>([
    ["name", ["name"], "../escape"],
    ["version", ["version"], "1.0"],
    ["file.name", ["file", "name"], "a/b.onnx"],
    ["file.sha256", ["file", "sha256"], "A".repeat(64)],
    ["file.bytes", ["file", "bytes"], 256 * 1024 * 1024 + 1],
    ["opset", ["opset"], 6],
    ["inputs[0].width", ["inputs", 0, "width"], 2_049],
    ["inputs[0].std[0]", ["inputs", 0, "std"], [0]],
    ["inputs[0].colourOrder", ["inputs", 0, "colourOrder"], "GBR"],
    ["inputs[0].resize.padding[0]", ["inputs", 0, "resize", "padding"], [256]],
    ["inputs[0].mean", ["inputs", 0, "mean"], [1, 2]],
    ["inputs[0].dtype", ["inputs", 0], { ...good.inputs[0], dtype: "uint8", mean: [1] }],
    ["inputs", ["inputs"], []],
    ["inputs", ["inputs"], [good.inputs[0], { ...good.inputs[0], name: "other" }]],
    ["inputs", ["inputs"], [good.inputs[0], { kind: "input-size", name: "size" }]],
    ["decoder.kind", ["decoder", "kind"], "yolov9"],
    ["decoder.strides", ["decoder", "strides"], [8, 16, 30]],
    ["decoder.strides[0]", ["decoder", "strides"], [0]],
    ["classes", ["classes"], []],
    ["classes", ["classes"], [good.classes[0], good.classes[0]]],
    ["classes[0].id", ["classes"], [{ id: "Person", zh: "人", en: "person" }]],
    ["thresholds.score", ["thresholds", "score"], 1.01],
    ["thresholds.nmsIou", ["thresholds", "nmsIou"], Number.NaN],
    ["thresholds.maxCandidates", ["thresholds", "maxCandidates"], 2_001],
    ["thresholds.scoreByClass.ghost", ["thresholds", "scoreByClass"], { ghost: 0.5 }],
    ["licence.spdx", ["licence", "spdx"], ""],
    ["grade", ["grade"], "excellent"],
    ["resources.cpuMsPerRun", ["resources", "cpuMsPerRun"], 0],
    ["provenance", ["provenance"], undefined],
    ["format", ["format"], 2],
  ])("says that %s is wrong", (where, path, value) => {
    expect(() => parseManifest(changed(path, value))).toThrow(expect.objectContaining({ code: "models/bad-manifest" }));
    expect(() => parseManifest(changed(path, value))).toThrow(where === "decoder.kind" ? "decoder" : where);
  });

  it("takes no key that it does not know", () => {
    expect(() => parseManifest({ ...good, colour: "blue" })).toThrow('Unrecognized key: "colour"');
    expect(() => parseManifest(changed(["decoder"], { ...good.decoder, nms: 1 }))).toThrow('Unrecognized key: "nms"');
  });

  it.each([null, 5, "manifest", []])("is no %o", (raw) => {
    expect(() => parseManifest(raw)).toThrow(expect.objectContaining({ code: "models/bad-manifest" }));
  });

  it("takes one decoder's outputs by different names only", () => {
    const face = manifestOf(ULTRAFACE);
    expect(() => parseManifest({ ...face, decoder: { kind: "ultraface", scores: "a", boxes: "a" } })).toThrow(
      "two outputs have the same name",
    );
  });

  it.each([
    ["a character twice", { alphabet: ["A", "A"] }, "a character stands in it twice"],
    ["a text longer than the steps", { maxLength: 19 }, "a text cannot be longer than the steps"],
    ["lengths the wrong way round", { minLength: 9 }, "minLength is above maxLength"],
  ])("refuses a reader with %s", (_, more, reason) => {
    const reader = manifestOf(LPRNET);
    expect(() => parseManifest({ ...reader, decoder: { ...reader.decoder, ...more } })).toThrow(reason);
  });

  it("gives readers and vectors no classes, and YuNet one", () => {
    const classes = [{ id: "a", zh: "甲", en: "a" }];
    expect(() => parseManifest({ ...manifestOf(LPRNET), classes })).toThrow("a ctc decoder has no classes");
    expect(() => parseManifest({ ...manifestOf(PERSON_REID), classes })).toThrow("an embedding decoder has no classes");
    expect(() =>
      parseManifest({ ...manifestOf(YUNET), classes: [...classes, { id: "b", zh: "乙", en: "b" }] }),
    ).toThrow("yunet knows one class");
  });
});
