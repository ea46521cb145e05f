import assert from "node:assert";
import type { Socket } from "node:net";

import type { LinkSettings } from "./settings.ts";

/** Higher goes first on a shared line: an alarm's actuator before an operator's command before a poll. */
export type LinkPriority = "alarm" | "command" | "poll";

/** A byte stream while one exchange owns it. */
export interface BytePort {
  /**
   * Sends bytes and waits until they have left this machine.
   *
   * @throws LinkError `link/down`, or `link/timeout` when the line does not take them.
   */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Gives what has arrived, or waits for the next bytes.
   *
   * @throws LinkError `link/timeout` after `timeoutMs`, `link/down` when the line is lost.
   */
  read(timeoutMs: number): Promise<Uint8Array>;
  /**
   * Throws away what arrives until the line has been silent for `quietMs`, counted from the last byte either way.
   *
   * @returns whether it fell silent before `withinMs` was over.
   */
  drain(quietMs: number, withinMs: number): Promise<boolean>;
  /** Gives this connection up: the link opens a new one. For lines that look alive and answer nobody. */
  drop(reason: string): void;
}

/** One TCP connection, for protocols whose client wants the socket itself. */
export interface TcpPort {
  readonly socket: Socket;
  /** Aborts when the connection is lost, with a LinkError `link/down` as its reason. */
  readonly lost: AbortSignal;
  /** As for a byte port. */
  drop(reason: string): void;
}

/** How a link stands, for the status page. */
export type LinkStatus = { readonly kind: "up" } | { readonly kind: "down"; readonly reason: string };

/** What links of every kind have in common. */
interface LinkBase<Kind extends LinkSettings["kind"]> extends AsyncDisposable {
  readonly id: string;
  readonly kind: Kind;
  readonly settings: Extract<LinkSettings, { readonly kind: Kind }>;
  readonly status: LinkStatus;
  /** What all devices of one protocol on this link share: made on first use, and lives as long as the link. */
  shared<T extends object>(kind: new () => T): T;
}

/** What byte lines and TCP endpoints have in common; `Port` is what an exchange gets to work with. */
export interface LinkOf<Kind extends LinkSettings["kind"], Port> extends LinkBase<Kind> {
  /**
   * Runs `work` as the only user of the line. Waiting exchanges go by priority, then first come, first served.
   *
   * An abort rejects at once; an exchange that has begun still keeps the line until it is over, so that its answer
   * cannot be taken for the next one's.
   *
   * @throws LinkError `link/down` while there is no connection, `link/busy` when too many wait already, `link/closed`.
   */
  exclusive<T>(priority: LinkPriority, signal: AbortSignal, work: (port: Port) => Promise<T>): Promise<T>;
}

export type ByteLink = LinkOf<"serial" | "serial-server", BytePort>;
export type TcpLink = LinkOf<"tcp", TcpPort>;

/** One sender that has called a listener: a TCP connection, or the datagrams of one UDP address. */
export interface Peer {
  /** Host and port, for the log. */
  readonly address: string;
  /** Aborts when the sender has gone or was dropped. */
  readonly gone: AbortSignal;
  /** Sends bytes, without waiting. A peer that does not take them is dropped. */
  send(bytes: Uint8Array): void;
  drop(reason: string): void;
}

/** A port that devices call. The listener listens again by itself where the port was taken. */
export interface ListenerLink extends LinkBase<"listener"> {
  /** The port really taken; undefined while it is not listening. */
  readonly port: number | undefined;
  /**
   * Takes the calls from now on. One protocol a listener; with none, callers are hung up on.
   *
   * @param onPeer  called for each new sender; what it returns is given every byte of it, in order.
   * @returns what ends it: every peer is dropped.
   * @throws LinkError `link/taken` where another protocol has it.
   */
  serve(onPeer: (peer: Peer) => (bytes: Buffer) => void): Disposable;
  /**
   * As `serve`, for protocols whose server wants the sockets themselves (HTTP). Over TLS they are TLS sockets whose
   * handshake is done. Silence is the protocol's to bound; the listener bounds how many there are, and TCP only.
   */
  serveSockets(onSocket: (socket: Socket) => void): Disposable;
  /** Called at every change of `status`, and once at once. @returns what ends it. */
  onStatus(listener: (status: LinkStatus) => void): Disposable;
}

export interface MqttMessage {
  readonly topic: string;
  readonly payload: Buffer;
  /** The broker kept it: what was so before we came. */
  readonly isRetained: boolean;
  /** The broker is not sure that we have it: it may have been dealt with already (DUP). */
  readonly isSentAgain: boolean;
}

/** A session with a broker on the site. It connects again by itself, with back-off. */
export interface MqttLink extends LinkBase<"mqtt"> {
  /**
   * Subscribes at QoS 1 and stays subscribed over reconnects. The broker is told that a message has arrived (PUBACK)
   * only when `onMessage` has resolved; where it rejects or takes longer than 30 s, the connection is given up and the
   * broker sends it again. Each subscriber's messages come one at a time; nobody's wait for another's. What the broker
   * keeps for the filter comes to every subscriber of it, again each time one comes.
   */
  subscribe(filter: string, onMessage: (message: MqttMessage) => Promise<void> | void): Disposable;
  /** Publishes and waits until the broker has it (QoS 1). @throws LinkError `link/down`, `link/timeout` */
  publish(topic: string, payload: string, options: { readonly retain: boolean }, signal: AbortSignal): Promise<void>;
  /** Called at every change of `status`, and once at once. @returns what ends it. */
  onStatus(listener: (status: LinkStatus) => void): Disposable;
}

/**
 * One serial line, serial server, TCP endpoint, listening port or broker: one owner, however many devices are on it.
 * It keeps itself open with back-off; while a line is down every exchange fails at once with `link/down`.
 */
export type Link = ByteLink | TcpLink | ListenerLink | MqttLink;

/** Links of bytes and of TCP connections, which one exchange at a time may use. */
export type LineLink = ByteLink | TcpLink;

const OTHER = "the site check lets no device on a link that its family does not take";

/** The link as a byte line. Anything else is a bug: see `Family.links`. */
export function byteLink(link: Link | undefined): ByteLink {
  assert(link?.kind === "serial" || link?.kind === "serial-server", OTHER);
  return link;
}

/** The link as a byte line or TCP endpoint. */
export function lineLink(link: Link | undefined): LineLink {
  return link?.kind === "tcp" ? link : byteLink(link);
}

/** The link as a listening port. */
export function listenerLink(link: Link | undefined): ListenerLink {
  assert(link?.kind === "listener", OTHER);
  return link;
}

/** The link as a broker. */
export function mqttLink(link: Link | undefined): MqttLink {
  assert(link?.kind === "mqtt", OTHER);
  return link;
}
