import { expect, it } from "vitest";

import { allCodecCases } from "./all-codec-cases.ts";

/** A tenth of what the bench asks for: on a busy machine this finds only what has become slow by its nature. */
const MIN_FRAMES_PER_SECOND = 5_000;
const ROUNDS = 5;
const PASSES = 10;

it.each(await allCodecCases())("$name finds every frame, in reasonable time", (one) => {
  expect(one.frames).toBeGreaterThanOrEqual(200);
  expect(one.parse(one.bytes)).toBe(one.frames);
  let best = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Of the processor's time, not the wall's: the machine may be busy with other tests.
    const began = process.cpuUsage();
    for (let pass = 0; pass < PASSES; pass += 1) one.parse(one.bytes);
    const { user, system } = process.cpuUsage(began);
    best = Math.max(best, (PASSES * one.frames * 1_000_000) / Math.max(1, user + system));
  }
  expect(best).toBeGreaterThan(MIN_FRAMES_PER_SECOND);
});
