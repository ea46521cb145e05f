import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, isIPv6, type Socket } from "node:net";

import type { Endpoint } from "../../simulation/listen.ts";
import { FrameParser, type Frame } from "../codec/frame-parser.ts";

export type Transport = "tcp" | "udp";

/** A panel's way to its receiver. What cannot be sent is lost: the panel says it again. */
export interface Carrier extends AsyncDisposable {
  readonly isConnected: boolean;
  send(bytes: Buffer): void;
}

/** What waits for a connection that is being made; more is lost. */
const MAX_WAITING_BYTES = 16_384;

/** Opens a way to a receiver, whether it is there or not. */
export function openCarrier(transport: Transport, to: Endpoint, onFrame: (frame: Frame) => void): Carrier {
  return transport === "tcp" ? new TcpCarrier(to, onFrame) : new UdpCarrier(to, onFrame);
}

/** Connects when there is something to say, and stays connected while the receiver lets it. */
class TcpCarrier implements Carrier {
  readonly #to: Endpoint;
  readonly #onFrame: (frame: Frame) => void;
  #socket: Socket | undefined;

  constructor(to: Endpoint, onFrame: (frame: Frame) => void) {
    this.#to = to;
    this.#onFrame = onFrame;
  }

  get isConnected(): boolean {
    return this.#socket?.readyState === "open";
  }

  send(bytes: Buffer): void {
    this.#socket ??= this.#connect();
    if (this.#socket.writableLength < MAX_WAITING_BYTES) this.#socket.write(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const socket = this.#socket;
    if (socket === undefined) return;
    const closed = once(socket, "close");
    socket.destroy();
    await closed;
  }

  #connect(): Socket {
    const socket = connect({ ...this.#to, noDelay: true });
    const parser = new FrameParser();
    const sink = { frame: this.#onFrame, rejected: () => undefined };
    socket.on("data", (bytes: Buffer) => parser.feed(bytes, sink));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    return socket;
  }
}

class UdpCarrier implements Carrier {
  readonly #to: Endpoint;
  readonly #socket;
  readonly isConnected = true;

  constructor(to: Endpoint, onFrame: (frame: Frame) => void) {
    this.#to = to;
    this.#socket = createSocket(isIPv6(to.host) ? "udp6" : "udp4");
    // That nobody listens there is told to the socket; the panel notices by itself.
    this.#socket.on("error", () => undefined);
    this.#socket.on("message", (bytes) => {
      new FrameParser().feed(bytes, { frame: onFrame, rejected: () => undefined });
    });
  }

  send(bytes: Buffer): void {
    this.#socket.send(bytes, this.#to.port, this.#to.host, () => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }
}
