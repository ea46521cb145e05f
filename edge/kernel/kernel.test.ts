import { describe, expect, it } from "vitest";

import { Backoff } from "./backoff.ts";
import { BoundedQueue } from "./bounded-queue.ts";
import { monotonicMs } from "./clock.ts";
import { crc16Modbus } from "./crc16.ts";
import { ManualClock } from "./manual-clock.ts";

describe("crc16Modbus", () => {
  it("gives the standard check value 0x4B37 for the digits 1 to 9", () => {
    expect(crc16Modbus(Buffer.from("123456789", "ascii"))).toBe(0x4b37);
  });
});

describe("Backoff", () => {
  it("doubles up to its maximum, stays within half to all of it, and starts again after a success", () => {
    const low = new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 0 });
    expect(Array.from({ length: 6 }, () => low.nextMs())).toEqual([50, 100, 200, 400, 500, 500]);
    low.reset();
    expect(low.nextMs()).toBe(50);
    const high = new Backoff({ firstMs: 100, maxMs: 1_000, random: () => 0.999_999 });
    expect(high.nextMs()).toBeCloseTo(100, 2);
  });
});

describe("BoundedQueue", () => {
  const never = new AbortController().signal;

  it("drops the oldest at maximum + 1 where that is the rule, and counts it", async () => {
    const queue = new BoundedQueue<number>({ maxLength: 2, whenFull: "drop-oldest" });
    expect([queue.push(1), queue.push(2), queue.push(3)]).toEqual([true, true, true]);
    expect(await queue.take(10, never)).toEqual([2, 3]);
    expect(queue.lost).toBe(1);
  });

  it("refuses at maximum + 1 where that is the rule", async () => {
    const queue = new BoundedQueue<number>({ maxLength: 1, whenFull: "refuse" });
    expect([queue.push(1), queue.push(2)]).toEqual([true, false]);
    expect(await queue.take(10, never)).toEqual([1]);
  });

  it("wakes a waiting reader, and lets it go when its signal aborts", async () => {
    const queue = new BoundedQueue<number>({ maxLength: 1, whenFull: "refuse" });
    const taken = queue.take(1, never);
    queue.push(7);
    expect(await taken).toEqual([7]);
    const stop = new AbortController();
    const waiting = queue.take(1, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
  });
});

describe("clocks", () => {
  it("the monotonic clock counts from the machine's boot, the same in every process", async () => {
    const { execFileSync } = await import("node:child_process");
    const before = monotonicMs();
    const other = Number(
      execFileSync(process.execPath, ["-p", "Number(process.hrtime.bigint())/1e6"], { encoding: "utf8" }),
    );
    expect(other).toBeGreaterThan(before);
    expect(other).toBeLessThan(monotonicMs());
  });

  it("a manual clock wakes sleepers in order and keeps the wall clock's jumps out of durations", async () => {
    const clock = new ManualClock({ wallMs: 0 });
    const woken: number[] = [];
    const sleeps = [30, 10].map(async (ms) => {
      await clock.sleep(ms);
      woken.push(ms);
    });
    clock.jumpWall(-86_400_000);
    await clock.advance(30);
    await Promise.all(sleeps);
    expect(woken).toEqual([10, 30]);
    expect(clock.now()).toEqual({ wallMs: 30 - 86_400_000, monotonicMs: 30, confidence: "plausible" });
  });
});
