/**
 * | code | when |
 * | --- | --- |
 * | `link/down` | there is no connection now, or it was lost during the exchange |
 * | `link/busy` | as many exchanges wait for the line as may wait |
 * | `link/timeout` | no byte came, or none could be sent, within the time given |
 * | `link/closed` | the link was disposed |
 * | `link/taken` | another protocol has this listener |
 */
export type LinkErrorCode = "link/down" | "link/busy" | "link/timeout" | "link/closed" | "link/taken";

/** A line could not carry an exchange. Branch on `code`, never on `message`. */
export class LinkError extends Error {
  override readonly name = "LinkError";
  readonly code: LinkErrorCode;

  constructor(code: LinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
