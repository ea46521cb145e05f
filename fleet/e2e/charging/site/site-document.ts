/** One simulated station of the site, as the site file and the simulator both know it. */
export interface SiteStation {
  readonly deviceId: string;
  readonly identity: string;
  readonly key: string;
  readonly version: "ocpp1.6" | "ocpp2.0.1";
}

export interface SiteFrame {
  readonly gatewayId: string;
  readonly uplinkPort: number;
  readonly statusPort: number;
  readonly ocppPort: number;
}

/** Of every phase. What all cars together would draw is several times that. */
export const LIMIT_A = 60;
export const CONNECTORS = [1, 2] as const;
/** Tags of the local list: one a connector, so that nobody charges twice at once. */
export const tagAt = (identity: string, connector: number): string => `${identity}-${connector}`;

const HOST = "127.0.0.1";

/** The site file's text: all stations on one supply. JSON is YAML. */
export function siteText(frame: SiteFrame, stations: readonly SiteStation[]): string {
  const places = stations.flatMap(({ identity }) => CONNECTORS.map((connector) => ({ station: identity, connector })));
  const site = {
    id: "site",
    adapter: "charging-site",
    name: { zh: "充电站", en: "Charging site" },
    link: "charge-points",
    settings: {
      supply: {
        limitA: { L1: LIMIT_A, L2: LIMIT_A, L3: LIMIT_A },
        // Together they fit: a dead gateway stops nobody.
        fallbackA: 6,
        leaseMs: 20_000,
        settleMs: 3_000,
      },
      members: places,
      idTags: places.map(({ station, connector }) => ({ idTag: tagAt(station, connector) })),
    },
  };
  return JSON.stringify({
    version: 1,
    site: { id: "charging-under-fire", name: { zh: "充电故障测试站", en: "Charging under fire" } },
    gateway: { id: frame.gatewayId },
    uplink: { url: `mqtt://${HOST}:${frame.uplinkPort}` },
    statusPage: { host: HOST, port: frame.statusPort },
    links: [{ id: "charge-points", kind: "listener", host: HOST, port: frame.ocppPort }],
    devices: [site, ...stations.map(stationPart)],
  });
}

function stationPart({ deviceId, identity, key, version }: SiteStation): object {
  return {
    id: deviceId,
    adapter: "ocpp",
    name: { zh: deviceId, en: deviceId },
    link: "charge-points",
    settings: {
      identity,
      securityProfile: 1,
      authorizationKey: key,
      versions: [version],
      connectors: CONNECTORS.map((id) => ({ id })),
      meterEveryMs: 5_000,
    },
  };
}
