/** How the fleet speaks with its gateways, whichever broker is between them. At least once; QoS 1 both ways. */
export interface FleetBus extends AsyncDisposable {
  /** Where gateways connect. */
  readonly url: string;
  /** Where gateways with certificates connect, if we listen for them ourselves. */
  readonly securedUrl: string | undefined;
  readonly isConnected: boolean;
  /** Looks again at who is connected with a certificate, and lets go whose was revoked. Another broker's are its own. */
  readonly letGoRevoked: (gatewayIds: readonly string[] | "all") => Promise<void>;
  /**
   * Hands a message to the broker. A gateway that is not connected never gets it: nothing waits in a queue for it.
   *
   * @throws BrokerError `broker/not-connected`.
   */
  readonly publish: (topic: string, payload: Buffer) => Promise<void>;
}

/** Hands an answer to the broker the question came from. */
export type Publish = FleetBus["publish"];

/** Called for each message a gateway sends, in the order of each gateway. Returns at once and never throws. */
export type OnUplink = (topic: string, payload: Buffer, reply: Publish) => void;
