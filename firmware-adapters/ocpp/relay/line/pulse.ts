import type { WebSocket } from "ws";

/** Whether the other end of a socket is alive: pinged when it is silent, dead after two pings without any sign. */
export class Pulse {
  readonly #socket: WebSocket;
  readonly #everyMs: number;
  #heardAtMs: number;
  #pingedAtMs: number;

  constructor(socket: WebSocket, everyMs: number, nowMs: number) {
    this.#socket = socket;
    this.#everyMs = everyMs;
    this.#heardAtMs = nowMs;
    this.#pingedAtMs = nowMs;
  }

  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  /** To be called every second or so. @returns whether it is dead. */
  isDead(nowMs: number): boolean {
    // While we do not read it, it cannot be heard.
    if (this.#socket.isPaused) this.#heardAtMs = nowMs;
    const silentMs = nowMs - this.#heardAtMs;
    if (silentMs < this.#everyMs || nowMs - this.#pingedAtMs < this.#everyMs) return silentMs > 3 * this.#everyMs;
    this.#pingedAtMs = nowMs;
    this.#socket.ping();
    return silentMs > 3 * this.#everyMs;
  }
}
