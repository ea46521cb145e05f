import type { RawData, WebSocket } from "ws";

/** What may come from upstream before the station is in. */
const MAX_EARLY_BYTES = 256 * 1024;
const MAX_SHOWN = 120;

/** Takes one message; `isBinary` is how it was marked. */
export type OnMessage = (bytes: Buffer, isBinary: boolean) => void;

/** The socket to the central system upstream, and what came on it before anybody listened. */
export class Upstream {
  readonly socket: WebSocket;
  /** Whether the handshake was completed. */
  readonly opened: Promise<boolean>;
  readonly #closed = new AbortController();
  #early: { readonly bytes: Buffer; readonly isBinary: boolean }[] = [];
  #earlyBytes = 0;
  #onMessage: OnMessage | undefined;
  #error: string | undefined;
  #words = "no answer";

  constructor(socket: WebSocket) {
    this.socket = socket;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.opened = promise;
    socket.on("open", () => resolve(true));
    socket.on("error", (error) => (this.#error = shown(error.message)));
    socket.on("close", (code, reason) => {
      if (socket.protocol !== "") this.#words = shown(`closed with ${code} ${reason.toString()}`);
      resolve(false);
      this.#closed.abort();
    });
    socket.on("message", (data: RawData, isBinary) => {
      if (Buffer.isBuffer(data)) this.#take(data, isBinary);
    });
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** For people: the HTTP status, the TLS error, or upstream's own words. */
  get whyClosed(): string {
    return this.#error ?? this.#words;
  }

  /** Hands over what has come so far and whatever comes from now on. */
  listen(onMessage: OnMessage): void {
    this.#onMessage = onMessage;
    const early = this.#early;
    this.#early = [];
    for (const { bytes, isBinary } of early) onMessage(bytes, isBinary);
    this.socket.resume();
  }

  #take(bytes: Buffer, isBinary: boolean): void {
    if (this.#onMessage !== undefined) return this.#onMessage(bytes, isBinary);
    this.#early.push({ bytes, isBinary });
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > MAX_EARLY_BYTES) this.socket.pause();
  }
}

function shown(words: string): string {
  return words.trim().slice(0, MAX_SHOWN);
}
