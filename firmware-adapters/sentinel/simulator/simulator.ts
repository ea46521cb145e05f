import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";

import { listenForLevers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { serveTcp } from "../../simulation/serve-bytes.ts";
import type { ThermometerSettings } from "../settings.ts";
import { terminalLevers } from "./control.ts";
import { Terminal } from "./terminal.ts";

export interface SimulatorOptions {
  /** The three lines, as serial servers carry them. */
  readonly scanner?: Endpoint | undefined;
  readonly thermometer?: Endpoint | undefined;
  readonly gate?: Endpoint | undefined;
  /** The HTTP levers. */
  readonly control?: Endpoint | undefined;
  /** What the thermometer speaks; text unless said otherwise. */
  readonly form?: ThermometerSettings["form"];
  /** How often it measures by itself; 500 ms unless said otherwise, 0: only when asked. */
  readonly measureEveryMs?: number;
  /** How long the scanner takes to reply when it is asked whether it is there; at once unless said otherwise. */
  readonly replyAfterMs?: number;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A running terminal. Disposing it closes every line. */
export interface Simulator extends AsyncDisposable {
  /** The ports really taken, and the key that vouches for codes issued here. */
  readonly ports: Readonly<Record<"scanner" | "thermometer" | "gate" | "control", number | undefined>> & {
    readonly publicKey: string;
  };
  readonly terminal: Terminal;
}

/** Starts a doorway terminal. @throws SimulatorError when a port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock = systemClock, log = silentLog, form = "ascii", measureEveryMs = 500, replyAfterMs = 0 } = options;
  await using stack = new AsyncDisposableStack();
  const terminal = new Terminal({ thermometer: form, measureEveryMs, replyAfterMs, clock, log });
  const { scanner, thermometer, gate } = terminal.wires;
  const ports = {
    scanner: options.scanner && stack.use(await serveTcp(options.scanner, scanner.serve, log)).port,
    thermometer: options.thermometer && stack.use(await serveTcp(options.thermometer, thermometer.serve, log)).port,
    gate: options.gate && stack.use(await serveTcp(options.gate, gate.serve, log)).port,
    control: options.control && stack.use(await listenForLevers(options.control, terminalLevers(terminal), log)).port,
    publicKey: terminal.publicKey,
  };
  stack.use(keepMeasuring(terminal));
  const opened = stack.move();
  return { ports, terminal, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

function keepMeasuring(terminal: Terminal): AsyncDisposable {
  const stop = new AbortController();
  const running = terminal.run(stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
