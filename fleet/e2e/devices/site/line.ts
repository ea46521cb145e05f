import { startTcpProxy, type LineEnd, type TcpProxy } from "../../../demo/control/tcp-proxy.ts";
import type { SimulatedDevice, Words } from "./simulated-devices.ts";

/** A device's line to the gateway, which can be made to fail and be listened to. */
export class Line implements AsyncDisposable {
  readonly id: string;
  readonly proxy: TcpProxy;
  readonly words: Words | undefined;
  readonly #deviceEnd: LineEnd;

  private constructor(device: SimulatedDevice, proxy: TcpProxy) {
    this.id = device.id;
    this.words = device.words;
    this.proxy = proxy;
    this.#deviceEnd = device.caller === "device" ? "near" : "far";
  }

  /** @param listeningPort  of whoever is called on this line; others call `port` instead. */
  static async open(device: SimulatedDevice, listeningPort: number, port: number): Promise<Line> {
    return new Line(device, await startTcpProxy(listeningPort, port));
  }

  /**
   * Calls `react` once, in the turn in which the device says something that is to be acknowledged, or is answered, and
   * before that goes on. @returns whether it came to that within `withinMs`.
   */
  async at(moment: "message" | "answer", react: () => void, withinMs: number): Promise<boolean> {
    const { words } = this;
    if (words === undefined) return false;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    let hasReacted = false;
    using _ = this.proxy.watch((bytes, from) => {
      const isFromDevice = from === this.#deviceEnd;
      if (isFromDevice !== (moment === "message")) return;
      if (!(moment === "message" ? words.isMessage(bytes) : words.isAnswer(bytes))) return;
      // Only the first: the next one may come before the watch ends.
      if (hasReacted) return;
      hasReacted = true;
      react();
      resolve(true);
    });
    const timer = setTimeout(() => resolve(false), withinMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy[Symbol.asyncDispose]();
  }
}
