import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";

const HOST = "127.0.0.1";

/** TCP ports of loopback that nobody listens on, no two the same. They are not reserved: take them at once. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, HOST));
  // All of them are held until the last is known: a port given back may be handed out again.
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => {
    const address = server.address();
    assert(typeof address === "object" && address !== null, "a TCP server has an address");
    return address.port;
  });
  await Promise.all(servers.map(async (server) => await once(server.close(), "close")));
  return ports;
}

/** One such port. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  assert(port !== undefined, "one port was asked for");
  return port;
}
