import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { freePorts } from "@outpost/kernel/free-ports.ts";

import { siteView, type SiteView } from "../../api/desired-schemas.ts";
import { problem, type Problem } from "../../api/schemas.ts";
import { startProgram } from "../../demo/child-process.ts";
import { startFleet } from "../fleet-process.ts";
import { GatewayProcess } from "../gateway-process.ts";
import { tripPump } from "../pump-panel.ts";
import { firstThat, isSirenOn, openAlarm } from "../sightings.ts";

export const GATEWAY_ID = "gateway-desired";
/** A busy machine takes that long to do what takes an idle one a second. */
const WITHIN_MS = 120_000;
const TEMPLATE = new URL("site.yaml", import.meta.url);

/** A fleet, a gateway and its pump station as processes; the desk's part is played over the API. */
export class DesiredSite implements AsyncDisposable {
  readonly gateway: GatewayProcess;
  /** What the site file says. */
  readonly text: string;
  readonly #started: AsyncDisposableStack;
  readonly #http: string;
  readonly #control: string;

  private constructor(
    own: { gateway: GatewayProcess; text: string; http: string; control: string },
    started: AsyncDisposableStack,
  ) {
    this.gateway = own.gateway;
    this.text = own.text;
    this.#http = own.http;
    this.#control = own.control;
    this.#started = started;
  }

  static async open(directory: string): Promise<DesiredSite> {
    await using started = new AsyncDisposableStack();
    const [http = 0, mqtt = 0, page = 0, modbus = 0, control = 0] = await freePorts(5);
    const fleet = await startFleet({ stateDirectory: join(directory, "fleet"), httpPort: http, mqttPort: mqtt });
    started.defer(async () => await fleet.stop());
    const pump = await startProgram({
      name: "pump-station",
      script: "firmware-adapters/modbus/simulator/main.ts",
      args: ["--tcp", `127.0.0.1:${modbus}`, "--control", `127.0.0.1:${control}`],
    });
    started.defer(async () => await pump.stop());
    const values = { MQTT_URL: `mqtt://127.0.0.1:${mqtt}`, STATUS_PORT: page, PUMP_STATION_PORT: modbus };
    let text = await readFile(TEMPLATE, "utf8");
    for (const [name, value] of Object.entries(values)) text = text.replaceAll(`\${${name}}`, String(value));
    const siteFile = join(directory, "site.yaml");
    await writeFile(siteFile, text);
    const stateDirectory = join(directory, "gateway");
    const gateway = new GatewayProcess({ siteFile, stateDirectory, statusPort: page });
    await gateway.start();
    started.defer(async () => await gateway.stop());
    const own = { gateway, text, http: `http://127.0.0.1:${http}`, control: `http://127.0.0.1:${control}` };
    return new DesiredSite(own, started.move());
  }

  async view(): Promise<SiteView> {
    return siteView.parse(await (await fetch(this.#at(""))).json());
  }

  /** Waits until the desk sees it so. */
  async until(what: string, fits: (view: SiteView) => boolean): Promise<SiteView> {
    let last: SiteView | undefined;
    try {
      await firstThat(async () => {
        last = await this.view();
        return fits(last);
      }, AbortSignal.timeout(WITHIN_MS));
    } catch (error) {
      throw new Error(`${what}: never so, last ${JSON.stringify(last).slice(0, 2_000)}`, { cause: error });
    }
    if (last === undefined) throw new Error(what);
    return last;
  }

  /** Writes the next revision, as somebody who has just looked. */
  async put(text: string, actor = "wang"): Promise<SiteView | Problem> {
    const { entityTag } = await this.view();
    return await this.#ask("PUT", "", { text, actor }, entityTag);
  }

  async approve({ desired }: SiteView, actor: string): Promise<SiteView | Problem> {
    return await this.#ask("POST", "/approve", { revision: desired?.revision, digest: desired?.digest, actor });
  }

  /** Pump 1 trips at the station. */
  async tripPump(): Promise<void> {
    await tripPump(this.#control);
  }

  /** Waits until the siren sounds at the station, and its alarm stands at the desk. */
  async untilAlarm(ruleId: string): Promise<void> {
    const signal = AbortSignal.timeout(WITHIN_MS);
    await firstThat(async () => await isSirenOn(this.#control), signal);
    await firstThat(async () => await openAlarm(this.#http, ruleId), signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started[Symbol.asyncDispose]();
  }

  #at(path: string): string {
    return `${this.#http}/api/gateways/${GATEWAY_ID}/site${path}`;
  }

  async #ask(method: string, path: string, body: object, entityTag = ""): Promise<SiteView | Problem> {
    const answer = await fetch(this.#at(path), {
      method,
      headers: { "content-type": "application/json", "if-match": entityTag },
      body: JSON.stringify(body),
    });
    const json: unknown = await answer.json();
    return answer.ok ? siteView.parse(json) : problem.parse(json);
  }
}
