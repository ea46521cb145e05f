import { randomBytes } from "node:crypto";

import { encodeBatch, type BatchRow } from "@outpost/wire/batch.ts";
import { busy, command, received, welcome, type Command, type Received, type Welcome } from "@outpost/wire/downlink.ts";
import { encodeMessage, parseMessage } from "@outpost/wire/message.ts";
import { desired, fetchDocument, type Desired } from "@outpost/wire/site-exchange.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import { downlinkFilter, parseDownlinkTopic, uplinkTopic, type UplinkKind } from "@outpost/wire/topics.ts";
import { connectAsync, type MqttClient } from "mqtt";

import { until } from "../../broker/testing/until.ts";

/** A random 128-bit id. */
export function hex128(): string {
  return randomBytes(16).toString("hex");
}

/** A gateway without a site: says over real MQTT exactly what it is told to, and keeps what the fleet answers. */
export class TestGateway implements AsyncDisposable {
  readonly id: string;
  readonly session = hex128();
  readonly received: Received[] = [];
  readonly commands: Command[] = [];
  readonly welcomes: Welcome[] = [];
  readonly desired: Desired[] = [];
  /** Digests of the documents that were asked for. */
  readonly fetches: string[] = [];
  busyCount = 0;
  readonly #client: MqttClient;

  private constructor(id: string, client: MqttClient) {
    this.id = id;
    this.#client = client;
    client.on("message", (topic, payload) => this.#take(topic, payload));
    client.on("error", () => {});
  }

  /** Connects and subscribes. */
  static async connect(url: string, id: string): Promise<TestGateway> {
    const client = await connectAsync(
      url,
      { clientId: id, protocolVersion: 4, clean: true, reconnectPeriod: 0 },
      false,
    );
    const gateway = new TestGateway(id, client);
    await client.subscribeAsync(downlinkFilter(id), { qos: 1 });
    return gateway;
  }

  async send(kind: UplinkKind, payload: Buffer | object): Promise<void> {
    const bytes = Buffer.isBuffer(payload) ? payload : encodeMessage(payload);
    await this.#client.publishAsync(uplinkTopic(this.id, kind), bytes, { qos: 1 });
  }

  /** Says hello with these epochs, the current one last, and waits for the welcome. */
  async hello(epochs: readonly string[]): Promise<Welcome> {
    const count = this.welcomes.length;
    await this.send("hello", {
      v: 1,
      session: this.session,
      bootId: "boot-1",
      agentVersion: "test",
      wallMs: Date.now(),
      clockConfidence: "plausible",
      epochs: epochs.map((epoch) => ({ epoch, nextSequences: {} })),
    });
    return await until(() => this.welcomes[count], "the fleet said welcome");
  }

  /** Sends a batch without waiting for its answer. */
  async batch(epoch: string, stream: Stream, rows: readonly BatchRow[], isReplay = false): Promise<void> {
    await this.send("batch", encodeBatch({ session: this.session, epoch, stream, isReplay }, rows));
  }

  /** Sends a batch and waits for its answer. */
  async deliver(epoch: string, stream: Stream, rows: readonly BatchRow[], isReplay = false): Promise<Received> {
    const count = this.received.length;
    await this.batch(epoch, stream, rows, isReplay);
    return await until(() => this.received[count], "the fleet answered the batch");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.endAsync(true);
  }

  #take(topic: string, payload: Buffer): void {
    switch (parseDownlinkTopic(topic)?.kind) {
      case "welcome":
        this.welcomes.push(parseMessage(welcome, payload));
        return;
      case "received":
        this.received.push(parseMessage(received, payload));
        return;
      case "command":
        this.commands.push(parseMessage(command, payload));
        return;
      case "busy":
        parseMessage(busy, payload);
        this.busyCount += 1;
        return;
      case "desired":
        this.desired.push(parseMessage(desired, payload));
        return;
      case "fetch":
        this.fetches.push(parseMessage(fetchDocument, payload).digest);
        return;
      case "decommission":
      case undefined:
        throw new Error(`a message on ${topic}`);
    }
  }
}
