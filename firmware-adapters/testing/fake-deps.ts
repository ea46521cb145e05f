import assert from "node:assert";

import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { CommitRequest, DeviceDeps } from "../adapter.ts";
import { DeviceError } from "../errors.ts";
import type { DeviceEvent, DeviceStatus, Measurement } from "../event.ts";
import type { Link } from "../links/link.ts";

/** A gateway around one device, for the tests of adapters: it keeps what the device says, and its disk is a map. */
export interface FakeDeps extends DeviceDeps {
  readonly events: readonly DeviceEvent[];
  readonly commits: readonly CommitRequest[];
  /** A reading of another device, for whoever watches it. */
  show(reading: Measurement): void;
  /** While set, nothing can be committed or saved. */
  isDiskBroken: boolean;
  /** While set, commits wait until it is called. */
  holdCommits(): () => void;
  last(pointId: string): Measurement | undefined;
  lastStatus(): DeviceStatus | undefined;
  /** What the next life of the device finds: the same rows and known keys, and no events. */
  restarted(link?: Link): FakeDeps;
}

export interface FakeDepsOptions {
  readonly link?: Link | undefined;
  readonly otherLinks?: readonly Link[];
  readonly clock?: Clock;
  readonly rows?: ReadonlyMap<string, string>;
  readonly knownKeys?: ReadonlySet<string>;
  readonly isRestored?: boolean;
  /** Called with every event as it is published. */
  readonly onEvent?: (event: DeviceEvent) => void;
}

export function fakeDeps(options: FakeDepsOptions = {}): FakeDeps {
  const { clock = systemClock, isRestored = true } = options;
  const events: DeviceEvent[] = [];
  const commits: CommitRequest[] = [];
  const rows = new Map(options.rows);
  const known = new Set(options.knownKeys);
  let held = Promise.resolve();
  const publish = (event: DeviceEvent): void => {
    events.push(event);
    options.onEvent?.(event);
  };
  const write = (changed: Readonly<Record<string, string | null>>): void => {
    for (const [key, value] of Object.entries(changed)) {
      if (value === null) rows.delete(key);
      else rows.set(key, value);
    }
  };
  const refuseWhereBroken = (): void => {
    if (deps.isDiskBroken) throw new DeviceError("device/not-committed", "the disk takes nothing");
  };
  const deps: FakeDeps = {
    clock,
    log: silentLog,
    link: options.link,
    linkNamed: (id) => {
      const found = options.otherLinks?.find((one) => one.id === id);
      if (found === undefined) throw new Error(`no link ${id}`);
      return found;
    },
    publish,
    ...otherDevices(),
    async commit(request, signal) {
      signal.throwIfAborted();
      assert(request.events.length > 0, "as in the gateway, a commit has an event");
      if (known.has(request.key)) return "known";
      for (const event of request.events) publish(event);
      await held;
      signal.throwIfAborted();
      refuseWhereBroken();
      known.add(request.key);
      write(request.rows ?? {});
      commits.push(request);
      return "committed";
    },
    memory: {
      isRestored,
      rows,
      async save(changed) {
        refuseWhereBroken();
        write(changed);
      },
    },
    events,
    commits,
    isDiskBroken: false,
    holdCommits() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    last: (pointId) =>
      events.findLast((event): event is Measurement => event.kind === "measurement" && event.pointId === pointId),
    lastStatus: () => events.findLast((event): event is DeviceStatus => event.kind === "status"),
    restarted: (link) => fakeDeps({ ...options, link: link ?? options.link, rows, knownKeys: known }),
  };
  return deps;
}

/** Points of other devices, as the test shows them. */
function otherDevices(): Pick<FakeDeps, "watch" | "show"> {
  const watchers = new Set<(reading: Measurement) => void>();
  const shown = new Map<string, Measurement>();
  return {
    watch(points, onReading) {
      const watcher = (reading: Measurement): void => {
        const { deviceId, pointId } = reading;
        if (points.some((one) => one.deviceId === deviceId && one.pointId === pointId)) onReading(reading);
      };
      for (const reading of shown.values()) watcher(reading);
      watchers.add(watcher);
      return { [Symbol.dispose]: () => watchers.delete(watcher) };
    },
    show(reading) {
      shown.set(`${reading.deviceId}/${reading.pointId}`, reading);
      for (const watcher of watchers) watcher(reading);
    },
  };
}

/** Looks every few milliseconds until there is something. @throws Error where it does not come within 20 s. */
export async function eventually<T>(what: string, look: () => T | undefined | false): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + WITHIN_MS;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`${what} did not come`);
    await systemClock.sleep(5);
  }
}

/** Long enough for a machine that is busy with other tests. */
const WITHIN_MS = 20_000;
