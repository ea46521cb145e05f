/**
 * | code | when |
 * | --- | --- |
 * | `enrol/passphrase` | the passphrase is missing, too short, or not the one that the authority's key was sealed with |
 * | `enrol/authority` | the files of an authority from elsewhere cannot be used: not a chain to a root, another key, no CA |
 * | `enrol/bad-request` | a certificate request is none, is not signed with its own key, or asks for what we do not issue |
 * | `enrol/bad-file` | a file from a stick is none of ours, too large, or not signed by whom it says |
 * | `enrol/listen` | the listener for gateways cannot have its address |
 */
export type EnrolErrorCode =
  | "enrol/passphrase"
  | "enrol/authority"
  | "enrol/bad-request"
  | "enrol/bad-file"
  | "enrol/listen";

/** The authority could not be opened, or what came to it is not what it should be. Branch on `code`, never on `message`. */
export class EnrolError extends Error {
  override readonly name = "EnrolError";
  readonly code: EnrolErrorCode;

  constructor(code: EnrolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
