import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../seeded-random.ts";
import type { FaultSite, Shape } from "./fault-site.ts";

/** Something that goes wrong under load, and how long it stays so. Afterwards everything runs again. */
export interface Fault {
  readonly name: string;
  readonly shapes: readonly Shape[];
  /** How often it is drawn, against the others. */
  readonly weight: number;
  run(site: FaultSite, random: SeededRandom): Promise<void>;
}

const BOTH: readonly Shape[] = ["one-process", "two-process"];

/** Long enough for the gateway to find out by itself that nobody answers any more. */
const UNNOTICED_MS = 13_000;

export const FAULTS: readonly Fault[] = [
  {
    name: "kill-gateway",
    shapes: BOTH,
    weight: 4,
    async run(site) {
      await site.gateway.kill();
      await site.gateway.start();
    },
  },
  {
    name: "kill-fleet",
    shapes: BOTH,
    weight: 4,
    async run(site, random) {
      await site.killFleet();
      await delay(random.between(0, 1_500));
      await site.startFleet();
    },
  },
  {
    name: "kill-both",
    shapes: BOTH,
    weight: 1,
    async run(site) {
      await Promise.all([site.killFleet(), site.gateway.kill()]);
      await Promise.all([site.startFleet(), site.gateway.start()]);
    },
  },
  {
    name: "kill-mosquitto",
    shapes: ["two-process"],
    weight: 4,
    async run(site, random) {
      await site.mosquitto?.kill();
      await delay(random.between(0, 1_500));
      await site.mosquitto?.start();
    },
  },
  {
    name: "cut",
    shapes: BOTH,
    weight: 3,
    async run(site, random) {
      site.line.set("cut");
      await delay(random.between(50, 2_000));
      site.line.set("open");
    },
  },
  {
    name: "half-open",
    shapes: BOTH,
    weight: 2,
    async run(site, random) {
      site.line.set("half-open");
      await delay(random.next() < 0.3 ? UNNOTICED_MS : random.between(100, 2_000));
      site.line.set("open");
    },
  },
  {
    name: "slow",
    shapes: BOTH,
    weight: 2,
    async run(site, random) {
      site.line.set("slow");
      await delay(random.between(500, 3_000));
      site.line.set("open");
    },
  },
  { name: "restored-disk", shapes: BOTH, weight: 1, run: (site) => restore(site, "whole-disk") },
  { name: "restored-database", shapes: BOTH, weight: 1, run: (site) => restore(site, "only-database") },
  {
    name: "wiped-gateway",
    shapes: BOTH,
    weight: 1,
    // What only the wiped disk held cannot come back, so the fleet has everything first: what is tested is the return.
    async run(site) {
      await site.drained();
      await site.gateway.kill();
      await site.gateway.wipe();
      await site.gateway.start();
    },
  },
];

/**
 * The disk goes back to an older state: the gateway uses sequence numbers again that the fleet holds with other content,
 * while the line is down and nobody can tell it so.
 */
async function restore(site: FaultSite, what: "whole-disk" | "only-database"): Promise<void> {
  await site.gateway.kill();
  await site.gateway.takeImage();
  await site.gateway.start();
  await delay(1_000);
  await site.drained();
  await site.gateway.kill();
  await site.gateway.restoreImage(what);
  site.line.set("cut");
  await site.gateway.start();
  await delay(1_000);
  site.line.set("open");
  // A second image before the gateway has heard of the first is what the journal's README names as its one exception.
  await site.drained();
}

/** Draws the faults of `count` rounds: each that fits the shape once where there is room, the rest by weight. */
export function drawFaults(shape: Shape, count: number, random: SeededRandom): Fault[] {
  const fitting = FAULTS.filter((fault) => fault.shapes.includes(shape));
  return random.drawWeighted(count, fitting);
}
