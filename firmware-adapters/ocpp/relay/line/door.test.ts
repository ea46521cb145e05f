import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { expect, it } from "vitest";

import { Door } from "./door.ts";

it("stays shut after a failure, longer from failure to failure, until upstream has answered something", async () => {
  const clock = new ManualClock();
  const door = new Door(clock, () => 0.999_999);
  expect([door.isShut, door.proveMs]).toEqual([false, 0]);
  const shutForMs: number[] = [];
  for (let failures = 0; failures < 8; failures += 1) {
    door.failed();
    expect(door.proveMs).toBeGreaterThan(0);
    let waitedMs = 0;
    while (door.isShut) {
      await clock.advance(100);
      waitedMs += 100;
    }
    shutForMs.push(waitedMs);
  }
  expect(shutForMs).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  door.proven();
  expect(door.proveMs).toBe(0);
  door.failed();
  await clock.advance(1_000);
  expect(door.isShut).toBe(false);
});
