/**
 * | code | when |
 * | --- | --- |
 * | `dc09/bad-settings` | a setting does not fit |
 * | `dc09/account-taken` | another device on this listener has the same account |
 */
export type Dc09ErrorCode = "dc09/bad-settings" | "dc09/account-taken";

/** A DC-09 account could not be served. Branch on `code`, never on `message`. */
export class Dc09Error extends Error {
  override readonly name = "Dc09Error";
  readonly code: Dc09ErrorCode;

  constructor(code: Dc09ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
