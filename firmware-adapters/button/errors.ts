/**
 * | code | when |
 * | --- | --- |
 * | `button/bad-settings` | a setting does not fit |
 * | `button/tool-missing` | a program that watches or drives lines is not installed, or may not be run |
 * | `button/tool-failed` | such a program ended by itself or complained |
 * | `button/tool-silent` | such a program did not answer in time |
 * | `button/bad-output` | such a program said something that it should not say |
 * | `button/no-such-line` | no chip has this label, or the chip no such line |
 */
export type ButtonErrorCode =
  | "button/bad-settings"
  | "button/tool-missing"
  | "button/tool-failed"
  | "button/tool-silent"
  | "button/bad-output"
  | "button/no-such-line";

/** A button cannot be set up or watched. Branch on `code`, never on `message`. */
export class ButtonError extends Error {
  override readonly name = "ButtonError";
  readonly code: ButtonErrorCode;

  constructor(code: ButtonErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
