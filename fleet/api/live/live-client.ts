import type { Writable } from "node:stream";

import type { LiveEventName, LiveEvents } from "../schemas.ts";

/** A reader with more than this unread is too slow: events are left out until it has caught up. */
export const MAX_UNREAD_BYTES = 1024 * 1024;

/** One browser's stream of server-sent events, bounded in memory. */
export class LiveClient {
  readonly #output: Writable;
  #hasMissed = false;

  constructor(output: Writable) {
    this.#output = output;
    output.on("drain", () => this.#catchUp());
  }

  /** Sends an event, or leaves it out where the reader is too slow; it is told to read anew when it has caught up. */
  send<Name extends LiveEventName>(name: Name, data: LiveEvents[Name]): void {
    if (this.#output.writableLength > MAX_UNREAD_BYTES) this.#hasMissed = true;
    if (!this.#hasMissed) this.#write(name, data);
  }

  /** A comment now and then shows both ends and everything between them that the stream is alive. */
  beat(): void {
    if (this.#output.writableLength <= MAX_UNREAD_BYTES) this.#output.write(": still here\n\n");
  }

  /** Whether events have been left out and the reader has not caught up since. */
  get isBehind(): boolean {
    return this.#hasMissed;
  }

  close(): void {
    this.#output.destroy();
  }

  #catchUp(): void {
    if (!this.#hasMissed) return;
    this.#hasMissed = false;
    this.#write("resync", { reason: "slow-reader" });
  }

  #write<Name extends LiveEventName>(name: Name, data: LiveEvents[Name]): void {
    this.#output.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
