import { systemClock } from "@outpost/kernel/clock.ts";

import { freeTcpPort } from "../../testing/free-port.ts";
import { rpcStation, type RPCClient } from "./rpc-station.ts";

export const HOST = "127.0.0.1";

/** A station in a test's hands: it calls again and again while it may, and answers what it is asked with yes. */
export class TestStation implements AsyncDisposable {
  readonly identity: string;
  readonly port: number;
  /** Everything it was asked, in order. */
  readonly asked: { readonly action: string; readonly payload: unknown }[] = [];
  isAllowed = true;
  isMute = false;
  #client: RPCClient | undefined;

  constructor(identity: string, port: number) {
    this.identity = identity;
    this.port = port;
  }

  static async onFreePort(identity = "CP-1"): Promise<TestStation> {
    return new TestStation(identity, await freeTcpPort());
  }

  get isConnected(): boolean {
    return this.#client !== undefined && this.#client.state === 1;
  }

  /** Connects where it is not connected. */
  async connect(): Promise<RPCClient> {
    if (this.#client !== undefined && this.isConnected) return this.#client;
    if (!this.isAllowed) throw new Error("the line is broken");
    const client = rpcStation({
      endpoint: `ws://${HOST}:${this.port}`,
      identity: this.identity,
      protocols: ["ocpp1.6"],
    });
    client.handle(async ({ method = "", params }) => {
      if (this.isMute) await systemClock.sleep(60_000).catch(() => undefined);
      this.asked.push({ action: method, payload: params });
      return ANSWERS[method] ?? { status: "Accepted" };
    });
    await client.connect();
    this.#client = client;
    return client;
  }

  async call(action: string, payload: object): Promise<unknown> {
    const client = await this.connect();
    return await client.call(action, payload);
  }

  sendRaw(text: string): void {
    if (this.isConnected) this.#client?.sendRaw(text);
  }

  async hangUp(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.close({ force: true }).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isAllowed = false;
    await this.hangUp();
  }
}

const ANSWERS: Readonly<Record<string, Record<string, unknown>>> = {
  GetLocalListVersion: { listVersion: 0 },
  GetConfiguration: { configurationKey: [] },
  UnlockConnector: { status: "Unlocked" },
};
