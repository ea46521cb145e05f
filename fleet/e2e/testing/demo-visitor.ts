import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { chargingPage, type ChargingTransaction } from "../../api/charging-schemas.ts";
import {
  alarmPage,
  command,
  demoSite,
  device,
  type Command,
  type DemoSimulator,
  type DemoSite,
} from "../../api/schemas.ts";
import { GATEWAY_ID } from "../../demo/site/site-file.ts";

const LOOK_EVERY_MS = 200;
const LOOKS = 100;

/** Somebody at a demo's page: sees what it sees and does what its buttons do, through the fleet's API alone. */
export class DemoVisitor {
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Pulls a lever: `SIMULATOR/LEVER`. @throws Error where it is refused. */
  async pull(lever: string, body: object = {}): Promise<void> {
    await this.#ask(z.unknown(), `/api/demo/${lever}`, body);
  }

  /** The site as it really stands, and what one of its simulators says of itself. */
  async site(): Promise<DemoSite & { of(id: string): DemoSimulator["state"] }> {
    const site = await this.#ask(demoSite, "/api/demo");
    return { ...site, of: (id) => site.simulators.find((one) => one.id === id)?.state ?? null };
  }

  async onlineDevices(): Promise<number> {
    const devices = await this.#ask(z.array(device), `/api/gateways/${GATEWAY_ID}/devices`);
    return devices.filter(({ state }) => state === "online").length;
  }

  /** The rules whose alarms are open at the desk. */
  async openRules(): Promise<string[]> {
    const { alarms } = await this.#ask(alarmPage, "/api/alarms?state=open&limit=500");
    return alarms.map(({ ruleId }) => ruleId);
  }

  /** Charging sessions that the fleet knows of, the latest first. */
  async sessions(): Promise<readonly ChargingTransaction[]> {
    const { transactions } = await this.#ask(chargingPage, "/api/charging/transactions?limit=100");
    return transactions;
  }

  /** What stands on the gateway's own page, in Chinese. */
  async gatewayPage(): Promise<string> {
    const { gateway } = await this.site();
    return await (await fetch(`${gateway.pageUrl}/live?lang=zh`)).text();
  }

  /** Uses a pick-up code. @returns how that ended. */
  async redeem(pickUp: DemoSite["pickUpCode"]): Promise<Command> {
    if (pickUp === null) throw new Error("no parcel waits");
    const { deviceId, code } = pickUp;
    const order = { kind: "call", deviceId, methodId: "redeem-code", arguments: { code } };
    const sent = await this.#ask(command, "/api/commands", { gatewayId: GATEWAY_ID, actor: "visitor", order });
    for (let looks = 0; looks < LOOKS; looks += 1) {
      await delay(LOOK_EVERY_MS);
      const now = await this.#ask(command, `/api/commands/${sent.id}`);
      if (now.state !== "sent") return now;
    }
    throw new Error("no answer to the code");
  }

  async #ask<T>(schema: z.ZodType<T>, path: string, body?: object): Promise<T> {
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const answer = await fetch(this.#origin + path, body === undefined ? {} : post);
    const said: unknown = await answer.json();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(said).slice(0, 500)}`);
    return schema.parse(said);
  }
}
