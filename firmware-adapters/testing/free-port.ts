import { once } from "node:events";
import { createServer } from "node:net";

/** A TCP port of loopback that nobody listens on. It is not reserved: take it at once. */
export async function freeTcpPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await once(server.close(), "close");
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has an address");
  return address.port;
}
