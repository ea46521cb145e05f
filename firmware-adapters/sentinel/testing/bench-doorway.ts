import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { OpenDevice } from "../../adapter.ts";
import type { Occurrence } from "../../event.ts";
import { openLink } from "../../links/open-link.ts";
import type { LineSettings } from "../../links/settings.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { sentinel } from "../adapter.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "../simulator/simulator.ts";
import type { Part } from "../simulator/terminal.ts";
import { hashOfListed } from "../verifiers/list.ts";

const ANY_PORT = { host: "127.0.0.1", port: 0 };
export const SALT = "pepper-and-salt";
/** A code that the bench's list knows. */
export const LISTED = "4711-0815";
export const LIST = { kind: "list", salt: SALT, hashes: [hashOfListed(SALT, LISTED)] };

/** How to reach a part of a simulated terminal as a serial server. */
export function partLink({ ports }: Simulator, part: Part): LineSettings {
  return { id: part, kind: "serial-server", host: "127.0.0.1", port: ports[part] ?? 0, gapMs: 2 };
}

/** Starts a terminal with all its parts on free ports, or on those of an earlier one. */
export async function startTerminal(options: SimulatorOptions = {}, before?: Simulator["ports"]): Promise<Simulator> {
  const at = (part: Part) => ({ host: "127.0.0.1", port: before?.[part] ?? 0 });
  const parts = { scanner: at("scanner"), thermometer: at("thermometer"), gate: at("gate") };
  return await startSimulator({ ...parts, measureEveryMs: 0, control: ANY_PORT, ...options });
}

/** An open doorway before a simulated terminal. */
export interface BenchDoorway extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly device: OpenDevice;
  readonly deps: FakeDeps;
  good(pointId: string): number | undefined;
  bad(pointId: string): string | undefined;
  occurrences(name: string): readonly Occurrence["details"][];
  /** The first occurrence of this name, as soon as it is there. */
  occurred(name: string): Promise<Occurrence["details"]>;
  /** Every value that was ever good on a point, without repeats in a row. */
  history(pointId: string): readonly number[];
}

export interface BenchOptions {
  readonly settings?: object;
  readonly terminal?: SimulatorOptions;
  readonly deps?: FakeDeps;
  /** Whether nothing good may be expected of it at first. */
  readonly isOnlineLater?: boolean;
  /** Before the device is opened. */
  readonly before?: (simulator: Simulator) => void;
}

/** Opens a doorway whose list knows one code, and waits until it is online. */
export async function openDoorway(options: BenchOptions = {}): Promise<BenchDoorway> {
  const { settings, terminal, deps: given, before, isOnlineLater = false } = options;
  await using stack = new AsyncDisposableStack();
  const simulator = stack.use(await startTerminal(terminal));
  before?.(simulator);
  const opened = (part: Part) => stack.use(openLink(partLink(simulator, part), { clock: systemClock, log: silentLog }));
  const link = opened("scanner");
  const deps = given ?? fakeDeps({ link, otherLinks: [opened("thermometer"), opened("gate")] });
  const device = stack.use(
    await sentinel.configure("door", { verifiers: [LIST], ...settings }).open(deps, AbortSignal.timeout(5_000)),
  );
  const wires = Object.values(simulator.terminal.wires);
  await eventually("all lines", () => wires.every((wire) => wire.connections > 0));
  if (!isOnlineLater) await eventually("online", () => deps.lastStatus()?.state === "online");
  const all = stack.move();
  const occurrences = (name: string): readonly Occurrence["details"][] =>
    deps.events.flatMap((event) => (event.kind === "occurrence" && event.name === name ? [event.details] : []));
  return {
    simulator,
    device,
    deps,
    good: (pointId) => {
      const reading = deps.last(pointId)?.reading;
      return reading?.quality === "good" ? reading.value : undefined;
    },
    bad: (pointId) => {
      const reading = deps.last(pointId)?.reading;
      return reading?.quality === "bad" ? reading.reason : undefined;
    },
    occurrences,
    occurred: (name) => eventually(name, () => occurrences(name)[0]),
    history: (pointId) => {
      const values = deps.events.flatMap((event) =>
        event.kind === "measurement" && event.pointId === pointId && event.reading.quality === "good"
          ? [event.reading.value]
          : [],
      );
      return values.filter((value, index) => value !== values[index - 1]);
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
