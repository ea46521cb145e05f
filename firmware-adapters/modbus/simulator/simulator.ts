import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";

import { listenForLevers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { Misbehaviours } from "../../simulation/misbehaviours.ts";
import { serveSerial, serveTcp, type SerialLine, type Serve } from "../../simulation/serve-bytes.ts";
import { stationLevers } from "./control.ts";
import type { Framing } from "./server/framing.ts";
import { MbapFraming } from "./server/mbap-framing.ts";
import type { Misbehaviour } from "./server/misbehaviour.ts";
import { RtuFraming } from "./server/rtu-framing.ts";
import { serveLine, type ServerDeps } from "./server/server.ts";
import { Station } from "./station.ts";

export interface SimulatorOptions {
  /** Modbus TCP. */
  readonly tcp?: Endpoint | undefined;
  /** RTU inside TCP, as serial servers carry it. */
  readonly rtuTcp?: Endpoint | undefined;
  /** RTU on a serial port. */
  readonly rtuSerial?: SerialLine | undefined;
  /** The HTTP levers. */
  readonly control?: Endpoint | undefined;
  /** 1 to 247; 1 unless said otherwise. Other units are met with silence. */
  readonly unitId?: number;
  /** How many times faster than real time the water moves; 1 unless said otherwise. */
  readonly speed?: number;
  /** Whether addresses between points are refused instead of reading as 0. */
  readonly refusesGaps?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A running pump station. Disposing it closes every line. */
export interface Simulator extends AsyncDisposable {
  /** The ports really taken. */
  readonly ports: {
    readonly tcp: number | undefined;
    readonly rtuTcp: number | undefined;
    readonly control: number | undefined;
  };
  readonly station: Station;
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
  /** How many requests to our unit came in, by any line. */
  countRequests(): number;
}

const TICK_MS = 100;

/** Starts a pump station that speaks real Modbus. @throws SimulatorError when a line or port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock = systemClock, log = silentLog, unitId = 1, speed = 1, refusesGaps = false } = options;
  await using stack = new AsyncDisposableStack();
  const station = new Station({ clock, speed, refusesGaps });
  const misbehaviours = new Misbehaviours<Misbehaviour>();
  let requests = 0;
  const countRequests = (): number => requests;
  const deps: ServerDeps = { model: station, unitId, misbehaviours, clock, log, onRequest: () => (requests += 1) };
  stack.use(runPlant(station, clock));
  const framed =
    (newFraming: () => Framing): Serve =>
    (stream, signal) =>
      serveLine({ ...stream, framing: newFraming() }, deps, signal);
  const [mbap, rtu] = [framed(() => new MbapFraming()), framed(() => new RtuFraming())];
  const tcp = options.tcp && stack.use(await serveTcp(options.tcp, mbap, log));
  const rtuTcp = options.rtuTcp && stack.use(await serveTcp(options.rtuTcp, rtu, log));
  if (options.rtuSerial) stack.use(await serveSerial(options.rtuSerial, rtu, log));
  const levers = stationLevers({ station, misbehaviours, countRequests });
  const control = options.control && stack.use(await listenForLevers(options.control, levers, log));
  const opened = stack.move();
  return {
    ports: { tcp: tcp?.port, rtuTcp: rtuTcp?.port, control: control?.port },
    station,
    misbehaviours,
    countRequests,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Keeps the water moving between requests, so that nothing ever has to catch up by much. */
function runPlant(station: Station, clock: Clock): AsyncDisposable {
  const stop = new AbortController();
  const running = keepAdvancing(station, clock, stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

async function keepAdvancing(station: Station, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(TICK_MS, signal);
      station.advance();
    }
  } catch (error) {
    // Being disposed is the ordinary end; anything else is a bug.
    if (!signal.aborted) throw error;
  }
}
