import type { Clock } from "@outpost/kernel/clock.ts";
import type { WebSocket } from "ws";

/** A socket that has taken nothing for so long while something waits for it does not listen any more. */
const STUCK_MS = 30_000;

/** The way to one socket: what is sent leaves in order, and what has not left this machine is counted. */
export class Pipe {
  readonly #sink: WebSocket;
  readonly #clock: Clock;
  readonly #onTaken: () => void;
  #waitingBytes = 0;
  #takenAtMs = 0;

  /** @param onTaken  called whenever something has left. */
  constructor(sink: WebSocket, clock: Clock, onTaken: () => void) {
    this.#sink = sink;
    this.#clock = clock;
    this.#onTaken = onTaken;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Sends one message as it is. */
  send(bytes: Buffer, isBinary: boolean): void {
    if (this.#waitingBytes === 0) this.#takenAtMs = this.#clock.monotonicMs();
    this.#waitingBytes += bytes.length;
    // An error is the socket's end, which its `close` tells.
    this.#sink.send(bytes, { binary: isBinary }, () => {
      this.#waitingBytes -= bytes.length;
      this.#takenAtMs = this.#clock.monotonicMs();
      this.#onTaken();
    });
  }

  isStuck(nowMs: number): boolean {
    return this.#waitingBytes > 0 && nowMs - this.#takenAtMs > STUCK_MS;
  }
}
