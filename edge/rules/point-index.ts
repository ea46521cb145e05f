/** Finds what hangs on a point without building a key for every reading. */
export class PointIndex<T> {
  readonly #byDevice = new Map<string, Map<string, T[]>>();

  add(point: { readonly deviceId: string; readonly pointId: string }, item: T): void {
    let points = this.#byDevice.get(point.deviceId);
    if (points === undefined) {
      points = new Map();
      this.#byDevice.set(point.deviceId, points);
    }
    const items = points.get(point.pointId);
    if (items === undefined) points.set(point.pointId, [item]);
    else items.push(item);
  }

  remove(point: { readonly deviceId: string; readonly pointId: string }, item: T): void {
    const points = this.#byDevice.get(point.deviceId);
    const items = points?.get(point.pointId) ?? [];
    const left = items.filter((other) => other !== item);
    if (left.length > 0) points?.set(point.pointId, left);
    else points?.delete(point.pointId);
  }

  get(deviceId: string, pointId: string): readonly T[] {
    return this.#byDevice.get(deviceId)?.get(pointId) ?? [];
  }
}
