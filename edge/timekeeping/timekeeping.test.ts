import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ClockConfidence } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { arm, persistedDeadline, remaining } from "./persisted-deadline.ts";
import { openTimekeeper, readBootId, type Timekeeper } from "./timekeeper.ts";

const BUILT_MS = Date.UTC(2026, 0, 1);
const NOW_MS = Date.UTC(2026, 5, 1);
const YEAR_MS = 365 * 86_400_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "outpost-time-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A gateway that boots: `clock` is its machine, the state file its disk. */
function boot(clock: ManualClock, bootId: string, file = "time.json"): Promise<Timekeeper> {
  return openTimekeeper({
    statePath: join(folder, file),
    buildTimeMs: BUILT_MS,
    log: silentLog,
    wallMs: () => clock.now().wallMs,
    monotonicMs: () => clock.monotonicMs(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
    bootId,
    syncMarkerPath: join(folder, "synchronized"),
  });
}

describe("the gateway's clock", () => {
  it("starts doubtful in 1970, and is confirmed once the time is set and the fleet agrees", async () => {
    const machine = new ManualClock({ wallMs: 5_000 });
    await using clock = await boot(machine, "boot-1");
    expect(clock.now().confidence).toBe("doubtful");
    expect(clock.status()).toEqual({ doubt: "before-floor", floorMs: BUILT_MS, certainFloorMs: BUILT_MS });
    machine.jumpWall(NOW_MS - 5_000);
    expect(clock.now().confidence).toBe("plausible");
    expect(clock.confirm(NOW_MS + 300)).toEqual({ kind: "confirmed" });
    expect(clock.now().confidence).toBe("confirmed");
  });

  it("remembers the floor over a reboot, so a clock that went back is doubtful though it is after the build", async () => {
    const before = new ManualClock({ wallMs: NOW_MS, monotonicMs: 1_000_000 });
    await (await boot(before, "boot-1"))[Symbol.asyncDispose]();
    await using clock = await boot(new ManualClock({ wallMs: NOW_MS - 86_400_000, monotonicMs: 9_000 }), "boot-2");
    expect(clock.now().confidence).toBe("doubtful");
    expect(clock.status()).toEqual({ doubt: "before-floor", floorMs: NOW_MS, certainFloorMs: BUILT_MS });
  });

  it("keeps its verdict over a restart in the same boot", async () => {
    const machine = new ManualClock({ wallMs: NOW_MS, monotonicMs: 1_000_000 });
    const first = await boot(machine, "boot-1");
    machine.jumpWall(10 * YEAR_MS);
    expect(first.now().confidence).toBe("doubtful");
    await first[Symbol.asyncDispose]();
    await using second = await boot(machine, "boot-1");
    expect(second.status().doubt).toBe("stepped");
    second.confirm(NOW_MS + 10 * YEAR_MS);
    await second[Symbol.asyncDispose]();
    await using third = await boot(machine, "boot-1");
    expect(third.now().confidence).toBe("confirmed");
  });

  it("writes a change of mind within seconds and the floor every few minutes, without being stopped", async () => {
    const machine = new ManualClock({ wallMs: NOW_MS, monotonicMs: 1_000_000 });
    await using clock = await boot(machine, "boot-1");
    clock.confirm(NOW_MS);
    await advanceUntil(machine, async () => (await saved()).confirmedOffsetMs !== undefined, 10_000);
    await advanceUntil(machine, async () => (await saved()).floor.certainMs >= NOW_MS + 180_000, 400_000);
    expect((await saved()).floor.certainMs).toBeLessThanOrEqual(machine.now().wallMs);
  });

  it("believes the time service each time it leaves a new mark, and no old one", async () => {
    const machine = new ManualClock({ wallMs: NOW_MS, monotonicMs: 1_000_000 });
    await using clock = await boot(machine, "boot-1");
    expect(clock.now().confidence).toBe("plausible");
    await mark(1);
    await advanceUntil(machine, () => clock.now().confidence === "confirmed", 60_000);
    machine.jumpWall(YEAR_MS);
    await machine.advance(60_000);
    expect(clock.now().confidence).toBe("doubtful");
    await mark(2);
    await advanceUntil(machine, () => clock.now().confidence === "confirmed", 60_000);
    expect(clock.status().floorMs).toBeGreaterThan(NOW_MS + YEAR_MS);
  });

  it.each([
    ["empty", ""],
    ["not JSON", "{"],
    ["of another shape", `{"version":1,"floor":3}`],
    ["far too long", "9".repeat(100_000)],
  ])("goes on from the build time when the state file is %s", async (_, content) => {
    await writeFile(join(folder, "time.json"), content);
    await using clock = await boot(new ManualClock({ wallMs: BUILT_MS + 1_000 }), "boot-1");
    expect(clock.now().confidence).toBe("plausible");
    expect(clock.status().floorMs).toBe(BUILT_MS + 1_000);
  });

  it("keeps time where its state can be neither read nor written", async () => {
    const machine = new ManualClock({ wallMs: NOW_MS });
    await using clock = await boot(machine, "boot-1", "no-such-folder/time.json");
    expect(clock.confirm(NOW_MS)).toEqual({ kind: "confirmed" });
    expect(clock.now().confidence).toBe("confirmed");
  });

  it("takes a boot id from another file, and refuses one that holds none", async () => {
    const file = join(folder, "boot-id");
    await writeFile(file, "boot-7\n");
    expect(await readBootId(file)).toBe("boot-7");
    await writeFile(file, "x".repeat(64));
    expect(await readBootId(file)).toHaveLength(64);
    for (const content of ["", " \n", "x".repeat(65)]) {
      await writeFile(file, content);
      await expect(readBootId(file)).rejects.toThrow("holds no boot id");
    }
  });

  it("takes boot id and clocks from this machine when nothing else is said", async () => {
    const options = { statePath: join(folder, "time.json"), buildTimeMs: BUILT_MS, log: silentLog };
    await using clock = await openTimekeeper(options);
    expect(clock.bootId).toBe(await readBootId());
    expect(clock.bootId).toMatch(/^[0-9a-f-]{36}$/);
    const before = Date.now();
    expect(clock.now().wallMs).toBeGreaterThanOrEqual(before);
  });
});

async function saved(): Promise<{ floor: { certainMs: number }; confirmedOffsetMs?: number }> {
  return JSON.parse(await readFile(join(folder, "time.json"), "utf8"));
}

async function mark(atSeconds: number): Promise<void> {
  await writeFile(join(folder, "synchronized"), "");
  await utimes(join(folder, "synchronized"), atSeconds, atSeconds);
}

/** Lets the machine's time pass in small steps, with real file access in between, until `isSo` or `withinMs` are over. */
async function advanceUntil(
  clock: ManualClock,
  isSo: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<void> {
  const endMs = clock.monotonicMs() + withinMs;
  while (clock.monotonicMs() < endMs) {
    await clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (await isSo()) return;
  }
  expect.fail(`not so within ${withinMs} ms of the machine's time`);
}

describe("a persisted deadline", () => {
  const armedAt = { wallMs: NOW_MS, monotonicMs: 1_000_000 };

  function after(
    change: { bootId?: string; wallMs: number; monotonicMs: number },
    armed: ClockConfidence = "plausible",
    now: ClockConfidence = "plausible",
  ) {
    const machine = new ManualClock(armedAt);
    machine.confidence = armed;
    const deadline = persistedDeadline.parse(JSON.parse(JSON.stringify(arm(machine, "boot-1", 60_000))));
    const later = new ManualClock(change);
    later.confidence = now;
    return remaining(deadline, later.now(), change.bootId ?? "boot-1");
  }

  it("is exact in the same boot whatever the wall clock does", () => {
    expect(after({ wallMs: 0, monotonicMs: 1_020_000 }, "doubtful", "doubtful")).toEqual({ kind: "known", ms: 40_000 });
    expect(after({ wallMs: NOW_MS + YEAR_MS, monotonicMs: 1_020_000 })).toEqual({ kind: "known", ms: 40_000 });
    expect(after({ wallMs: NOW_MS, monotonicMs: 1_060_001 })).toEqual({ kind: "known", ms: 0 });
  });

  it.each([
    ["20 s passed", NOW_MS + 20_000, { kind: "known", ms: 40_000 }],
    ["it passed while the gateway was down", NOW_MS + 3_600_000, { kind: "known", ms: 0 }],
    ["the wall clock went back", NOW_MS - 1, { kind: "unknown" }],
  ] as const)("goes by the wall clock in another boot: %s", (_, wallMs, expected) => {
    expect(after({ bootId: "boot-2", wallMs, monotonicMs: 5_000 }, "confirmed", "confirmed")).toEqual(expected);
  });

  it.each([
    ["doubtful", "confirmed"],
    ["confirmed", "doubtful"],
  ] as const)("is unknown in another boot where the clock was %s when armed and is %s now", (armed, now) => {
    expect(after({ bootId: "boot-2", wallMs: NOW_MS + 20_000, monotonicMs: 5_000 }, armed, now)).toEqual({
      kind: "unknown",
    });
  });
});
