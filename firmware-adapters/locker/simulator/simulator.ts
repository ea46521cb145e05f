import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";

import { listenForLevers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { Misbehaviours } from "../../simulation/misbehaviours.ts";
import { serveSerial, serveTcp, type SerialLine, type Serve } from "../../simulation/serve-bytes.ts";
import { PROTOCOLS, type Protocol } from "../settings.ts";
import { BOARD_PROTOCOLS, type Asked } from "./board-protocol.ts";
import { serveBoards } from "./board-server.ts";
import type { Misbehaviour } from "./misbehaviour.ts";
import { wallLevers } from "./wall-levers.ts";
import { Wall } from "./wall.ts";

export interface SimulatorOptions {
  readonly protocol: Protocol;
  /** The line's bytes inside TCP, as serial servers and Kerong's network boards carry them. */
  readonly tcp?: Endpoint | undefined;
  readonly serial?: SerialLine | undefined;
  /** The HTTP levers. */
  readonly control?: Endpoint | undefined;
  /** The boards on the line; the protocol's first unless said otherwise. */
  readonly boards?: readonly number[];
  /** How many locks each has; what is usual for the protocol unless said otherwise. */
  readonly ways?: number | undefined;
  /** How long a pulse takes, 300 unless said otherwise. */
  readonly pulseMs?: number;
  /** Whether boards speak by themselves when a door moves, where the protocol has words for it. */
  readonly pushes?: boolean;
  readonly clock?: Clock;
  readonly log?: Log;
  onRequest?(asked: Asked): void;
}

/** A running wall of compartments. Disposing it closes every line. */
export interface Simulator extends AsyncDisposable {
  /** The ports really taken. */
  readonly ports: { readonly tcp: number | undefined; readonly control: number | undefined };
  readonly wall: Wall;
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
  /** Requests of boards that are there, by any line. */
  countRequests(): number;
  /** Sends bytes on every line that is open, as noise on it would come. */
  say(bytes: Buffer): void;
}

/** Starts a wall that speaks a lock board's real bytes. @throws SimulatorError where a line or port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { protocol, clock = systemClock, log = silentLog, pulseMs = 300, pushes = true } = options;
  const { minBoard, ways } = PROTOCOLS[protocol];
  await using stack = new AsyncDisposableStack();
  const wall = new Wall(options.boards ?? [minBoard], options.ways ?? ways[0]);
  const misbehaviours = new Misbehaviours<Misbehaviour>();
  let requests = 0;
  const countRequests = (): number => requests;
  const onRequest = (asked: Asked): void => {
    requests += 1;
    options.onRequest?.(asked);
  };
  const speakers = new Set<(bytes: Buffer) => void>();
  const side = BOARD_PROTOCOLS[protocol];
  const deps = { wall, protocol: side, misbehaviours, clock, log, pulseMs, pushes, speakers, onRequest };
  const serve: Serve = (stream, signal) => serveBoards(stream, deps, signal);
  const tcp = options.tcp && stack.use(await serveTcp(options.tcp, serve, log));
  if (options.serial) stack.use(await serveSerial(options.serial, serve, log));
  const levers = wallLevers({ wall, misbehaviours, countRequests });
  const control = options.control && stack.use(await listenForLevers(options.control, levers, log));
  const opened = stack.move();
  return {
    ports: { tcp: tcp?.port, control: control?.port },
    wall,
    misbehaviours,
    countRequests,
    say: (bytes) => speakers.forEach((speak) => speak(bytes)),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
