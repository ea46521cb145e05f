/**
 * | code | when |
 * | --- | --- |
 * | `sl651/bad-settings` | a setting does not fit |
 * | `sl651/station-taken` | another device of the site has this station address on the same listener |
 * | `sl651/bad-frame` | something is too long, or of the wrong digits, to be sent in a frame |
 */
export type Sl651ErrorCode = "sl651/bad-settings" | "sl651/station-taken" | "sl651/bad-frame";

/** An SL 651 operation failed. Branch on `code`, never on `message`. */
export class Sl651Error extends Error {
  override readonly name = "Sl651Error";
  readonly code: Sl651ErrorCode;

  constructor(code: Sl651ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
