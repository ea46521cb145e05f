/**
 * | code | when |
 * | --- | --- |
 * | `broker/listen` | the embedded broker cannot listen on its address |
 * | `broker/connect` | the external broker cannot be reached or refuses us |
 * | `broker/not-connected` | a message cannot be sent now: the connection to the broker is down, or it is closing |
 */
export type BrokerErrorCode = "broker/listen" | "broker/connect" | "broker/not-connected";

/** The broker could not be opened, or a message not be handed to it. Branch on `code`, never on `message`. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: BrokerErrorCode;

  constructor(code: BrokerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
