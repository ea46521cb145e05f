import { createSocket } from "node:dgram";
import { connect } from "node:net";

import type { Endpoint } from "../listen.ts";

/** A way to the centre. */
export interface Line {
  send(bytes: Buffer): void;
  close(): void;
}

/** Calls the centre over TCP; `onClosed` when that is over, whoever ended it. */
export function callTcp({ host, port }: Endpoint, onBytes: (bytes: Buffer) => void, onClosed: () => void): Line {
  const socket = connect({ host, port, noDelay: true });
  socket.on("data", onBytes);
  // The reason does not matter here: whatever it was, the station calls again.
  socket.on("error", () => undefined);
  socket.on("close", onClosed);
  return {
    send: (bytes) => socket.write(bytes),
    close: () => socket.destroy(),
  };
}

/** Sends datagrams to the centre, always from the same port. */
export function callUdp({ host, port }: Endpoint, onBytes: (bytes: Buffer) => void, onClosed: () => void): Line {
  const socket = createSocket("udp4");
  let isOpen = true;
  socket.on("message", onBytes);
  // A datagram that nobody takes is one that was lost: it is sent again.
  socket.on("error", () => undefined);
  return {
    send: (bytes) => {
      if (isOpen) socket.send(bytes, port, host);
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      socket.close();
      onClosed();
    },
  };
}
