import { freePorts } from "@outpost/kernel/free-ports.ts";

import { SIMULATOR_IDS, type SimulatorId } from "./simulators.ts";

/** Ports of a demo; all on loopback. */
export interface DemoPorts {
  readonly http: number;
  /** Of the fleet's broker, for whoever is on this machine. */
  readonly mqtt: number;
  /** Where gateways are claimed, and of the fleet's broker for those with certificates. */
  readonly https: number;
  readonly mqtts: number;
  /** Where the gateway finds the broker: the line that can be cut ends there. */
  readonly uplink: number;
  /** Of the gateway's own page. */
  readonly status: number;
  readonly hub: number;
  /** Where a simulated device and the gateway meet, and where its levers are. */
  readonly simulators: ReadonlyMap<SimulatorId, { readonly device: number; readonly control: number }>;
}

/** Free ports, for runs that need no fixed address. */
export async function freeDemoPorts(): Promise<DemoPorts> {
  const count = 7 + 2 * SIMULATOR_IDS.length;
  const [http = 0, mqtt = 0, uplink = 0, status = 0, hub = 0, https = 0, mqtts = 0, ...rest] = await freePorts(count);
  const simulators = SIMULATOR_IDS.map((id, index) => {
    const [device = 0, control = 0] = rest.slice(2 * index);
    return [id, { device, control }] as const;
  });
  return { http, mqtt, https, mqtts, uplink, status, hub, simulators: new Map(simulators) };
}
