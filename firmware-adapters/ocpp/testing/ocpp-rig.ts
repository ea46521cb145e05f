import { systemClock } from "@outpost/kernel/clock.ts";
import { freePort } from "@outpost/kernel/free-ports.ts";

import { deviations } from "../server/schemas.ts";
import type { OcppVersion } from "../words.ts";
import { rpcStation, type RPCClient } from "./rpc-station.ts";

export const HOST = "127.0.0.1";

/** A station in a test's hands: it calls again and again while it may, and answers what it is asked with yes. */
export class TestStation implements AsyncDisposable {
  readonly identity: string;
  readonly port: number;
  readonly version: OcppVersion;
  /** Everything it was asked, in order. */
  readonly asked: { readonly action: string; readonly payload: unknown }[] = [];
  /** In what our calls and answers were not of their schemas: nothing, if all is well. */
  readonly deviations: string[] = [];
  isAllowed = true;
  isMute = false;
  /** What it answers instead, by action: a payload, or one for each call. */
  readonly answers = new Map<string, object | ((payload: unknown) => object)>();
  #client: RPCClient | undefined;

  constructor(identity: string, port: number, version: OcppVersion) {
    this.identity = identity;
    this.port = port;
    this.version = version;
  }

  static async onFreePort(version: OcppVersion = "ocpp1.6"): Promise<TestStation> {
    return new TestStation("CP-1", await freePort(), version);
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
      protocols: [this.version],
    });
    client.handle(async ({ method = "", params }) => {
      if (this.isMute) await systemClock.sleep(60_000).catch(() => undefined);
      this.asked.push({ action: method, payload: params });
      this.deviations.push(...deviations(this.version, method, "req", params));
      const own = this.answers.get(method);
      if (own !== undefined) return { ...(typeof own === "function" ? own(params) : own) };
      return (this.version === "ocpp1.6" ? ANSWERS16 : ANSWERS201)[method]?.(params) ?? { status: "Accepted" };
    });
    await client.connect();
    this.#client = client;
    return client;
  }

  async call(action: string, payload: object): Promise<unknown> {
    const client = await this.connect();
    const answer: unknown = await client.call(action, payload);
    this.deviations.push(...deviations(this.version, action, "conf", answer));
    return answer;
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

type Answers = Readonly<Record<string, (payload: unknown) => Record<string, unknown>>>;

const ANSWERS16: Answers = {
  GetLocalListVersion: () => ({ listVersion: 0 }),
  GetConfiguration: () => ({ configurationKey: [] }),
  UnlockConnector: () => ({ status: "Unlocked" }),
};

const ANSWERS201: Answers = {
  GetLocalListVersion: () => ({ versionNumber: 0 }),
  UnlockConnector: () => ({ status: "Unlocked" }),
  GetTransactionStatus: () => ({ messagesInQueue: false }),
  SetVariables: (payload) => ({ setVariableResult: variablesOf(payload, "setVariableData").map(accepted) }),
  GetVariables: (payload) => ({
    getVariableResult: variablesOf(payload, "getVariableData").map((one) => ({
      ...accepted(one),
      attributeValue: "1",
    })),
  }),
};

function variablesOf(payload: unknown, list: string): readonly Record<string, unknown>[] {
  if (typeof payload !== "object" || payload === null) return [];
  const [, found]: readonly unknown[] = Object.entries(payload).find(([key]) => key === list) ?? [];
  return Array.isArray(found) ? found : [];
}

function accepted({ component, variable }: Record<string, unknown>): Record<string, unknown> {
  return { attributeStatus: "Accepted", component, variable };
}
