import type { Log } from "@outpost/kernel/log.ts";
import { unreachable } from "@outpost/kernel/never.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { encodeMessage, parseMessage } from "@outpost/wire/message.ts";
import { documentMessage } from "@outpost/wire/site-exchange.ts";
import { downlinkTopic, type UplinkKind } from "@outpost/wire/topics.ts";
import { hello, notice, presence, reported } from "@outpost/wire/uplink.ts";

import { keepNewestAlarms } from "../alarms/alarm-rows.ts";
import type { Publish } from "../broker/bus.ts";
import { answerReported, keepDocument } from "../desired/deliver.ts";
import { announce } from "../store/changes.ts";
import { atomically } from "../store/database.ts";
import { greet, notePresence, noteReported, type GatewayDeps } from "./gateways.ts";

export interface SmallMessage {
  readonly gatewayId: string;
  readonly kind: Exclude<UplinkKind, "batch">;
  readonly payload: Buffer;
  readonly reply: Publish;
}

interface Chain {
  waiting: number;
  last: Promise<void>;
}

/**
 * Deals with everything but batches: one message after the other for each gateway, gateways side by side. A gateway
 * with too many waiting loses the newest; every one of them it says again by itself.
 */
export class SmallMessages implements AsyncDisposable {
  readonly #deps: GatewayDeps & { readonly log: Log };
  readonly #maxPerGateway: number;
  readonly #chains = new Map<string, Chain>();

  constructor(deps: GatewayDeps & { readonly log: Log }, maxPerGateway: number) {
    this.#deps = deps;
    this.#maxPerGateway = maxPerGateway;
  }

  push(message: SmallMessage): void {
    const { gatewayId } = message;
    const chain = this.#chains.get(gatewayId) ?? { waiting: 0, last: Promise.resolve() };
    if (chain.waiting >= this.#maxPerGateway) return;
    chain.waiting += 1;
    chain.last = this.#dealAfter(chain.last, chain, message);
    this.#chains.set(gatewayId, chain);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#chains.values()].map(async (chain) => await chain.last));
  }

  async #dealAfter(before: Promise<void>, chain: Chain, message: SmallMessage): Promise<void> {
    await before;
    await this.#deal(message);
    chain.waiting -= 1;
    if (chain.waiting === 0) this.#chains.delete(message.gatewayId);
  }

  /** Never rejects: what cannot be dealt with is said in the log, and the gateway will say it again. */
  async #deal({ gatewayId, kind, payload, reply }: SmallMessage): Promise<void> {
    const { pool, directory, log } = this.#deps;
    try {
      switch (kind) {
        case "hello": {
          const welcome = await greet(gatewayId, parseMessage(hello, payload), this.#deps);
          await reply(downlinkTopic(gatewayId, "welcome"), encodeMessage(welcome));
          return;
        }
        case "presence":
          return await notePresence(gatewayId, parseMessage(presence, payload), this.#deps);
        case "reported": {
          const said = parseMessage(reported, payload);
          await noteReported(gatewayId, said, this.#deps);
          if (said.document === undefined) return;
          const { gatewayNo } = await directory.gateway(gatewayId);
          return await answerReported({ gatewayId, gatewayNo }, said.document, { pool, publish: reply, log });
        }
        case "document": {
          const { gatewayNo } = await directory.gateway(gatewayId);
          return await keepDocument({ gatewayId, gatewayNo }, parseMessage(documentMessage, payload), pool);
        }
        case "notice": {
          const { alarm: record } = parseMessage(notice, payload);
          const { gatewayNo } = await directory.gateway(gatewayId);
          return await atomically(pool, async (client) => {
            await announce(client, { alarms: await keepNewestAlarms(client, [{ gatewayNo, record }]) });
          });
        }
        default:
          unreachable(kind);
      }
    } catch (error) {
      log.warn("a message could not be dealt with", { gateway: gatewayId, kind, reason: asError(error).message });
    }
  }
}
