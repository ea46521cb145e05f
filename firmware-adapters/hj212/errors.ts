/**
 * | code | when |
 * | --- | --- |
 * | `hj212/bad-settings` | a setting does not fit |
 * | `hj212/station-taken` | another device of the site has this MN on the same listener |
 * | `hj212/bad-frame` | something is too long, or of the wrong characters, to be sent in a frame |
 */
export type Hj212ErrorCode = "hj212/bad-settings" | "hj212/station-taken" | "hj212/bad-frame";

/** An HJ 212 operation failed. Branch on `code`, never on `message`. */
export class Hj212Error extends Error {
  override readonly name = "Hj212Error";
  readonly code: Hj212ErrorCode;

  constructor(code: Hj212ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
