import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { freePort } from "@outpost/kernel/free-ports.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { OpenDevice } from "../../../adapter.ts";
import type { Occurrence } from "../../../event.ts";
import type { Link } from "../../../links/link.ts";
import { openLink } from "../../../links/open-link.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../../testing/fake-deps.ts";
import { ocpp } from "../../adapter.ts";
import { chargingSite } from "../../site/adapter.ts";
import type { OcppVersion } from "../../words.ts";
import type { ChargePointOptions } from "../charge-point-options.ts";
import { startChargePoint, type SimulatedChargePoint } from "../charge-point.ts";

export const HOST = "127.0.0.1";
export const TAG = "04A1B2C3";
export const OTHER_TAG = "04D5E6F7";
const OPEN_WITHIN_MS = 10_000;

export interface StreetOptions {
  readonly version: OcppVersion;
  readonly identities?: readonly [string, ...string[]];
  readonly connectors?: number;
  readonly clock?: Clock;
  readonly supply?: object;
  readonly site?: object;
  readonly device?: object;
  readonly station?: Partial<ChargePointOptions>;
}

/** A gateway's devices for some charge points and their site, and simulated charge points that call them. */
export class Street implements AsyncDisposable {
  readonly stations: readonly SimulatedChargePoint[];
  readonly deps: ReadonlyMap<string, FakeDeps>;
  readonly siteDeps: FakeDeps;
  readonly device: OpenDevice;
  readonly supply: OpenDevice;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<Street, "stations" | "deps" | "siteDeps" | "device" | "supply">,
    stack: AsyncDisposableStack,
  ) {
    this.stations = parts.stations;
    this.deps = parts.deps;
    this.siteDeps = parts.siteDeps;
    this.device = parts.device;
    this.supply = parts.supply;
    this.#stack = stack;
  }

  static async open(options: StreetOptions): Promise<Street> {
    const { version, identities = ["CP-1"], connectors = 1, clock = systemClock } = options;
    await using stack = new AsyncDisposableStack();
    const port = await freePort();
    const link: Link = stack.use(
      openLink(
        { id: "csms", kind: "listener", transport: "tcp", host: HOST, port, maxPeers: 50, idleMs: 600_000 },
        { clock, log: silentLog },
      ),
    );
    const ids = Array.from({ length: connectors }, (_, index) => index + 1);
    const siteDeps = fakeDeps({ link, clock });
    const signal = AbortSignal.timeout(OPEN_WITHIN_MS);
    const settings = {
      supply: { limitA: { L1: 64, L2: 64, L3: 64 }, fallbackA: 6, settleMs: 2_000, leaseMs: 20_000, ...options.supply },
      members: identities.flatMap((station) => ids.map((connector) => ({ station, connector }))),
      idTags: [{ idTag: TAG }, { idTag: OTHER_TAG }, { idTag: "BLOCKED", isBlocked: true }],
      ...options.site,
    };
    const supply = stack.use(await chargingSite.configure("site", settings).open(siteDeps, signal));
    const deps = new Map(identities.map((identity) => [identity, fakeDeps({ link, clock })]));
    const devices: OpenDevice[] = [];
    for (const [identity, own] of deps) {
      const device = {
        identity,
        securityProfile: 0,
        versions: [version],
        connectors: ids.map((id) => ({ id })),
        meterEveryMs: 5_000,
        ...options.device,
      };
      devices.push(stack.use(await ocpp.configure(identity.toLowerCase(), device).open(own, signal)));
    }
    const stations = identities.map((identity) =>
      stack.use(
        startChargePoint(
          { url: `ws://${HOST}:${port}`, identity, version, connectors, reconnectMs: 100, ...options.station },
          { clock, log: silentLog },
        ),
      ),
    );
    const [device] = devices;
    if (device === undefined) throw new Error("a street has a charge point");
    return new Street({ stations, deps, siteDeps, device, supply }, stack.move());
  }

  get station(): SimulatedChargePoint {
    const [first] = this.stations;
    if (first === undefined) throw new Error("a street has a charge point");
    return first;
  }

  /** Of the first station's device. */
  get firstDeps(): FakeDeps {
    const [first] = this.deps.values();
    if (first === undefined) throw new Error("a street has a charge point");
    return first;
  }

  /** Occurrences that the first station's device wrote down, in order. */
  committed(): readonly Occurrence[] {
    return this.firstDeps.commits.flatMap(({ events }) => events.filter((event) => event.kind === "occurrence"));
  }

  /** Waits until the first station has its local list, its fallbacks and its settings. */
  async settled(): Promise<void> {
    await eventually("first contact", () =>
      this.stations.every(
        ({ isAccepted, station }) =>
          isAccepted &&
          station.tags.listVersion !== 0 &&
          station.profiles.filter(({ purpose }) => purpose === "tx-default").length === station.connectors.length,
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** What flows at a connector, on its first phase. */
export function drawsA(station: SimulatedChargePoint, connectorId = 1): number {
  return station.station.connector(connectorId)?.outlet.drawsA ?? 0;
}
