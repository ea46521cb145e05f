import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { freePorts } from "@outpost/kernel/free-ports.ts";

import type { RunningProgram } from "../../../demo/child-process.ts";
import { startFleet } from "../../fleet-process.ts";
import { GatewayProcess } from "../../gateway-process.ts";
import { siteText, type SiteFrame, type SiteStation } from "./site-document.ts";
import { Street } from "./street.ts";

export const GATEWAY_ID = "gateway-of-chargers";
const STATIONS_OF_EACH = 2;

/** A fleet, a gateway and charge points of both versions on one supply: processes all of them. */
export class ChargingSite implements AsyncDisposable {
  readonly gateway: GatewayProcess;
  readonly #directory: string;
  readonly #frame: SiteFrame;
  readonly #fleetPort: number;
  readonly #streets: Street[] = [];
  #fleet: RunningProgram | undefined;

  private constructor(directory: string, frame: SiteFrame, fleetPort: number) {
    this.#directory = directory;
    this.#frame = frame;
    this.#fleetPort = fleetPort;
    this.gateway = new GatewayProcess({
      siteFile: this.#siteFile,
      stateDirectory: join(directory, "gateway"),
      statusPort: frame.statusPort,
    });
  }

  /** Starts all of it in `directory` and waits until every station is online. */
  static async open(directory: string): Promise<ChargingSite> {
    const [http = 0, uplinkPort = 0, statusPort = 0, ocppPort = 0, first = 0, second = 0] = await freePorts(6);
    await using stack = new AsyncDisposableStack();
    const frame = { gatewayId: GATEWAY_ID, uplinkPort, statusPort, ocppPort };
    const site = stack.use(new ChargingSite(directory, frame, http));
    await site.#start([first, second]);
    stack.move();
    return site;
  }

  get streets(): readonly Street[] {
    return this.#streets;
  }

  get fleetState(): string {
    return join(this.#directory, "fleet");
  }

  async startFleet(): Promise<void> {
    const { uplinkPort: mqttPort } = this.#frame;
    this.#fleet = await startFleet({ stateDirectory: this.fleetState, httpPort: this.#fleetPort, mqttPort });
  }

  async killFleet(): Promise<void> {
    await this.#fleet?.kill();
  }

  async untilOnline(): Promise<void> {
    await this.gateway.untilOnline(["site", ...this.#streets.flatMap(({ stations }) => stations.map(deviceIdOf))]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gateway.stop();
    await Promise.all([this.#fleet?.stop(), ...this.#streets.map((street) => street[Symbol.asyncDispose]())]);
  }

  get #siteFile(): string {
    return join(this.#directory, "site.json");
  }

  async #start([first, second]: readonly [number, number]): Promise<void> {
    const parts = [
      { stations: stationsOf("ocpp1.6"), control: first },
      { stations: stationsOf("ocpp2.0.1"), control: second },
    ];
    await writeFile(
      this.#siteFile,
      siteText(
        this.#frame,
        parts.flatMap(({ stations }) => stations),
      ),
    );
    await this.startFleet();
    await this.gateway.start();
    for (const { stations, control } of parts) {
      this.#streets.push(await Street.open(stations, { ocpp: this.#frame.ocppPort, control }));
    }
    await this.untilOnline();
  }
}

function stationsOf(version: SiteStation["version"]): readonly SiteStation[] {
  return Array.from({ length: STATIONS_OF_EACH }, (_, index): SiteStation => {
    const number = `${version === "ocpp1.6" ? "16" : "20"}${index + 1}`;
    return { deviceId: `charger-${number}`, identity: `CP${number}`, key: `a key of the point ${number}`, version };
  });
}

function deviceIdOf({ deviceId }: SiteStation): string {
  return deviceId;
}
