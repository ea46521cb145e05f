import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { connect, type Socket } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import { eventually } from "../../testing/fake-deps.ts";
import type { ListenerLink, Peer } from "../link.ts";
import type { ListenerSettings } from "../listening.ts";
import { openLink } from "../open-link.ts";

export const HOST = "127.0.0.1";

/** A listening port, any free one unless said otherwise. */
export function openPort(settings: Partial<ListenerSettings> = {}): ListenerLink {
  const defaults: ListenerSettings = {
    id: "port",
    kind: "listener",
    transport: "tcp",
    host: HOST,
    port: 0,
    maxPeers: 8,
    idleMs: 60_000,
  };
  return openLink({ ...defaults, ...settings }, { clock: systemClock, log: silentLog });
}

/** The port it really has, as soon as it has one. */
export async function portOf(link: ListenerLink): Promise<number> {
  return await eventually("the listening port", () => link.port);
}

/** What one caller said, in our hands. */
export interface Heard {
  readonly peer: Peer;
  text: string;
}

/** Somebody who serves a port; disposing him lets it go. */
export interface Serving extends Disposable {
  readonly peers: readonly Heard[];
}

/** Serves a port: keeps what everybody says and answers in capitals. */
export function serve(link: ListenerLink): Serving {
  return serveWith(link, (peer, words) => peer.send(Buffer.from(words.toUpperCase())));
}

/** Serves a port and answers nothing. */
export function serveSilently(link: ListenerLink): Serving {
  return serveWith(link, () => undefined);
}

function serveWith(link: ListenerLink, answer: (peer: Peer, words: string) => void): Serving {
  const peers: Heard[] = [];
  const serving = link.serve((peer) => {
    const heard: Heard = { peer, text: "" };
    peers.push(heard);
    return (bytes) => {
      const words = bytes.toString("latin1");
      heard.text += words;
      answer(peer, words);
    };
  });
  return { peers, [Symbol.dispose]: () => serving[Symbol.dispose]() };
}

/** A caller over TCP. */
export class Caller implements AsyncDisposable {
  readonly socket: Socket;
  text = "";
  isClosed = false;

  constructor(port: number) {
    this.socket = connect({ port, host: HOST, allowHalfOpen: true });
    this.socket.on("data", (bytes) => (this.text += bytes.toString("latin1")));
    this.socket.on("error", () => this.socket.destroy());
    this.socket.on("end", () => this.socket.destroy());
    this.socket.on("close", () => (this.isClosed = true));
  }

  static async call(port: number): Promise<Caller> {
    const caller = new Caller(port);
    await eventually("the connection", () => !caller.socket.connecting);
    return caller;
  }

  async ask(words: string): Promise<string> {
    const before = this.text.length;
    this.socket.write(words);
    return await eventually("the answer", () => this.text.length >= before + words.length && this.text.slice(before));
  }

  async untilClosed(): Promise<void> {
    await eventually("the hang-up", () => this.isClosed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.untilClosed();
  }
}

/** A caller over UDP. */
export class Datagrams implements AsyncDisposable {
  readonly #socket: UdpSocket = createSocket("udp4");
  readonly #port: number;
  readonly received: string[] = [];

  constructor(port: number) {
    this.#port = port;
    this.#socket.on("message", (bytes) => this.received.push(bytes.toString("latin1")));
  }

  send(words: string): void {
    this.#socket.send(words, this.#port, HOST);
  }

  /** Says it again until it is answered: datagrams may be lost. */
  async ask(words: string): Promise<string> {
    this.received.length = 0;
    return await eventually("an answer", () => {
      if (this.received.length === 0) this.send(words);
      return this.received[0];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
  }
}
