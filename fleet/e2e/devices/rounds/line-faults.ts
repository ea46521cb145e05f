import { setTimeout as delay } from "node:timers/promises";

import type { Fault } from "./fault.ts";

/** Long enough for both ends to find out by themselves that nobody answers. */
const UNNOTICED_MS = 12_000;
const SPOKEN_WITHIN_MS = 10_000;

/** One device's line fails, or the device behind it stands still. */
export const LINE_FAULTS: readonly Fault[] = [
  {
    name: "cut",
    weight: 2,
    async run(site, random) {
      const { proxy } = random.pick(site.places).line;
      proxy.set("cut");
      await delay(random.between(50, 3_000));
      proxy.set("open");
    },
  },
  {
    name: "half-open",
    weight: 2,
    async run(site, random) {
      const { proxy } = random.pick(site.places).line;
      proxy.set("half-open");
      await delay(random.next() < 0.2 ? UNNOTICED_MS : random.between(100, 4_000));
      proxy.set("open");
    },
  },
  {
    name: "slow",
    weight: 1,
    async run(site, random) {
      const { proxy } = random.pick(site.places).line;
      proxy.set("slow");
      await delay(random.between(500, 3_000));
      proxy.set("open");
    },
  },
  {
    name: "all-lines-cut",
    weight: 1,
    async run(site, random) {
      for (const { line } of site.places) line.proxy.set("cut");
      await delay(random.between(500, 3_000));
      for (const { line } of site.places) line.proxy.set("open");
    },
  },
  {
    // The answer is lost on the way, and the line with it: the device says it again.
    name: "lose-answer",
    weight: 3,
    async run(site, random) {
      const { line } = random.pick(site.places.filter(({ device }) => device.words !== undefined));
      await line.at("answer", () => line.proxy.set("half-open"), SPOKEN_WITHIN_MS);
      await delay(random.between(0, 2_000));
      line.proxy.set("open");
    },
  },
  {
    name: "silent-device",
    weight: 2,
    async run(site, random) {
      const place = random.pick(site.places);
      place.stall();
      await delay(random.between(500, 6_000));
      place.resume();
    },
  },
];
