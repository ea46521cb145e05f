import type { DeviceEvent, Measurement } from "@outpost/firmware-adapters/event.ts";
import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import { describe, expect, it } from "vitest";

import { EventBus } from "./event-bus.ts";
import { LatestValues } from "./latest-values.ts";

function level(value: number, isReportable = true): Measurement {
  return {
    kind: "measurement",
    deviceId: "station",
    pointId: "level",
    unit: "m",
    reading: { quality: "good", value },
    isReportable,
    occurredAtMs: 0,
    monotonicMs: 0,
    clockConfidence: "plausible",
  };
}

describe("EventBus", () => {
  it("calls the alarm path in the same turn, in order, before anybody's queue", () => {
    const bus = new EventBus();
    const seen: string[] = [];
    const queue = new BoundedQueue<DeviceEvent>({ maxLength: 10, whenFull: "drop-oldest" });
    bus.subscribe(queue);
    bus.subscribeAlarmPath(() => seen.push(`first, ${queue.length} queued`));
    bus.subscribeAlarmPath(() => seen.push(`second, ${queue.length} queued`));
    bus.publish(level(1));
    expect(seen).toEqual(["first, 0 queued", "second, 0 queued"]);
    expect(queue.length).toBe(1);
  });

  it("a reader that does not keep up loses its own oldest events and nobody else's", async () => {
    const bus = new EventBus();
    const slow = new BoundedQueue<DeviceEvent>({ maxLength: 2, whenFull: "drop-oldest" });
    const wide = new BoundedQueue<DeviceEvent>({ maxLength: 10, whenFull: "drop-oldest" });
    bus.subscribe(slow);
    bus.subscribe(wide);
    for (const value of [1, 2, 3]) bus.publish(level(value));
    expect([slow.length, slow.lost, wide.length, wide.lost]).toEqual([2, 1, 3, 0]);
    expect(await slow.take(2, AbortSignal.timeout(1_000))).toEqual([level(2), level(3)]);
  });

  it("a reader gets only what it wants", () => {
    const bus = new EventBus();
    const queue = new BoundedQueue<DeviceEvent>({ maxLength: 10, whenFull: "drop-oldest" });
    bus.subscribe(queue, (event) => event.kind === "measurement" && event.isReportable);
    bus.publish(level(1, false));
    bus.publish(level(2, true));
    expect(queue.length).toBe(1);
  });
});

describe("LatestValues", () => {
  it("holds the newest measurement of each point until its device goes", () => {
    const latest = new LatestValues();
    expect(latest.get("station", "level")).toBeUndefined();
    latest.accept(level(1));
    latest.accept(level(2));
    expect(latest.get("station", "level")).toEqual(level(2));
    latest.forget("station");
    expect(latest.get("station", "level")).toBeUndefined();
  });
});
