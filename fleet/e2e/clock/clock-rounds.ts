import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../seeded-random.ts";
import { ON_DELAY_MS, type ClockSite, type Trust } from "./clock-site.ts";

/** Something that goes wrong with the clock around an alarm's on-delay. */
export interface ClockFault {
  readonly name: string;
  /** What the record of the raised alarm must say of the clock. */
  readonly raised: Trust;
  /** What the record of the cleared alarm must say: the clock has been set right before. */
  readonly cleared: Trust;
  /**
   * Finds a gateway whose clock the fleet has confirmed, trips the pump, and does all that must happen before the
   * alarm is judged.
   *
   * @returns when it tripped the pump.
   */
  run(site: ClockSite, random: SeededRandom): Promise<number>;
  /** Undoes what would reach into the next round. */
  after?(site: ClockSite): Promise<void>;
}

const YEAR_MS = 365.25 * 86_400_000;
/** From here on a delay that begins anew after a restart ends later than any bound that the judge allows. */
const LATE_IN_DELAY_MS = ON_DELAY_MS - 2_000;

const yearsAhead = (random: SeededRandom): number => random.between(1, 20) * YEAR_MS;
const yearsBack = (random: SeededRandom): number => -random.between(1, 50) * YEAR_MS;
/** A box without a battery counts from the first second of 1970. */
const to1970 = (): number => -Date.now();

export const CLOCK_FAULTS: readonly ClockFault[] = [
  {
    name: "start-in-1970",
    raised: "doubtful",
    cleared: "trusted",
    async run(site) {
      await site.boot(to1970(), "doubtful");
      return await site.trip();
    },
  },
  {
    name: "start-years-ahead",
    raised: "doubtful",
    // The time floor went ahead with the clock; the fleet brings it down again at the next connection.
    cleared: "doubtful",
    async run(site, random) {
      await site.boot(yearsAhead(random), "doubtful");
      return await site.trip();
    },
    // The gateway hears the right time, and writes the lowered floor down when the next round stops it.
    after: (site) => site.boot(0, "trusted"),
  },
  { name: "jump-ahead", raised: "doubtful", cleared: "trusted", run: (site, random) => jump(site, yearsAhead(random)) },
  { name: "jump-back", raised: "doubtful", cleared: "trusted", run: (site, random) => jump(site, yearsBack(random)) },
  {
    name: "jump-ahead-in-delay",
    raised: "doubtful",
    cleared: "trusted",
    run: (site, random) => jumpInDelay(site, yearsAhead(random), random),
  },
  {
    name: "jump-back-in-delay",
    raised: "doubtful",
    cleared: "trusted",
    run: (site, random) => jumpInDelay(site, yearsBack(random), random),
  },
  {
    name: "set-right-in-delay",
    raised: "trusted",
    cleared: "trusted",
    async run(site, random) {
      await site.boot(to1970(), "doubtful");
      const trippedAtMs = await site.trip();
      await delay(random.between(500, ON_DELAY_MS - 1_000));
      await site.machine.setWall(0);
      return trippedAtMs;
    },
  },
  {
    name: "killed-in-delay",
    raised: "trusted",
    cleared: "trusted",
    run: (site, random) => interrupt(site, random.between(LATE_IN_DELAY_MS, ON_DELAY_MS - 500), async () => {}),
  },
  {
    name: "killed-and-jumped-in-delay",
    raised: "doubtful",
    cleared: "trusted",
    run: (site, random) =>
      interrupt(site, random.between(LATE_IN_DELAY_MS, ON_DELAY_MS - 500), () =>
        site.machine.setWall(random.next() < 0.5 ? yearsAhead(random) : yearsBack(random)),
      ),
  },
  {
    name: "rebooted-in-delay",
    raised: "trusted",
    cleared: "trusted",
    run: (site, random) =>
      interrupt(site, random.between(LATE_IN_DELAY_MS, ON_DELAY_MS - 500), () => site.machine.boot(0)),
  },
  {
    name: "rebooted-past-due",
    raised: "trusted",
    cleared: "trusted",
    run: (site, random) =>
      interrupt(site, random.between(2_000, 5_000), async (trippedAtMs) => {
        await pastDue(trippedAtMs, random);
        await site.machine.boot(0);
      }),
  },
  {
    name: "rebooted-past-due-in-1970",
    raised: "doubtful",
    cleared: "trusted",
    run: (site, random) =>
      interrupt(site, random.between(2_000, 5_000), async (trippedAtMs) => {
        await pastDue(trippedAtMs, random);
        await site.machine.boot(to1970());
      }),
  },
];

async function jump(site: ClockSite, aheadMs: number): Promise<number> {
  await site.machine.setWall(aheadMs);
  return await site.trip();
}

async function jumpInDelay(site: ClockSite, aheadMs: number, random: SeededRandom): Promise<number> {
  const trippedAtMs = await site.trip();
  await delay(random.between(500, ON_DELAY_MS - 1_000));
  await site.machine.setWall(aheadMs);
  return trippedAtMs;
}

/** Kills the gateway `afterMs` into the delay, lets `meanwhile` happen while it is away, and starts it again. */
async function interrupt(
  site: ClockSite,
  afterMs: number,
  meanwhile: (trippedAtMs: number) => Promise<void>,
): Promise<number> {
  const trippedAtMs = await site.trip();
  await delay(afterMs);
  await site.killGateway();
  await meanwhile(trippedAtMs);
  await site.startGateway();
  return trippedAtMs;
}

/** Waits until the delay, which began up to one poll after the trip, is over for certain. */
async function pastDue(trippedAtMs: number, random: SeededRandom): Promise<void> {
  await delay(trippedAtMs + ON_DELAY_MS + random.between(2_000, 4_000) - Date.now());
}
