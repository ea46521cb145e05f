import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { OpenDevice } from "../../adapter.ts";
import type { CommandOutcome, Occurrence } from "../../event.ts";
import { openLink } from "../../links/open-link.ts";
import { startAedes, type TestBroker } from "../../links/testing/brokers.ts";
import { eventually, fakeDeps, type FakeDeps, type FakeDepsOptions } from "../../testing/fake-deps.ts";
import { sign } from "../adapter.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../simulator/simulator.ts";

export const LOOPBACK = { host: "127.0.0.1", port: 0 } as const;
export const CLIENT_ID = "gateway";

/** Quick settings, so that tests need no patience. */
export const QUICK = {
  pollMs: 200,
  timeoutMs: 1_000,
  settleMs: 1_500,
  messages: [{ text: { zh: "地道积水，请绕行", en: "Underpass flooded" } }, { text: { zh: "大雾", en: "Fog" } }],
};

export type Way = "http" | "mqtt";

/** A simulated sign and a way to it. */
export interface Stand extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly broker: TestBroker | undefined;
  /** Opens the adapter on it, on its own link. */
  open(options?: OpenOptions): Promise<Bench>;
}

export interface OpenOptions extends FakeDepsOptions {
  readonly deps?: FakeDeps;
  readonly settings?: object;
}

/** An open sign with what it says. */
export interface Bench extends AsyncDisposable {
  readonly device: OpenDevice;
  readonly deps: FakeDeps;
  write(value: number): Promise<CommandOutcome>;
  call(methodId: string, given: Readonly<Record<string, string | number | boolean>>): Promise<CommandOutcome>;
  occurrences(name: string): readonly Occurrence[];
  /** Waits until the panel shows these lines. */
  shows(...lines: readonly string[]): Promise<void>;
}

export async function stand(way: Way, options: Partial<SimulatorOptions> = {}): Promise<Stand> {
  const stack = new AsyncDisposableStack();
  const broker = way === "mqtt" ? stack.use(await startAedes()) : undefined;
  const where = broker === undefined ? { http: LOOPBACK } : { mqtt: broker.url };
  const simulator = stack.use(await startSimulator({ ...where, ...options }));
  return {
    simulator,
    broker,
    open: (how = {}) => openBench({ simulator, broker }, how),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** The settings' part that says the way. */
export function viaOf({ simulator, broker }: Pick<Stand, "simulator" | "broker">): object {
  return broker === undefined
    ? { kind: "http", url: `http://127.0.0.1:${simulator.ports.http}` }
    : { kind: "mqtt", topic: "sign" };
}

async function openBench(on: Pick<Stand, "simulator" | "broker">, options: OpenOptions): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const { broker, simulator } = on;
  const link =
    broker === undefined
      ? undefined
      : stack.use(
          openLink(
            { id: "line", kind: "mqtt", url: broker.url, clientId: CLIENT_ID },
            { clock: systemClock, log: silentLog },
          ),
        );
  const deps = options.deps?.restarted(link) ?? fakeDeps({ ...options, link });
  const configured = sign.configure("sign", { ...QUICK, via: viaOf(on), ...options.settings });
  const device = stack.use(await configured.open(deps, AbortSignal.timeout(10_000)));
  const never = new AbortController().signal;
  return {
    device,
    deps,
    write: (value) => device.execute({ kind: "write", pointId: "message", value, actor: "test" }, never),
    call: (methodId, given) => device.execute({ kind: "call", methodId, arguments: given, actor: "test" }, never),
    occurrences: (name) =>
      deps.events.filter((event): event is Occurrence => event.kind === "occurrence" && event.name === name),
    async shows(...lines) {
      await eventually(`the lines ${lines.join(" | ")}`, () => simulator.panel.picture.lines.join() === lines.join());
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
