import { describe, expect, it } from "vitest";

import { PERSON_REID, ULTRAFACE, YOLOX_NANO, YUNET } from "../testing/model-cases.ts";
import { manifestOf, type ModelCase } from "../testing/real-model.ts";
import { checkSession, type ReportedSession, type ReportedValue } from "./check-session.ts";

const value = (name: string, shape: readonly (number | string)[], type = "float32"): ReportedValue => ({
  name,
  isTensor: true,
  type,
  shape,
});
const session = (more: Partial<ReportedSession> = {}): ReportedSession => ({
  header: { irVersion: 7, opsets: new Map([["", 11]]) },
  inputs: [value("images", [1, 3, 416, 416])],
  outputs: [value("output", [1, 3_549, 85])],
  ...more,
});
const yolox = manifestOf(YOLOX_NANO);

describe("a session and its manifest", () => {
  it("fit where everything is as it says", () => {
    expect(checkSession(yolox, session())).toEqual([]);
  });

  it("fit where the file leaves lengths open, or says nothing of them", () => {
    const open = session({
      inputs: [value("images", ["batch", 3, "height", -1])],
      outputs: [value("output", []), value("another", [5])],
    });
    expect(checkSession(yolox, open)).toEqual([]);
  });

  it.each<[string, Partial<ReportedSession>, string]>([
    [
      "another operator set",
      { header: { irVersion: 7, opsets: new Map([["", 13]]) } },
      "opset: the file says 13, the manifest 11",
    ],
    [
      "none at all",
      { header: { irVersion: 7, opsets: new Map([["ai.onnx.ml", 2]]) } },
      "opset: the file says none, the manifest 11",
    ],
    [
      "operators of a stranger",
      {
        header: {
          irVersion: 7,
          opsets: new Map([
            ["", 11],
            ["mmdeploy", 1],
          ]),
        },
      },
      "opset: the file needs operators of mmdeploy, which the runtime does not bring",
    ],
    ["an input of another name", { inputs: [] }, "input images: the file has none of this name, but none"],
    [
      "another type",
      { inputs: [value("images", [1, 3, 416, 416], "uint8")] },
      "input images: its type is uint8, expected is float32",
    ],
    [
      "another size",
      { inputs: [value("images", [1, 3, 640, 640])] },
      "input images: its shape is [1, 3, 640, 640], expected is [1, 3, 416, 416]",
    ],
    [
      "another layout",
      { inputs: [value("images", [1, 416, 416, 3])] },
      "input images: its shape is [1, 416, 416, 3], expected is [1, 3, 416, 416]",
    ],
    [
      "another rank",
      { outputs: [value("output", [3_549, 85])] },
      "output output: its shape is [3549, 85], expected is [1, 3549, 85]",
    ],
    [
      "an output of another name",
      { outputs: [value("out", [1])] },
      "output output: the file has none of this name, but out",
    ],
    ["no tensor", { outputs: [{ name: "output", isTensor: false }] }, "output output: it is no tensor"],
    [
      "an input that nobody feeds",
      { inputs: [value("images", [1, 3, 416, 416]), value("scale_factor", [1, 2])] },
      "input scale_factor: the file wants it and the manifest does not feed it",
    ],
  ])("are refused for %s, with the reason", (_, more, reason) => {
    expect(checkSession(yolox, session(more))).toEqual([reason]);
  });

  it("say every reason at once", () => {
    expect(
      checkSession(yolox, session({ inputs: [], outputs: [], header: { irVersion: 7, opsets: new Map() } })),
    ).toHaveLength(3);
  });

  it("know the input's size as a second input of listed DETR exports", () => {
    const detr: ModelCase = {
      ...YOLOX_NANO,
      decoder: { kind: "detr", form: { form: "listed", labels: "labels", boxes: "boxes", scores: "scores" } },
    };
    const base = manifestOf(detr);
    const manifest = { ...base, inputs: [...base.inputs, { kind: "input-size", name: "orig_target_sizes" } as const] };
    const inputs = [value("images", [1, 3, 416, 416]), value("orig_target_sizes", [1, 2], "int64")];
    const outputs = [value("labels", [1, 300], "int64"), value("boxes", [1, 300, 4]), value("scores", [1, 300])];
    expect(checkSession(manifest, session({ inputs, outputs }))).toEqual([]);
    expect(checkSession(manifest, session({ inputs: inputs.slice(0, 1), outputs }))).toHaveLength(1);
  });

  it.each([
    [ULTRAFACE, [value("scores", [1, 4_420, 2]), value("boxes", [1, 4_420, 4])]],
    [YUNET, [value("loc", [1_076, 14]), value("conf", [1_076, 2]), value("iou", [1_076, 1])]],
    [PERSON_REID, [value("Identity:0", [1, 256])]],
  ])("knows the outputs of other decoders: $file", (one, outputs) => {
    const reasons = checkSession(manifestOf(one), session({ outputs }));
    expect(reasons.filter((reason) => reason.startsWith("output"))).toEqual([]);
  });
});
