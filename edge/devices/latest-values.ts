import type { DeviceEvent, Measurement } from "@outpost/firmware-adapters/event.ts";

/** The last measurement of every point, good or bad. As many entries as the site's devices have points. */
export class LatestValues {
  readonly #byDevice = new Map<string, Map<string, Measurement>>();

  accept(event: DeviceEvent): void {
    if (event.kind !== "measurement") return;
    let points = this.#byDevice.get(event.deviceId);
    if (points === undefined) {
      points = new Map();
      this.#byDevice.set(event.deviceId, points);
    }
    points.set(event.pointId, event);
  }

  /** @returns undefined until the point has been read, or tried, for the first time. */
  get(deviceId: string, pointId: string): Measurement | undefined {
    return this.#byDevice.get(deviceId)?.get(pointId);
  }

  /** Forgets a device that is no longer part of the site. */
  forget(deviceId: string): void {
    this.#byDevice.delete(deviceId);
  }
}
