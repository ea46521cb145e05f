import { RPCClient } from "ocpp-rpc";

export type { RPCClient } from "ocpp-rpc";

/** The client of ocpp-rpc as a charge point, for tests that need a bare one. It does not come back by itself. */
export function rpcStation(options: {
  readonly endpoint: string;
  readonly identity: string;
  readonly protocols: readonly string[];
  readonly password?: string;
}): RPCClient {
  const all = { reconnect: false, callTimeoutMs: 5_000, ...options };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types say that every option must be given
  return new RPCClient(all as unknown as ConstructorParameters<typeof RPCClient>[0]);
}
