import { once } from "node:events";
import type { Server } from "node:net";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { SimulatorError } from "./errors.ts";

export interface Endpoint {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** A listening socket. Disposing it closes it and every connection. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
}

/** Starts a server of any kind. @returns the port. @throws SimulatorError `simulator/cannot-listen`. */
export async function listenOn(server: Server, { host, port }: Endpoint, log: Log): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const { message } = asError(error);
    throw new SimulatorError("simulator/cannot-listen", `cannot listen on ${host} port ${port}: ${message}`, {
      cause: error,
    });
  }
  // From here on an error is a connection that cannot be accepted: the loss of its master, not of the device.
  server.on("error", (error) => log.warn("connection not accepted", { port, reason: error.message }));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}
