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

/** What byte lines and TCP endpoints have in common; `Port` is what an exchange gets to work with. */
export interface LinkOf<Kind extends LinkSettings["kind"], Port> extends AsyncDisposable {
  readonly id: string;
  readonly kind: Kind;
  readonly settings: Extract<LinkSettings, { readonly kind: Kind }>;
  readonly status: LinkStatus;
  /**
   * Runs `work` as the only user of the line. Waiting exchanges go by priority, then first come, first served.
   *
   * An abort rejects at once; an exchange that has begun still keeps the line until it is over, so that its answer
   * cannot be taken for the next one's.
   *
   * @throws LinkError `link/down` while there is no connection, `link/busy` when too many wait already, `link/closed`.
   */
  exclusive<T>(priority: LinkPriority, signal: AbortSignal, work: (port: Port) => Promise<T>): Promise<T>;
  /** What all devices of one protocol on this link share: made on first use, and lives as long as the link. */
  shared<T extends object>(kind: new () => T): T;
}

export type ByteLink = LinkOf<"serial" | "serial-server", BytePort>;
export type TcpLink = LinkOf<"tcp", TcpPort>;

/**
 * One serial line, serial server or TCP endpoint: one owner, one mutex, one schedule, however many devices are on it.
 * It keeps itself open with back-off; while it is down every exchange fails at once with `link/down`.
 */
export type Link = ByteLink | TcpLink;
