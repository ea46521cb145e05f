import type { Socket } from "node:net";

import type { Peer } from "./link.ts";
import type { LinkSettings } from "./settings.ts";

export type ListenerSettings = Extract<LinkSettings, { readonly kind: "listener" }>;
export type OnPeer = (peer: Peer) => (bytes: Buffer) => void;

/** Whoever serves the port: given peers, or over TCP the sockets themselves. */
export type Server =
  | { readonly kind: "peers"; readonly onPeer: OnPeer }
  | { readonly kind: "sockets"; readonly onSocket: (socket: Socket) => void };

/** A bound socket with everybody who has called it. `failed` resolves with why it stopped listening by itself. */
export interface Listening extends AsyncDisposable {
  readonly port: number;
  readonly failed: Promise<Error>;
  /** Hangs up on everybody; the socket goes on listening. */
  dropPeers(reason: string): void;
}
