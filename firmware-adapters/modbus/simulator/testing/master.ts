import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

/** A raw master for tests: it sends bytes and collects whatever comes back. */
export class Master implements Disposable {
  readonly #stream: Duplex;
  #received: Buffer = Buffer.alloc(0);
  /** How the line ended, once it has. */
  ended: "closed" | "reset" | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on("data", (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
    });
    stream.on("error", () => {
      this.ended = "reset";
    });
    stream.on("close", () => {
      this.ended ??= "closed";
    });
  }

  /** Connects to a port of this machine. */
  static async connect(port: number | undefined): Promise<Master> {
    if (port === undefined) throw new Error("the simulator does not listen there");
    const socket: Socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Master(socket);
  }

  send(bytes: Buffer): void {
    this.#stream.write(bytes);
  }

  /** Waits until `count` bytes have come and takes all there are, as hex. */
  async receive(count: number): Promise<string> {
    const stop = AbortSignal.timeout(10_000);
    while (this.#received.length < count) {
      if (this.ended !== undefined) throw new Error(`${this.ended} after ${this.#received.length} bytes`);
      await once(this.#stream, "data", { signal: stop });
    }
    return this.take();
  }

  /** Takes what has come so far, as hex. */
  take(): string {
    const hex = this.#received.toString("hex");
    this.#received = Buffer.alloc(0);
    return hex;
  }

  /** Waits for the other side to end the line. */
  async untilEnded(): Promise<"closed" | "reset"> {
    if (this.ended === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#stream.once("close", () => resolve());
      await promise;
    }
    return this.ended ?? "closed";
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
  }
}
