import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { expect, it } from "vitest";

import type { Journal } from "./journal.ts";
import { entry, openHere, readAll, scratchDirectory } from "./testing/scratch.ts";

const DAY_MS = 86_400_000;
const limits = { groupMs: 1, tickMs: 60_000, chunkRows: 10 };

/** Moves the clock and waits until the worker has seen it. */
async function pass(clock: ManualClock, journal: Journal, days: number): Promise<void> {
  await clock.advance(days * DAY_MS);
  await journal.status();
}

it("expires what waited longer than keepDays of running, leaves an exact void, and keeps alarms and results", async () => {
  const clock = new ManualClock();
  await using journal = await openHere(scratchDirectory(), {
    clock,
    keepDays: 3,
    limits: { ...limits, tickMs: DAY_MS },
  });
  const { epoch } = await journal.status();
  const numbers = Array.from({ length: 25 }, (_, number) => number);
  for (const stream of ["alarm", "result", "occurrence", "measurement"] as const) {
    await journal.append(numbers.map((number) => entry(stream, number)));
  }
  await pass(clock, journal, 2);
  await journal.append([entry("occurrence", 100)]);
  await pass(clock, journal, 2);
  // Old rows go a chunk at each tick.
  await pass(clock, journal, 1);
  const { waiting } = await journal.status();
  expect(waiting).toMatchObject({ alarm: 25, result: 25 });
  const bodies = (await readAll(journal, epoch, "occurrence")).map((row) => row.body);
  expect(bodies[0]).toMatch(/"kind":"void","throughSequence":\d+,"count":\d+,"reason":"expired"/);
  expect(bodies.at(-1)).toBe('{"number":100}');
});

it("expires nothing when the wall clock jumps by years, either way", async () => {
  const clock = new ManualClock({ wallMs: 0 });
  await using journal = await openHere(scratchDirectory(), { clock, keepDays: 3, limits });
  await journal.append([entry("occurrence", 1)]);
  await pass(clock, journal, 0.01);
  clock.jumpWall(50 * 365 * DAY_MS);
  await pass(clock, journal, 0.01);
  clock.jumpWall(-50 * 365 * DAY_MS);
  await pass(clock, journal, 0.01);
  const { epoch, waiting } = await journal.status();
  expect(waiting.occurrence).toBe(1);
  expect((await readAll(journal, epoch, "occurrence"))[0]?.body).toBe('{"number":1}');
});

it("counts running time over restarts", async () => {
  const directory = scratchDirectory();
  let epoch = "";
  for (let run = 0; run < 4; run += 1) {
    const clock = new ManualClock();
    await using journal = await openHere(directory, { clock, keepDays: 3, limits: { ...limits, tickMs: DAY_MS } });
    epoch = (await journal.status()).epoch;
    if (run === 0) await journal.append([entry("occurrence", 1)]);
    await pass(clock, journal, 1);
    const [first] = await readAll(journal, epoch, "occurrence");
    expect(first?.body.includes("expired")).toBe(run === 3);
  }
});

it("forgets a device's mark after a week of running", async () => {
  const clock = new ManualClock();
  await using journal = await openHere(scratchDirectory(), { clock, limits: { ...limits, tickMs: DAY_MS } });
  const keyed = entry("occurrence", 1, { dedupeKey: "ps1/1" });
  await journal.append([keyed]);
  await pass(clock, journal, 6);
  expect(await journal.append([keyed])).toEqual([{ kind: "duplicate" }]);
  await pass(clock, journal, 2);
  expect(await journal.append([keyed])).toMatchObject([{ kind: "written" }]);
});
