import type { Clock } from "@outpost/kernel/clock.ts";
import type { RawData, WebSocket } from "ws";

import { OcppError } from "../../errors.ts";
import { deviations } from "../../server/schemas.ts";
import type { OcppVersion, StationCall, StationConnection } from "../../words.ts";
import { callFrame, readFrame, type Frame } from "./frames.ts";
import { OwnCalls } from "./own-calls.ts";
import { Pipe } from "./pipe.ts";
import { Pulse } from "./pulse.ts";
import { hangUp } from "./socket-bounds.ts";
import { heldBytes, NO_TURNS, stepTurns, type TurnInput } from "./turns.ts";
import type { Upstream } from "./upstream.ts";

/** Beyond this a socket is not read on until the other side has taken enough of it … */
const PAUSE_AT_BYTES = 256 * 1024;
const RESUME_AT_BYTES = 64 * 1024;
/** … and what had been read already by then must not be more than this: small frames can inflate to large messages. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export interface LineOptions {
  readonly identity: string;
  readonly version: OcppVersion;
  readonly pingEveryMs: number;
  readonly clock: Clock;
}

/** Called with every message after it has been sent on. Must return at once and never throw. */
export type OnFrame = (from: "station" | "upstream", frame: Frame) => void;

/** Who ended a line, and why. */
export interface LineEnd {
  readonly by: "station" | "upstream" | "gateway";
  readonly reason: string;
}

/**
 * A station's socket and its socket upstream: what comes from one goes to the other as it is, in order. When one ends,
 * so does the other. Our own calls to the station go in between, and upstream never learns of them.
 *
 * @see OCPP 2.0.1 part 4, section 6 (local controller)
 */
export class RelayLine implements StationConnection {
  readonly identity: string;
  readonly version: OcppVersion;
  /** Resolves as soon as the line has ended. */
  readonly ended: Promise<LineEnd>;
  readonly #options: LineOptions;
  readonly #station: WebSocket;
  readonly #upstream: Upstream;
  readonly #toStation: Pipe;
  readonly #toUpstream: Pipe;
  readonly #pulses: Readonly<Record<"station" | "upstream", Pulse>>;
  readonly #calls: OwnCalls;
  readonly #closed = new AbortController();
  readonly #resolveEnded: (end: LineEnd) => void;
  #turns = NO_TURNS;
  #onFrame: OnFrame = () => {};

  /** Both handshakes are done. `start` must follow in the same turn. */
  constructor(station: WebSocket, upstream: Upstream, options: LineOptions) {
    const { identity, version, clock, pingEveryMs } = options;
    const nowMs = clock.monotonicMs();
    const ended = Promise.withResolvers<LineEnd>();
    this.identity = identity;
    this.version = version;
    this.ended = ended.promise;
    this.#resolveEnded = ended.resolve;
    this.#options = options;
    this.#station = station;
    this.#upstream = upstream;
    this.#toStation = new Pipe(station, clock, () => this.#regulate());
    this.#toUpstream = new Pipe(upstream.socket, clock, () => this.#regulate());
    this.#pulses = {
      station: new Pulse(station, pingEveryMs, nowMs),
      upstream: new Pulse(upstream.socket, pingEveryMs, nowMs),
    };
    this.#calls = new OwnCalls(identity);
  }

  /** Relays from now on. */
  start(onFrame: OnFrame): void {
    this.#onFrame = onFrame;
    this.#listen();
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** What waits for the side that takes less of it, in bytes: bounded, whatever the sides do. */
  get waitingBytes(): number {
    return Math.max(this.#toUpstream.waitingBytes, this.#toStation.waitingBytes + heldBytes(this.#turns));
  }

  async call({ action, payload }: StationCall, signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted();
    this.closed.throwIfAborted();
    const wrong = deviations(this.version, action, "req", payload);
    if (wrong.length > 0) throw new OcppError("ocpp/bad-call", `${action}: ${wrong.join("; ")}`);
    const { id, result } = this.#calls.begin(action, this.#options.clock.monotonicMs());
    const onAbort = (): void => {
      if (this.#calls.abandon(id, signal.reason)) this.#step({ kind: "given-up", id });
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      this.#step({ kind: "we-call", call: { id, bytes: callFrame(id, action, payload) } });
      return await result;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  close(reason: string): void {
    this.#end({ by: "gateway", reason });
  }

  /** Lets time pass: pings, deadlines, sides that take nothing. To be called every second or so. */
  tick(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const id of this.#calls.expire(nowMs)) this.#step({ kind: "given-up", id });
    this.#step({ kind: "tick" });
    for (const side of ["station", "upstream"] as const) {
      const pipe = side === "station" ? this.#toStation : this.#toUpstream;
      if (this.#pulses[side].isDead(nowMs)) this.#end({ by: side, reason: "answers no ping" });
      else if (pipe.isStuck(nowMs)) this.#end({ by: side, reason: "takes nothing it is sent" });
    }
  }

  /** Resolves when both sockets are closed, a few seconds after the line has ended at most. */
  async gone(): Promise<void> {
    await Promise.all([this.goneUpstream(), closing(this.#station)]);
  }

  /** Resolves when the socket upstream is closed: only then may the same station be announced there again. */
  async goneUpstream(): Promise<void> {
    await this.ended;
    await closing(this.#upstream.socket);
  }

  #listen(): void {
    const { clock } = this.#options;
    let stationError: string | undefined;
    this.#station.on("error", (error) => (stationError = error.message));
    this.#station.on("close", (code) => this.#end({ by: "station", reason: stationError ?? `closed with ${code}` }));
    this.#upstream.closed.addEventListener("abort", () => {
      this.#end({ by: "upstream", reason: this.#upstream.whyClosed });
    });
    const sockets = { station: this.#station, upstream: this.#upstream.socket };
    for (const side of ["station", "upstream"] as const) {
      for (const sign of ["ping", "pong", "message"] as const) {
        sockets[side].on(sign, () => this.#pulses[side].heard(clock.monotonicMs()));
      }
    }
    this.#station.on("message", (data: RawData, isBinary) => {
      if (Buffer.isBuffer(data)) this.#fromStation(data, isBinary);
    });
    this.#upstream.listen((bytes, isBinary) => this.#fromUpstream(bytes, isBinary));
    if (this.#upstream.closed.aborted) this.#end({ by: "upstream", reason: this.#upstream.whyClosed });
  }

  #fromStation(bytes: Buffer, isBinary: boolean): void {
    if (this.closed.aborted) return;
    const frame = readFrame(bytes);
    const isAnswer = frame.kind === "result" || frame.kind === "error";
    if (isAnswer && this.#calls.isOurs(frame.id)) this.#calls.answered(frame);
    else {
      this.#toUpstream.send(bytes, isBinary);
      this.#onFrame("station", frame);
    }
    if (isAnswer) this.#step({ kind: "answered", id: frame.id });
    this.#regulate();
  }

  #fromUpstream(bytes: Buffer, isBinary: boolean): void {
    if (this.closed.aborted) return;
    const frame = readFrame(bytes);
    if (frame.kind === "call") this.#step({ kind: "upstream-calls", call: { id: frame.id, bytes } });
    else this.#toStation.send(bytes, isBinary);
    this.#onFrame("upstream", frame);
    this.#regulate();
  }

  #step(input: TurnInput): void {
    if (this.closed.aborted) return;
    const nowMs = this.#options.clock.monotonicMs();
    const [turns, calls] = stepTurns(this.#turns, input, nowMs);
    this.#turns = turns;
    for (const { id, bytes } of calls) {
      if (id === turns.ours) this.#calls.sent(id, nowMs);
      this.#toStation.send(bytes, false);
    }
  }

  /** A side is read only as fast as the other takes it: its own TCP then holds it back. */
  #regulate(): void {
    if (this.closed.aborted) return;
    const toStation = this.#toStation.waitingBytes + heldBytes(this.#turns);
    regulate(this.#station, this.#toUpstream.waitingBytes);
    regulate(this.#upstream.socket, toStation);
    if (this.#toUpstream.waitingBytes > MAX_WAITING_BYTES) this.#end({ by: "upstream", reason: "takes too little" });
    else if (toStation > MAX_WAITING_BYTES) this.#end({ by: "station", reason: "takes too little" });
  }

  #end(end: LineEnd): void {
    if (this.closed.aborted) return;
    const { by, reason } = end;
    const error = new OcppError("ocpp/closed", `${this.identity}: ${by}: ${reason}`);
    this.#closed.abort(error);
    this.#calls.endAll(error);
    hangUp(this.#station, 1001, by === "upstream" ? "upstream is away" : reason);
    hangUp(this.#upstream.socket, 1001, by === "station" ? "the charge point has gone" : reason);
    this.#resolveEnded(end);
  }
}

function regulate(source: WebSocket, waitingBytes: number): void {
  if (!source.isPaused && waitingBytes > PAUSE_AT_BYTES) source.pause();
  else if (source.isPaused && waitingBytes < RESUME_AT_BYTES) source.resume();
}

async function closing(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once("close", () => resolve());
  await promise;
}
