/**
 * | code | when |
 * | --- | --- |
 * | `sign/bad-settings` | a setting does not fit, or a text does not fit the panel |
 * | `sign/unreachable` | nobody answers at the sign's address, or the connection broke |
 * | `sign/timeout` | the sign did not answer in time |
 * | `sign/bad-frame` | what came is no state: no JSON, too long, a redirect, or without what it shows |
 * | `sign/refused` | the sign does not take this request, now or later |
 * | `sign/busy` | the sign cannot take this request now |
 */
export type SignErrorCode =
  | "sign/bad-settings"
  | "sign/unreachable"
  | "sign/timeout"
  | "sign/bad-frame"
  | "sign/refused"
  | "sign/busy";

/** A sign could not be spoken to. Branch on `code`, never on `message`. */
export class SignError extends Error {
  override readonly name = "SignError";
  readonly code: SignErrorCode;

  constructor(code: SignErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
