import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../../seeded-random.ts";
import type { ChargingSite } from "../site/charging-site.ts";
import { CONNECTORS, tagAt } from "../site/site-document.ts";
import type { Street } from "../site/street.ts";

/** Something that goes wrong while people charge, and how long it stays so. Afterwards everything runs again. */
export interface Fault {
  readonly name: string;
  /** How often it is drawn, against the others. */
  readonly weight: number;
  run(site: ChargingSite, random: SeededRandom): Promise<void>;
}

/** A frame of the gateway that says a transaction's number: the answer to a StartTransaction. */
const START_ANSWER = /\[3,"[^"]*",\{[^[]*"transactionId":/;
const SPOKEN_WITHIN_MS = 15_000;

export const FAULTS: readonly Fault[] = [
  {
    name: "kill-gateway",
    weight: 3,
    async run({ gateway }, random) {
      gateway.kill();
      await delay(random.between(0, 4_000));
      await gateway.revive();
    },
  },
  {
    // On disk, and the station does not know.
    name: "kill-at-start-answer",
    weight: 3,
    async run(site, random) {
      const street = site.streets[0];
      if (street === undefined) return;
      await atStartAnswer(street, () => {
        street.line.set("half-open");
        site.gateway.kill();
      });
      site.gateway.kill();
      await delay(random.between(0, 1_000));
      street.line.set("open");
      await site.gateway.revive();
    },
  },
  {
    // At some moment between a tag and the answer to what it begins.
    name: "kill-about-a-swipe",
    weight: 3,
    async run(site, random) {
      const { street, ...place } = pickPlace(site, random);
      await street.pull("plug", { ...place, wantsA: 32 });
      const swipe = street.pull("swipe", { ...place, idTag: tagAt(place.station, place.connector) });
      await delay(random.between(0, 60));
      site.gateway.kill();
      await swipe;
      await site.gateway.revive();
    },
  },
  {
    name: "stall-gateway",
    weight: 1,
    async run({ gateway }, random) {
      gateway.stall();
      await delay(random.between(500, 6_000));
      gateway.resume();
    },
  },
  lineFault("cut", [200, 8_000]),
  lineFault("half-open", [500, 14_000]),
  lineFault("slow", [1_000, 5_000]),
  {
    name: "kill-fleet",
    weight: 1,
    async run(site, random) {
      await site.killFleet();
      await delay(random.between(0, 2_000));
      await site.startFleet();
    },
  },
  {
    name: "reboot-station",
    weight: 2,
    async run(site, random) {
      const { street, station } = pickPlace(site, random);
      const reason = random.pick(["PowerLoss", "SoftReset", "HardReset"]);
      await street.pull("reboot", { station, reason });
    },
  },
  {
    name: "lost-answers",
    weight: 2,
    async run(site, random) {
      const { street, station } = pickPlace(site, random);
      await street.pull("misbehave", { station, lostAnswers: 1, duplicates: 2 });
      await delay(3_000);
    },
  },
  {
    name: "silent-station",
    weight: 1,
    async run(site, random) {
      const { street, station } = pickPlace(site, random);
      await street.pull("misbehave", { station, isSilent: true });
      await delay(random.between(1_000, 8_000));
      await street.pull("misbehave", { station, isSilent: false });
    },
  },
];

/** Draws the faults of `count` rounds: each once where there is room, the rest by weight. */
export function drawFaults(count: number, random: SeededRandom): readonly Fault[] {
  return random.drawWeighted(count, FAULTS);
}

function lineFault(name: "cut" | "half-open" | "slow", forMs: readonly [number, number]): Fault {
  return {
    name,
    weight: 2,
    async run(site, random) {
      const { line } = random.pick(site.streets);
      line.set(name);
      await delay(random.between(...forMs));
      line.set("open");
    },
  };
}

function pickPlace(
  site: ChargingSite,
  random: SeededRandom,
): { readonly street: Street; readonly station: string; readonly connector: number } {
  const street = random.pick(site.streets);
  return { street, station: random.pick(street.stations).identity, connector: random.pick(CONNECTORS) };
}

/** Calls `react` in the turn in which a start is answered, before the answer goes on; gives up after a while. */
async function atStartAnswer({ line }: Street, react: () => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let hasReacted = false;
  using _ = line.watch((bytes, from) => {
    if (hasReacted || from !== "far" || !START_ANSWER.test(bytes.toString("latin1"))) return;
    hasReacted = true;
    react();
    resolve();
  });
  const timer = setTimeout(resolve, SPOKEN_WITHIN_MS);
  await promise;
  clearTimeout(timer);
}
