import type { ModelManifest } from "../manifest.ts";
import { channelCount, type ImageInput, type SizeInput } from "../manifest/input.ts";
import { expectedOutputs } from "../manifest/outputs.ts";
import type { OnnxHeader } from "./model-file.ts";

/** A session's input or output as ONNX Runtime reports it (`inputMetadata`, `outputMetadata`). */
export type ReportedValue =
  | { readonly name: string; readonly isTensor: false }
  | {
      readonly name: string;
      readonly isTensor: true;
      readonly type: string;
      /** A word stands for a length that the caller chooses; no dimension at all where the file does not say. */
      readonly shape: readonly (number | string)[];
    };

/** What is known of a model before its first run. */
export interface ReportedSession {
  readonly header: OnnxHeader;
  readonly inputs: readonly ReportedValue[];
  readonly outputs: readonly ReportedValue[];
}

/** The runtime brings these operator sets besides the standard one; another domain needs code that a gateway never loads. */
const RUNTIME_DOMAINS: ReadonlySet<string> = new Set(["", "ai.onnx.ml", "com.microsoft", "com.microsoft.nchwc"]);

interface Expected {
  readonly name: string;
  readonly dims: readonly (number | undefined)[];
  readonly dtypes: readonly string[];
}

/**
 * Compares a session with its manifest.
 *
 * A length that the file leaves open passes here: each decoder checks what really comes back.
 *
 * @returns every reason why the file is not the one the manifest describes; none where it fits.
 */
export function checkSession(manifest: ModelManifest, session: ReportedSession): readonly string[] {
  const image = manifest.inputs.find((input) => input.kind === "image");
  if (image === undefined) return ["the manifest has no image input"];
  const shape = { width: image.width, height: image.height, classCount: manifest.classes.length };
  const inputs = manifest.inputs.map(expectedInput);
  return [
    ...opsetReasons(manifest.opset, session.header),
    ...inputs.flatMap((one) => reasonsOf("input", one, session.inputs)),
    // An input that nobody feeds fails every run; an output that nobody reads costs nothing.
    ...session.inputs
      .filter(({ name }) => !inputs.some((one) => one.name === name))
      .map(({ name }) => `input ${name}: the file wants it and the manifest does not feed it`),
    ...expectedOutputs(manifest.decoder, shape).flatMap((one) => reasonsOf("output", one, session.outputs)),
  ];
}

function opsetReasons(opset: number, { opsets }: OnnxHeader): readonly string[] {
  const standard = opsets.get("");
  const reasons = [...opsets.keys()]
    .filter((domain) => !RUNTIME_DOMAINS.has(domain))
    .map((domain) => `opset: the file needs operators of ${domain}, which the runtime does not bring`);
  if (standard === opset) return reasons;
  return [`opset: the file says ${standard ?? "none"}, the manifest ${opset}`, ...reasons];
}

function expectedInput(input: ImageInput | SizeInput): Expected {
  if (input.kind === "input-size") return { name: input.name, dims: [1, 2], dtypes: ["int64"] };
  const { name, layout, dtype, width, height } = input;
  const channels = channelCount(input);
  const dims = layout === "NCHW" ? [1, channels, height, width] : [1, height, width, channels];
  return { name, dims, dtypes: [dtype] };
}

function reasonsOf(
  side: "input" | "output",
  expected: Expected,
  reported: readonly ReportedValue[],
): readonly string[] {
  const value = reported.find(({ name }) => name === expected.name);
  const what = `${side} ${expected.name}`;
  if (value === undefined) {
    return [`${what}: the file has none of this name, but ${reported.map(({ name }) => name).join(", ") || "none"}`];
  }
  if (!value.isTensor) return [`${what}: it is no tensor`];
  const reasons: string[] = [];
  if (!expected.dtypes.includes(value.type)) {
    reasons.push(`${what}: its type is ${value.type}, expected is ${expected.dtypes.join(" or ")}`);
  }
  if (!fits(expected.dims, value.shape)) {
    const wanted = expected.dims.map((dim) => dim ?? "any").join(", ");
    reasons.push(`${what}: its shape is [${value.shape.join(", ")}], expected is [${wanted}]`);
  }
  return reasons;
}

function fits(dims: readonly (number | undefined)[], shape: readonly (number | string)[]): boolean {
  if (shape.length === 0) return true;
  return (
    shape.length === dims.length &&
    dims.every((dim, axis) => {
      const given = shape[axis];
      // Older exports report an open length as −1.
      return dim === undefined || typeof given === "string" || given === -1 || given === dim;
    })
  );
}
