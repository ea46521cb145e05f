import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import { listenForLevers, type Levers } from "../levers.ts";
import type { Endpoint } from "../listen.ts";

/** A simulated device that calls the gateway by itself, until `signal` aborts. */
export interface CallingDevice {
  run(signal: AbortSignal): Promise<void>;
}

/** Running devices. Disposing them hangs all of them up. */
export interface CallingDevices extends AsyncDisposable {
  readonly ports: { readonly control: number | undefined };
}

/** Runs devices, and their levers where `control` says so. @throws SimulatorError where that port cannot be had. */
export async function startCalling(
  devices: readonly CallingDevice[],
  { control, levers, log }: { readonly control: Endpoint | undefined; readonly levers: Levers; readonly log: Log },
): Promise<CallingDevices> {
  const stop = new AbortController();
  const running = devices.map((device) => device.run(stop.signal));
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    stop.abort(new Error("the simulator was stopped"));
    await Promise.all(running);
  });
  const listener = control && stack.use(await listenForLevers(control, levers, log));
  const opened = stack.move();
  return { ports: { control: listener?.port }, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

const TICK_MS = 20;

/** Steps a device every 20 ms until `signal` aborts. @param step  is given the monotonic time. */
export async function keepStepping(clock: Clock, step: (nowMs: number) => void, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      step(clock.monotonicMs());
      await clock.sleep(TICK_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
