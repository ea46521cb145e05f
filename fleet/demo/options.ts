import assert from "node:assert/strict";

import type { DemoPorts } from "./ports.ts";
import type { SimulatorId } from "./simulators.ts";

/** How a demo is run. */
export interface DemoOptions {
  /** Where fleet and gateway keep their files; made where missing, kept between runs. */
  readonly stateDirectory: string;
  readonly ports: DemoPorts;
  /** The simulators to start, where these are not all. */
  readonly simulators?: readonly SimulatorId[];
  /** A site file with `${…}` to fill in, where it is not the demo's own, and what to fill in beside the addresses. */
  readonly site?: {
    readonly template: URL;
    readonly gatewayId: string;
    readonly values: Readonly<Record<string, string>>;
  };
  readonly fleetEnv?: Readonly<Record<string, string>>;
  readonly gatewayEnv?: Readonly<Record<string, string>>;
  readonly onLog?: (program: string, line: string) => void;
}

/** Everything of a demo is on this machine. */
export const HOST = "127.0.0.1";

/** The fleet's page and API. */
export function httpUrl({ ports }: DemoOptions): string {
  return `http://${HOST}:${ports.http}`;
}

/** The gateway's own page. */
export function statusUrl({ ports }: DemoOptions): string {
  return `http://${HOST}:${ports.status}`;
}

/** All levers, and how the site really stands; see `control/hub.ts`. */
export function hubUrl({ ports }: DemoOptions): string {
  return `http://${HOST}:${ports.hub}`;
}

/** One simulator's own levers. */
export function controlUrl(id: SimulatorId, options: DemoOptions): string {
  return `http://${HOST}:${portsOf(id, options).control}`;
}

export function portsOf(
  id: SimulatorId,
  { ports }: DemoOptions,
): { readonly device: number; readonly control: number } {
  const own = ports.simulators.get(id);
  assert(own !== undefined, `${id} has ports`);
  return own;
}
