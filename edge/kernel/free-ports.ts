import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

const HOST = "127.0.0.1";
/**
 * Below the range from which Linux takes ports for connections and for port 0 (ip_local_port_range, 32768 and up): what is
 * found free here is not handed to a connection before it is listened on.
 */
const FIRST_PORT = 12_000;
const LAST_PORT = 32_000;
const MAX_TRIES = 100;

/**
 * TCP ports of loopback that nobody listens on, no two the same, drawn by chance. They are not reserved: take them at once.
 *
 * @throws Error where a hundred in a row are taken.
 */
export async function freePorts(count: number): Promise<number[]> {
  // All of them are held until the last is known, so that no port is found twice.
  const held = await Promise.all(Array.from({ length: count }, () => listenAnywhere()));
  await Promise.all(held.map(async ({ server }) => await once(server.close(), "close")));
  return held.map(({ port }) => port);
}

/** One such port. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

async function listenAnywhere(): Promise<{ readonly server: Server; readonly port: number }> {
  for (let tries = 1; ; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    const server = createServer().listen(port, HOST);
    try {
      await once(server, "listening");
      return { server, port };
    } catch (error) {
      if (tries >= MAX_TRIES) throw error;
    }
  }
}
