/**
 * | code | when |
 * | --- | --- |
 * | `locker/bad-settings` | a setting does not fit |
 * | `locker/timeout` | the board did not answer in time |
 * | `locker/bad-frame` | something came back, but no frame of any board |
 * | `locker/refused` | the board answered that it could not |
 * | `locker/unverified` | a late answer may still come that could not be told from a true one |
 * | `locker/line-conflict` | another device on this line has the same board, or speaks another protocol |
 */
export type LockerErrorCode =
  | "locker/bad-settings"
  | "locker/timeout"
  | "locker/bad-frame"
  | "locker/refused"
  | "locker/unverified"
  | "locker/line-conflict";

/** A lock board could not be configured, asked or told. Branch on `code`, never on `message`. */
export class LockerError extends Error {
  override readonly name = "LockerError";
  readonly code: LockerErrorCode;

  constructor(code: LockerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
