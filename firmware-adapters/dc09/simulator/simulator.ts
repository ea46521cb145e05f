import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";

import { startCalling, type CallingDevices } from "../../simulation/calling/start.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { panelLevers } from "./control.ts";
import { Panel, type PanelOptions } from "./panel.ts";

export interface SimulatorOptions extends Omit<PanelOptions, "account"> {
  /** One panel for each. */
  readonly accounts: readonly [string, ...string[]];
  /** The HTTP levers. */
  readonly control?: Endpoint | undefined;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Running panels. Disposing them hangs up. */
export interface Simulator extends CallingDevices {
  readonly panels: readonly [Panel, ...Panel[]];
}

/** Starts panels that call a DC-09 receiver. @throws SimulatorError when the port of the levers cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock = systemClock, log = silentLog, accounts } = options;
  const [first, ...others] = accounts;
  const panelOf = (account: string): Panel => new Panel({ ...options, account }, clock);
  const panels = [panelOf(first), ...others.map(panelOf)] as const;
  const calling = await startCalling(panels, { control: options.control, levers: panelLevers(panels), log });
  return { ...calling, panels };
}
