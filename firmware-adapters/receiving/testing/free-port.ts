import { once } from "node:events";
import { createServer } from "node:net";

/** A port that was free just now: for links whose port must be known before they are opened. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  server.close();
  await once(server, "close");
  return address.port;
}
