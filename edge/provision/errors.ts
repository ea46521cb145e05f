/**
 * | code | when |
 * | --- | --- |
 * | `provision/unreachable` | nobody answers at the fleet's address, or not in time |
 * | `provision/not-our-fleet` | who answers cannot prove to be the fleet we trust |
 * | `provision/bad-answer` | the fleet answers, but not what was asked for: garbage, too much, another's certificate |
 * | `provision/store` | the identity cannot be read or written |
 */
export type ProvisionErrorCode =
  | "provision/unreachable"
  | "provision/not-our-fleet"
  | "provision/bad-answer"
  | "provision/store";

/** The fleet could not be asked, or the identity not be kept. Branch on `code`, never on `message`. */
export class ProvisionError extends Error {
  override readonly name = "ProvisionError";
  readonly code: ProvisionErrorCode;

  constructor(code: ProvisionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
