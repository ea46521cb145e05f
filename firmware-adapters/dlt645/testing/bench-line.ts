import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { ByteLink } from "../../links/link.ts";
import { byteLink } from "../../links/link.ts";
import { openLink } from "../../links/open-link.ts";
import type { LineSettings } from "../../links/settings.ts";
import { openMeterSession, type MeterSession } from "../session/session.ts";
import type { Misbehaviour } from "../simulator/misbehaviour.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../simulator/simulator.ts";

/** A bus of meters behind a serial server, and our link to it. */
export interface BenchLine extends AsyncDisposable {
  readonly bus: Simulator;
  readonly link: ByteLink;
  /** A session with one of the meters. */
  session(address?: string): MeterSession;
  /** What becomes of the next requests, one each. */
  behave(...behaviours: readonly UnplannedMisbehaviour[]): void;
}

type WithoutCount<One> = One extends object ? Omit<One, "requests"> & { readonly requests?: number } : never;
/** A misbehaviour of one request unless it says more. */
export type UnplannedMisbehaviour = WithoutCount<Misbehaviour>;

export const TIMEOUT_MS = 400;
export const METER = "202411110002";
export const OTHER_METER = "202411110003";

/** How to reach a simulated bus as a serial server. */
export function serialServer(bus: Simulator): LineSettings {
  return { id: "line", kind: "serial-server", host: "127.0.0.1", port: bus.ports.serialServer ?? 0, gapMs: 2 };
}

/** Starts a bus of two steady meters that answer quickly. */
export async function startBench(options: SimulatorOptions = {}): Promise<BenchLine> {
  await using stack = new AsyncDisposableStack();
  const bus = stack.use(
    await startSimulator({
      serialServer: { host: "127.0.0.1", port: 0 },
      addresses: [METER, OTHER_METER],
      isSteady: true,
      replyAfterMs: 2,
      ...options,
    }),
  );
  const link = byteLink(stack.use(openLink(serialServer(bus), { clock: systemClock, log: silentLog })));
  const opened = stack.move();
  return {
    bus,
    link,
    session: (address = METER) =>
      openMeterSession(link, { address, timeoutMs: TIMEOUT_MS, wakeUpBytes: 4 }, systemClock),
    behave: (...behaviours) => {
      for (const behaviour of behaviours) bus.misbehaviours.plan({ requests: 1, ...behaviour });
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
