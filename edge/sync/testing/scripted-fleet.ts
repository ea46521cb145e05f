import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

import { parseBatch, type ReceivedRow } from "@outpost/wire/batch.ts";
import type { Received, Welcome } from "@outpost/wire/downlink.ts";
import { encodeMessage, parseMessage } from "@outpost/wire/message.ts";
import { documentMessage, type DocumentMessage } from "@outpost/wire/site-exchange.ts";
import { downlinkTopic, parseUplinkTopic, type DownlinkKind, type UplinkKind } from "@outpost/wire/topics.ts";
import {
  hello,
  notice,
  presence,
  reported,
  type BatchHeader,
  type Hello,
  type Reported,
} from "@outpost/wire/uplink.ts";
import { Aedes } from "aedes";

/** A batch as it came. */
export interface HeardBatch {
  readonly header: BatchHeader;
  readonly rows: readonly ReceivedRow[];
}

/** How the fleet answers; a test replaces what it wants otherwise. Undefined: no answer. */
export interface FleetScript {
  onHello: (heard: Hello) => Welcome["held"] | undefined;
  onBatch: (heard: HeardBatch) => Pick<Received, "intervals" | "conflicts"> | undefined;
}

/** A real broker with a fleet behind it that follows a script. Speaks the wire's own bytes. */
export class ScriptedFleet implements AsyncDisposable {
  readonly script: FleetScript = {
    onHello: () => [],
    onBatch: ({ rows }) => ({ intervals: rows.map((row) => [row.sequence, row.sequence]), conflicts: [] }),
  };
  readonly hellos: Hello[] = [];
  readonly batches: HeardBatch[] = [];
  /** Everything that came, by kind, in order. */
  readonly heard: UplinkKind[] = [];
  readonly presences: string[] = [];
  readonly documents: DocumentMessage[] = [];
  readonly reports: Reported[] = [];
  readonly #gatewayId: string;
  readonly #broker: Aedes;
  readonly #server: Server;

  private constructor(gatewayId: string, broker: Aedes, server: Server) {
    this.#gatewayId = gatewayId;
    this.#broker = broker;
    this.#server = server;
    broker.on("publish", (packet) => this.#hear(packet.topic, Buffer.from(packet.payload)));
  }

  static async open(gatewayId: string, port = 0): Promise<ScriptedFleet> {
    const broker = await Aedes.createBroker();
    const server = createServer(broker.handle);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new ScriptedFleet(gatewayId, broker, server);
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  /** Every row that came at least once, by number of its body. */
  get numbers(): number[] {
    return this.batches.flatMap(({ rows }) => rows.map((row) => Number(/"number":(\d+)/.exec(row.body)?.[1])));
  }

  say(kind: DownlinkKind, payload: object | Buffer): void {
    this.#broker.publish(
      {
        cmd: "publish",
        topic: downlinkTopic(this.#gatewayId, kind),
        payload: Buffer.isBuffer(payload) ? payload : encodeMessage(payload),
        qos: 1,
        dup: false,
        retain: false,
      },
      () => {},
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#broker.close(() => this.#server.close(() => resolve()));
    });
  }

  #hear(topic: string, payload: Buffer): void {
    const address = parseUplinkTopic(topic);
    if (address === undefined) return;
    this.heard.push(address.kind);
    if (address.kind === "hello") this.#greet(parseMessage(hello, payload));
    if (address.kind === "batch") this.#receive(parseBatch(payload));
    if (address.kind === "presence") this.presences.push(parseMessage(presence, payload).state);
    if (address.kind === "document") this.documents.push(parseMessage(documentMessage, payload));
    if (address.kind === "reported") this.reports.push(parseMessage(reported, payload));
    if (address.kind === "notice") parseMessage(notice, payload);
  }

  #greet(heard: Hello): void {
    this.hellos.push(heard);
    const held = this.script.onHello(heard);
    if (held !== undefined) this.say("welcome", { v: 1, session: heard.session, serverMs: 1_800_000_000_000, held });
  }

  #receive(heard: HeardBatch): void {
    this.batches.push(heard);
    const answer = this.script.onBatch(heard);
    const { epoch, stream } = heard.header;
    if (answer !== undefined) this.say("received", { v: 1, epoch, stream, ...answer });
  }
}
