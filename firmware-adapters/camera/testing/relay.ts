import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";

/** A way to a server that can send bytes in its place. */
export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** Answers the next connection with these bytes instead, and ends it. */
  sendGarbage(bytes: Buffer): void;
}

const MAX_GARBAGE = 4;

export async function relayTo(target: number, port = 0): Promise<Relay> {
  const garbage: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const bytes = garbage.shift();
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    if (bytes !== undefined) {
      socket.end(bytes);
      return;
    }
    const onward = connect(target, "127.0.0.1");
    sockets.add(onward);
    onward.on("close", () => sockets.delete(onward));
    // Either side may go away at any time; the other one goes with it.
    Promise.all([pipeline(socket, onward), pipeline(onward, socket)]).catch(() => {
      socket.destroy();
      onward.destroy();
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    sendGarbage(bytes) {
      if (garbage.length < MAX_GARBAGE) garbage.push(bytes);
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
