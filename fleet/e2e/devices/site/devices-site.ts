import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { freePorts } from "@outpost/kernel/free-ports.ts";

import type { RunningProgram } from "../../../demo/child-process.ts";
import { newCourier, type Courier } from "../../../demo/site/courier.ts";
import { plateOf } from "../../../demo/site/doors.ts";
import { startFleet } from "../../fleet-process.ts";
import { GatewayProcess } from "../../gateway-process.ts";
import { Place } from "./place.ts";
import { simulatedDevices } from "./simulated-devices.ts";
import { siteText, type Omission, type SiteFrame } from "./site-document.ts";

export const GATEWAY_ID = "gateway-of-devices";
const HOST = "127.0.0.1";
const DOORS = 12;
const MAX_PLACES = 12;
const PORTS_A_PLACE = 3;

/** A fleet, a gateway, and simulated devices on lines that fail: processes all of them. */
export class DevicesSite implements AsyncDisposable {
  readonly courier: Courier = newCourier("lockers-under-fire");
  readonly gateway: GatewayProcess;
  readonly #directory: string;
  readonly #fleetPort: number;
  readonly #frame: SiteFrame;
  readonly #places: Place[] = [];
  #fleet: RunningProgram | undefined;
  /** Devices that have their other settings. */
  readonly #changed = new Set<string>();

  private constructor(
    directory: string,
    ports: { readonly http: number; readonly mqtt: number; readonly status: number },
  ) {
    this.#directory = directory;
    this.#fleetPort = ports.http;
    this.#frame = { gatewayId: GATEWAY_ID, uplinkPort: ports.mqtt, statusPort: ports.status };
    this.gateway = new GatewayProcess({
      siteFile: this.#siteFile,
      stateDirectory: join(directory, "gateway"),
      statusPort: ports.status,
    });
  }

  /** Starts all of it in `directory` and waits until every device is online. */
  static async open(directory: string): Promise<DevicesSite> {
    // All at once: a port that is not taken yet may be handed out again.
    const [http = 0, mqtt = 0, status = 0, ...rest] = await freePorts(3 + MAX_PLACES * PORTS_A_PLACE);
    await using stack = new AsyncDisposableStack();
    const site = stack.use(new DevicesSite(directory, { http, mqtt, status }));
    await site.#start(rest);
    stack.move();
    return site;
  }

  get places(): readonly Place[] {
    return this.#places;
  }

  get fleetUrl(): string {
    return `http://${HOST}:${this.#fleetPort}`;
  }

  get fleetState(): string {
    return join(this.#directory, "fleet");
  }

  place(deviceId: string): Place {
    const found = this.#places.find(({ id }) => id === deviceId);
    if (found === undefined) throw new Error(`no device ${deviceId}`);
    return found;
  }

  /** Waits until the gateway has every device online. */
  async untilOnline(): Promise<void> {
    await this.gateway.untilOnline(this.#places.map(({ id }) => id));
  }

  /** Writes the site file without something, or whole, and has the running gateway go over to it. */
  async plug(omitted?: Omission): Promise<void> {
    await this.#write(omitted);
    await this.gateway.reload();
  }

  /** Gives one device its other settings, and has the running gateway go over to them. */
  async reconfigure(deviceId: string): Promise<void> {
    if (!this.#changed.delete(deviceId)) this.#changed.add(deviceId);
    await this.plug();
  }

  /** The gateway first: it must not see its devices vanish. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.stop();
    await Promise.all([this.#fleet?.stop(), ...this.#places.map((place) => place[Symbol.asyncDispose]())]);
  }

  get #siteFile(): string {
    return join(this.#directory, "site.json");
  }

  async #start(ports: readonly number[]): Promise<void> {
    const devices = simulatedDevices(lockerCodes(this.courier));
    assert(devices.length <= MAX_PLACES, "every device has ports");
    const openings = devices.map(async (device, index) => {
      const [listening = 0, line = 0, control = 0] = ports.slice(PORTS_A_PLACE * index);
      this.#places.push(await Place.open(device, { listening, line, control }));
    });
    const starting = [this.#startFleet(), ...openings];
    // All are awaited before a failure counts: what came up beside it must be ended too.
    await Promise.allSettled(starting);
    await Promise.all(starting);
    await this.#write();
    await this.gateway.start();
    await this.untilOnline();
  }

  async #startFleet(): Promise<void> {
    const { uplinkPort: mqttPort } = this.#frame;
    this.#fleet = await startFleet({ stateDirectory: this.fleetState, httpPort: this.#fleetPort, mqttPort });
  }

  async #write(omitted?: Omission): Promise<void> {
    const parts = this.#places.map(({ device, port }) => ({ device, port, isChanged: this.#changed.has(device.id) }));
    await writeFile(this.#siteFile, siteText(this.#frame, parts, omitted));
  }
}

function lockerCodes({ cabinetId, secret, windowMinutes }: Courier): object {
  return {
    compartments: Array.from({ length: DOORS }, (_, index) => ({ number: index + 1, id: plateOf(index + 1) })),
    codes: { cabinetId, numeric: { secret, windowMinutes } },
  };
}
