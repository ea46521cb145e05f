import type { Decoder } from "./decoder.ts";
import { channelCount, type ImageInput, type SizeInput } from "./input.ts";
import { outputNames } from "./outputs.ts";

interface Issue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Subject {
  readonly inputs: readonly (ImageInput | SizeInput)[];
  readonly decoder: Decoder;
  readonly classes: readonly { readonly id: string }[];
  readonly thresholds: { readonly scoreByClass: Readonly<Record<string, number>> };
}

/** What single fields cannot say: how the parts of a manifest must agree. */
export function manifestIssues(manifest: Subject): readonly Issue[] {
  const { inputs, decoder, classes } = manifest;
  const images = inputs.flatMap((input, index) => (input.kind === "image" ? [{ input, index }] : []));
  const issues: Issue[] = [...nameIssues(manifest), ...classIssues(manifest)];
  if (images.length !== 1) issues.push({ path: ["inputs"], message: "exactly one input is an image" });
  for (const { input, index } of images) {
    issues.push(...imageIssues(input, ["inputs", index]), ...gridIssues(decoder, input));
  }
  const wantsSize = decoder.kind === "detr" && decoder.form.form === "listed";
  if (!wantsSize && inputs.some((input) => input.kind === "input-size")) {
    issues.push({ path: ["inputs"], message: "only a listed detr decoder is fed the input's size" });
  }
  if (decoder.kind === "ctc") issues.push(...alphabetIssues(decoder));
  if (decoder.kind === "mask" && classes.length > 255) {
    issues.push({ path: ["classes"], message: "a mask has at most 255 classes" });
  }
  return issues;
}

function nameIssues({ inputs, decoder }: Subject): readonly Issue[] {
  const issues: Issue[] = [];
  if (new Set(inputs.map((input) => input.name)).size !== inputs.length) {
    issues.push({ path: ["inputs"], message: "two inputs have the same name" });
  }
  const outputs = outputNames(decoder);
  if (new Set(outputs).size !== outputs.length) {
    issues.push({ path: ["decoder"], message: "two outputs have the same name" });
  }
  return issues;
}

function classIssues({ decoder, classes, thresholds }: Subject): readonly Issue[] {
  const issues: Issue[] = [];
  const ids = new Set(classes.map((one) => one.id));
  if (ids.size !== classes.length) issues.push({ path: ["classes"], message: "two classes have the same id" });
  const isWithoutClasses = decoder.kind === "ctc" || decoder.kind === "embedding";
  if (isWithoutClasses && classes.length > 0) {
    issues.push({
      path: ["classes"],
      message: `${decoder.kind === "ctc" ? "a" : "an"} ${decoder.kind} decoder has no classes`,
    });
  }
  if (!isWithoutClasses && classes.length === 0) issues.push({ path: ["classes"], message: "at least one class" });
  if (decoder.kind === "yunet" && classes.length > 1) {
    issues.push({ path: ["classes"], message: "yunet knows one class" });
  }
  for (const id of Object.keys(thresholds.scoreByClass)) {
    if (!ids.has(id)) {
      issues.push({ path: ["thresholds", "scoreByClass", id], message: "no class has this id" });
    }
  }
  return issues;
}

function imageIssues(input: ImageInput, path: readonly (string | number)[]): readonly Issue[] {
  const issues: Issue[] = [];
  const channels = channelCount(input);
  const refuse = (field: string, length: number): void => {
    if (length === 1 || length === channels) return;
    issues.push({ path: [...path, field], message: `one number, or ${channels} for ${input.colourOrder}` });
  };
  refuse("mean", input.mean.length);
  refuse("std", input.std.length);
  if (input.resize.mode === "letterbox") refuse("resize", input.resize.padding.length);
  const isPlain = input.scale === 1 && input.mean.every((one) => one === 0) && input.std.every((one) => one === 1);
  if (input.dtype === "uint8" && !isPlain) {
    issues.push({ path: [...path, "dtype"], message: "a uint8 input is normalised in the graph, not before it" });
  }
  return issues;
}

function gridIssues(decoder: Decoder, input: ImageInput): readonly Issue[] {
  // NanoDet rounds its grids up and YuNet's priors round down, so only YOLOX asks for whole cells.
  if (decoder.kind !== "yolox") return [];
  return decoder.strides
    .filter((stride) => input.width % stride !== 0 || input.height % stride !== 0)
    .map((stride) => ({
      path: ["decoder", "strides"],
      message: `the input, ${input.width} × ${input.height}, is not a whole number of strides of ${stride}`,
    }));
}

function alphabetIssues(decoder: Extract<Decoder, { kind: "ctc" }>): readonly Issue[] {
  const issues: Issue[] = [];
  if (new Set(decoder.alphabet).size !== decoder.alphabet.length) {
    issues.push({ path: ["decoder", "alphabet"], message: "a character stands in it twice" });
  }
  if (decoder.minLength > decoder.maxLength) {
    issues.push({ path: ["decoder", "minLength"], message: "minLength is above maxLength" });
  }
  if (decoder.maxLength > decoder.steps) {
    issues.push({ path: ["decoder", "maxLength"], message: "a text cannot be longer than the steps" });
  }
  return issues;
}
