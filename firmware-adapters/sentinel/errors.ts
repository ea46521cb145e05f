/**
 * | code | when |
 * | --- | --- |
 * | `sentinel/bad-settings` | a setting does not fit, a public key is none, or two parts want one line for themselves |
 * | `sentinel/gate-failed` | the gate's relay did not take a command, or does not show what it was told |
 * | `sentinel/verifier-failed` | a verifier on the network could not be asked, or what it said is no answer |
 */
export type SentinelErrorCode = "sentinel/bad-settings" | "sentinel/gate-failed" | "sentinel/verifier-failed";

/** A doorway terminal could not do something. Branch on `code`, never on `message`. */
export class SentinelError extends Error {
  override readonly name = "SentinelError";
  readonly code: SentinelErrorCode;

  constructor(code: SentinelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
