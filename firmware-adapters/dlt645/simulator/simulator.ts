import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";

import { listenForLevers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { Misbehaviours } from "../../simulation/misbehaviours.ts";
import { serveSerial, serveTcp, type SerialLine, type Serve } from "../../simulation/serve-bytes.ts";
import { serveBus, type BusDeps } from "./bus.ts";
import { busLevers } from "./control.ts";
import { Meter } from "./meter.ts";
import type { Misbehaviour } from "./misbehaviour.ts";

export interface SimulatorOptions {
  /** The bus as a serial server carries it. */
  readonly serialServer?: Endpoint | undefined;
  /** The bus on a serial port. */
  readonly serial?: SerialLine | undefined;
  /** The HTTP levers. */
  readonly control?: Endpoint | undefined;
  /** The meters on the bus, by address; one, 000000000001, unless said otherwise. */
  readonly addresses?: readonly string[];
  readonly phases?: 1 | 3;
  /** What flows through each meter at first; 3 kW unless said otherwise. */
  readonly loadKw?: number;
  /** How many times faster than real time energy is counted. */
  readonly speed?: number;
  /** Whether voltage and load stand still. */
  readonly isSteady?: boolean;
  /** How long a meter thinks before it answers; 20 ms unless said otherwise. */
  readonly replyAfterMs?: number;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A running bus of meters. Disposing it closes every line. */
export interface Simulator extends AsyncDisposable {
  /** The ports really taken. */
  readonly ports: { readonly serialServer: number | undefined; readonly control: number | undefined };
  readonly meters: readonly Meter[];
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
  /** How many requests came in that a meter felt meant by. */
  countRequests(): number;
}

/** Starts a bus of meters. @throws SimulatorError when a line or port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock = systemClock, log = silentLog, replyAfterMs = 20 } = options;
  await using stack = new AsyncDisposableStack();
  const meters = (options.addresses ?? ["000000000001"]).map(
    (address) =>
      new Meter({
        address,
        phases: options.phases ?? 3,
        loadKw: options.loadKw ?? 3,
        speed: options.speed ?? 1,
        isSteady: options.isSteady ?? false,
        clock,
      }),
  );
  const misbehaviours = new Misbehaviours<Misbehaviour>();
  let requests = 0;
  const countRequests = (): number => requests;
  const deps: BusDeps = { meters, misbehaviours, replyAfterMs, clock, log, onRequest: () => (requests += 1) };
  const serve: Serve = (stream, signal) => serveBus(stream, deps, signal);
  const server = options.serialServer && stack.use(await serveTcp(options.serialServer, serve, log));
  if (options.serial) stack.use(await serveSerial(options.serial, serve, log));
  const levers = busLevers({ meters, misbehaviours, countRequests });
  const control = options.control && stack.use(await listenForLevers(options.control, levers, log));
  const opened = stack.move();
  return {
    ports: { serialServer: server?.port, control: control?.port },
    meters,
    misbehaviours,
    countRequests,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
