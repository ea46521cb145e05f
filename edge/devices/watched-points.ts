import type { PointOfDevice } from "@outpost/firmware-adapters/adapter.ts";
import type { DeviceEvent, Measurement } from "@outpost/firmware-adapters/event.ts";

type Watcher = (reading: Measurement) => void;

export interface WatchedPointsDeps {
  /** The last measurement of a point; undefined before the first. */
  latest(deviceId: string, pointId: string): Measurement | undefined;
}

/** Lets devices look at points of other devices: a charging site at its meter, whichever protocol that speaks. */
export class WatchedPoints {
  readonly #deps: WatchedPointsDeps;
  readonly #watchers = new Map<string, Set<Watcher>>();

  constructor(deps: WatchedPointsDeps) {
    this.#deps = deps;
  }

  /** One device event, in the alarm path. */
  accept(event: DeviceEvent): void {
    if (event.kind !== "measurement" || this.#watchers.size === 0) return;
    const watchers = this.#watchers.get(keyOf(event));
    if (watchers !== undefined) for (const watcher of watchers) watcher(event);
  }

  /** As `DeviceDeps.watch` promises. */
  watch(points: readonly PointOfDevice[], onReading: Watcher): Disposable {
    for (const point of points) {
      const last = this.#deps.latest(point.deviceId, point.pointId);
      if (last !== undefined) onReading(last);
      const watchers = this.#watchers.get(keyOf(point)) ?? new Set();
      this.#watchers.set(keyOf(point), watchers.add(onReading));
    }
    return {
      [Symbol.dispose]: () => {
        for (const point of points) this.#forget(keyOf(point), onReading);
      },
    };
  }

  #forget(key: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(key);
    watchers?.delete(watcher);
    if (watchers?.size === 0) this.#watchers.delete(key);
  }
}

function keyOf({ deviceId, pointId }: PointOfDevice): string {
  return `${deviceId} ${pointId}`;
}
