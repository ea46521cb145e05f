/**
 * | code | when |
 * | --- | --- |
 * | `ocpp/bad-settings` | the settings of a charge point or charging site do not fit |
 * | `ocpp/timeout` | the station did not answer in time |
 * | `ocpp/closed` | the station is not connected, or its connection ended before it answered |
 * | `ocpp/busy` | too many calls wait for this station already |
 * | `ocpp/refused` | the station answered with an error; `errorCode` says which |
 * | `ocpp/bad-answer` | the station's answer is not of its action's schema in anything we need |
 * | `ocpp/bad-call` | a call of ours is not of its action's schema: a bug |
 */
export type OcppErrorCode =
  | "ocpp/bad-settings"
  | "ocpp/timeout"
  | "ocpp/closed"
  | "ocpp/busy"
  | "ocpp/refused"
  | "ocpp/bad-answer"
  | "ocpp/bad-call";

/** An OCPP operation failed. Branch on `code` and `errorCode`, never on `message`. */
export class OcppError extends Error {
  override readonly name = "OcppError";
  readonly code: OcppErrorCode;
  /** The station's own word where it refused: NotSupported, InternalError, … */
  readonly errorCode: string | undefined;

  constructor(code: OcppErrorCode, message: string, options: ErrorOptions & { readonly errorCode?: string } = {}) {
    super(message, options);
    this.code = code;
    this.errorCode = options.errorCode;
  }
}
