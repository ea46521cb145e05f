import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";

import { listenForLevers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import type { ChargePointOptions } from "./charge-point-options.ts";
import { startChargePoint, type SimulatedChargePoint } from "./charge-point.ts";
import { SharedSupply, type WiredStation, type Wiring } from "./charger/shared-supply.ts";
import { chargePointLevers } from "./control.ts";

export interface SimulatorOptions {
  readonly stations: readonly [ChargePointOptions, ...ChargePointOptions[]];
  /** The fuse that all stations hang on, and how each is wired to it, in their order. */
  readonly supply?: { readonly limitA: number; readonly wirings: readonly Wiring[] } | undefined;
  /** The HTTP levers. */
  readonly control?: Endpoint | undefined;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Running charge points. Disposing them hangs up. */
export interface Simulator extends AsyncDisposable {
  readonly ports: { readonly control: number | undefined };
  readonly stations: readonly [SimulatedChargePoint, ...SimulatedChargePoint[]];
}

/** Starts charge points that call their central system. @throws SimulatorError when the levers' port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const deps = { clock: options.clock ?? systemClock, log: options.log ?? silentLog };
  await using stack = new AsyncDisposableStack();
  const [first, ...others] = options.stations;
  const start = (one: ChargePointOptions): SimulatedChargePoint => stack.use(startChargePoint(one, deps));
  const stations = [start(first), ...others.map(start)] as const;
  const supply =
    options.supply && stack.use(new SharedSupply(options.supply.limitA, wired(stations, options.supply.wirings), deps));
  const levers = chargePointLevers(stations, supply);
  const control = options.control && stack.use(await listenForLevers(options.control, levers, deps.log));
  const opened = stack.move();
  return { ports: { control: control?.port }, stations, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function wired(stations: readonly SimulatedChargePoint[], wirings: readonly Wiring[]): WiredStation[] {
  return stations.flatMap(({ identity, station }, index) => {
    const wiring = wirings[index];
    return wiring === undefined ? [] : [{ identity, wiring, connectors: station.connectors }];
  });
}
