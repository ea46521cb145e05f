/**
 * | code | when |
 * | --- | --- |
 * | `models/bad-manifest` | a manifest does not fit its schema; the message names the path |
 * | `models/bad-algorithm` | an algorithm package does not fit its schema; the message names the path |
 * | `models/bad-onnx-file` | bytes that should be an ONNX file are not, or are cut short |
 * | `models/wrong-file` | the weights are missing, or of another length or digest than the manifest says |
 * | `models/does-not-fit` | the file's operator set, inputs or outputs are not the manifest's; every reason is named |
 * | `models/unrunnable` | the runtime refuses the file: an unknown operator, a broken graph, a failed run |
 * | `models/golden-differs` | on its golden pictures the model does not find what it found when it was packaged |
 * | `models/bad-picture` | a camera's picture cannot be decoded: cut short, no picture, too large |
 * | `models/bad-image` | an image's bytes do not fit its width and height, or the size the plan asks for |
 * | `models/bad-tensor` | a model's output is missing, or of another type or shape than its manifest says |
 * | `models/not-finite` | a model's output contains NaN or an infinity: nothing in it may be believed |
 * | `models/bad-geometry` | a zone, a line or a ground plane cannot be used as drawn |
 * | `models/bad-data` | a training set is not in one of the layouts it may have; the message names file and line |
 * | `models/bad-scene` | a scene, structure or size was asked for that the renderer does not have |
 */
export type ModelErrorCode =
  | "models/bad-manifest"
  | "models/bad-algorithm"
  | "models/bad-onnx-file"
  | "models/wrong-file"
  | "models/does-not-fit"
  | "models/unrunnable"
  | "models/golden-differs"
  | "models/bad-picture"
  | "models/bad-image"
  | "models/bad-tensor"
  | "models/not-finite"
  | "models/bad-geometry"
  | "models/bad-data"
  | "models/bad-scene";

/** A model, its output or what is drawn on its pictures cannot be used. Branch on `code`, never on `message`. */
export class ModelError extends Error {
  override readonly name = "ModelError";
  readonly code: ModelErrorCode;

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
