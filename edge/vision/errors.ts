/**
 * | code | when |
 * | --- | --- |
 * | `vision/bad-message` | what came from another process breaks the framing, is too long or does not fit its schema |
 * | `vision/ended` | a process of vision ended or was ended while something was asked of it |
 * | `vision/hangs` | a model did not answer in time, and its process was ended |
 * | `vision/no-model` | an algorithm's model is not on this gateway |
 * | `vision/no-class` | a model has none of the classes that an algorithm looks for |
 * | `vision/no-picture` | there is no picture of that camera or of that time |
 * | `vision/no-space` | the evidence does not fit into its quota |
 * | `vision/refused` | what was asked for cannot be done now; the message says why |
 */
export type VisionErrorCode =
  | "vision/bad-message"
  | "vision/ended"
  | "vision/hangs"
  | "vision/no-model"
  | "vision/no-class"
  | "vision/no-picture"
  | "vision/no-space"
  | "vision/refused";

/** Something of vision failed. Branch on `code`, never on `message`. */
export class VisionError extends Error {
  override readonly name = "VisionError";
  readonly code: VisionErrorCode;

  constructor(code: VisionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
