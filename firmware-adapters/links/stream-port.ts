import type { Duplex } from "node:stream";

import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "./errors.ts";
import type { BytePort } from "./link.ts";

/** Bytes kept while nobody reads. Beyond it the oldest go: no frame on a shared line is as long as this. */
const MAX_UNREAD_BYTES = 4_096;
/** A line that takes no bytes for so long is not a line: 256 bytes at 1200 baud need 2.4 s. */
const WRITE_TIMEOUT_MS = 5_000;

/** What a stream port needs of the stream it sits on. */
export interface StreamPortDeps {
  readonly clock: Clock;
  readonly lost: AbortSignal;
  readonly drop: (reason: string) => void;
  /** Resolves when what was written has left this machine. */
  flushed(): Promise<void>;
}

/** A byte port on a serial port's or socket's stream. One user at a time, as the line's mutex sees to. */
export class StreamPort implements BytePort {
  readonly #stream: Duplex;
  readonly #deps: StreamPortDeps;
  #unread: Buffer[] = [];
  #unreadBytes = 0;
  #lastByteAtMs: number;
  #wake: (() => void) | undefined;

  constructor(stream: Duplex, deps: StreamPortDeps) {
    this.#stream = stream;
    this.#deps = deps;
    // What was said before we listened is unknown: the line counts as silent from now on only.
    this.#lastByteAtMs = deps.clock.monotonicMs();
    stream.on("data", (bytes: Buffer) => this.#keep(bytes));
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#deps.lost.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#stream.write(bytes, (error) => (error == null ? resolve() : reject(error)));
    await this.#orLost(
      promise.then(() => this.#deps.flushed()),
      WRITE_TIMEOUT_MS,
      "the line takes no bytes",
    );
    this.#lastByteAtMs = this.#deps.clock.monotonicMs();
  }

  async read(timeoutMs: number): Promise<Uint8Array> {
    if (this.#unreadBytes === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      try {
        await this.#orLost(promise, timeoutMs, `no byte within ${Math.ceil(timeoutMs)} ms`);
      } finally {
        this.#wake = undefined;
      }
    }
    return this.#takeUnread();
  }

  async drain(quietMs: number, withinMs: number): Promise<boolean> {
    const endMs = this.#deps.clock.monotonicMs() + withinMs;
    for (;;) {
      this.#takeUnread();
      this.#deps.lost.throwIfAborted();
      const nowMs = this.#deps.clock.monotonicMs();
      const quietAtMs = this.#lastByteAtMs + quietMs;
      if (nowMs >= quietAtMs) return true;
      if (nowMs >= endMs) return false;
      await this.#deps.clock.sleep(Math.ceil(Math.min(quietAtMs, endMs) - nowMs), this.#deps.lost);
    }
  }

  drop(reason: string): void {
    this.#deps.drop(reason);
  }

  #keep(bytes: Buffer): void {
    this.#lastByteAtMs = this.#deps.clock.monotonicMs();
    this.#unread.push(bytes);
    this.#unreadBytes += bytes.length;
    if (this.#unreadBytes > MAX_UNREAD_BYTES) {
      const last = Buffer.concat(this.#unread).subarray(-MAX_UNREAD_BYTES);
      this.#unread = [last];
      this.#unreadBytes = last.length;
    }
    this.#wake?.();
  }

  #takeUnread(): Uint8Array {
    const bytes = Buffer.concat(this.#unread);
    this.#unread = [];
    this.#unreadBytes = 0;
    return bytes;
  }

  async #orLost(work: Promise<void>, timeoutMs: number, late: string): Promise<void> {
    const { lost } = this.#deps;
    lost.throwIfAborted();
    const { promise, reject } = Promise.withResolvers<never>();
    const onLost = (): void => reject(lost.reason);
    const timer = setTimeout(() => reject(new LinkError("link/timeout", late)), timeoutMs);
    lost.addEventListener("abort", onLost, { once: true });
    try {
      await Promise.race([work, promise]);
    } catch (error) {
      // A stream's own complaint and the loss of the line are one event; which is told first is chance.
      lost.throwIfAborted();
      throw error instanceof LinkError ? error : new LinkError("link/down", String(error), { cause: error });
    } finally {
      clearTimeout(timer);
      lost.removeEventListener("abort", onLost);
    }
  }
}
