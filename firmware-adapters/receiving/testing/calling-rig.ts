import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { freePort } from "@outpost/kernel/free-ports.ts";

import type { Rig } from "../../conformance.ts";

/** What a device says that calls by itself, for the contract. */
export interface CallingDevice {
  readonly transport: "tcp" | "udp";
  readonly settings: object;
  readonly badSettings: Rig["badSettings"];
  /** A point that every message tells of … */
  readonly pointId: string;
  /** … and the one value that it ever has. */
  readonly value: number;
  /** The next message, another one each time. */
  message(): Buffer;
}

/** A device that keeps one way to the gateway, and says something whenever it is asked to. */
export async function callingRig(device: CallingDevice): Promise<Rig> {
  const { transport, settings, badSettings, pointId, value } = device;
  const port = await freePort();
  const makeWay = (): Way => (transport === "tcp" ? tcpWay(port) : udpWay(port));
  let way = makeWay();
  let isBroken = false;
  let isSilent = false;
  return {
    link: { id: "port", kind: "listener", transport, host: "127.0.0.1", port, maxPeers: 8, idleMs: 60_000 },
    settings,
    badSettings,
    pointId,
    isPossible: (seen) => seen === value,
    speak: async () => {
      if (!isBroken && !isSilent) await way.send(device.message());
    },
    breakLine: async () => {
      isBroken = true;
      await way.close();
    },
    mendLine: async () => {
      way = makeWay();
      isBroken = false;
    },
    fallSilent: () => {
      isSilent = true;
    },
    sendGarbage: (bytes) => way.send(bytes),
    [Symbol.asyncDispose]: () => way.close(),
  };
}

interface Way {
  send(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** One connection, made again where it was lost. */
function tcpWay(port: number): Way {
  let socket: Socket | undefined;
  const connected = async (): Promise<Socket> => {
    if (socket !== undefined && !socket.destroyed) return socket;
    const made = connect({ port, host: "127.0.0.1" });
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    made.once("connect", () => resolve(made));
    made.on("error", reject);
    // What we answer is read, and is no matter here.
    made.resume();
    socket = await promise;
    return socket;
  };
  return {
    send: async (bytes) => {
      (await connected()).write(bytes);
    },
    close: async () => {
      if (socket === undefined || socket.closed) return;
      const closed = once(socket, "close");
      socket.destroy();
      await closed;
    },
  };
}

function udpWay(port: number): Way {
  const socket = createSocket("udp4");
  // An answer of the kernel that nobody listens is no reason to end.
  socket.on("error", () => undefined);
  let isClosed = false;
  return {
    send: async (bytes) => {
      if (!isClosed) socket.send(bytes, port, "127.0.0.1");
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}
