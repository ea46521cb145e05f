import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../seeded-random.ts";
import { ANSWER_WITHIN_MS, ON_DELAY_MS, type AlarmSite, type Standing } from "./alarm-site.ts";

/** What must be true after a fault, as the gateway was seen to have promised it before. */
export interface Promised {
  /** Somebody must still be asked: another message must go out. */
  readonly mustAsk: boolean;
  /** The siren must sound. */
  readonly mustSound: boolean;
  /** Somebody's acknowledgement was at the fleet, so it was on the gateway's disk. */
  readonly acknowledged: Standing | undefined;
}

/** A way for a gateway to die in one state of an alarm. */
export interface AlarmFault {
  readonly name: string;
  readonly weight: number;
  /** Finds a quiet site; leaves a gateway that runs. */
  run(site: AlarmSite, random: SeededRandom): Promise<Promised>;
}

const ASKING: Promised = { mustAsk: true, mustSound: true, acknowledged: undefined };

export const ALARM_FAULTS: readonly AlarmFault[] = [
  {
    // Nothing is raised yet; the delay was begun, or not even that is on the disk.
    name: "kill-in-delay",
    weight: 1,
    async run(site, random) {
      await site.trip();
      await delay(random.between(50, ON_DELAY_MS - 100));
      await dieAndRevive(site);
      return ASKING;
    },
  },
  {
    // Between actuation and commit: the siren may be called again, never omitted.
    name: "kill-at-siren",
    weight: 3,
    async run(site, random) {
      await site.trip();
      await site.untilSiren(true);
      await delay(random.between(0, 40));
      await dieAndRevive(site);
      return ASKING;
    },
  },
  {
    name: "kill-while-asking",
    weight: 3,
    async run(site, random) {
      await raise(site, 1 + Math.floor(random.next() * 2));
      await delay(random.between(0, ANSWER_WITHIN_MS));
      await dieAndRevive(site);
      return ASKING;
    },
  },
  {
    // The modem has the message and does not say so: it is sent again, under the same reference.
    name: "kill-while-sending",
    weight: 3,
    async run(site, random) {
      const before = (await site.sent()).length;
      await site.setModem("silent");
      await site.trip();
      await site.until("a message reached the modem", async () => (await site.sent()).length > before);
      await delay(random.between(0, 500));
      await site.kill();
      await site.setModem("ready");
      await site.revive();
      return ASKING;
    },
  },
  {
    name: "kill-when-acknowledged",
    weight: 2,
    async run(site) {
      const standing = await raise(site, 1);
      await site.acknowledge(standing);
      await site.until("the acknowledgement is at the fleet", async () => await isAcknowledged(site, standing));
      await dieAndRevive(site);
      return { mustAsk: false, mustSound: true, acknowledged: standing };
    },
  },
  {
    // On the disk or not: whichever it is, desk and gateway must agree afterwards.
    name: "kill-at-acknowledgement",
    weight: 2,
    async run(site, random) {
      const standing = await raise(site, 1);
      await site.acknowledge(standing);
      await delay(random.between(0, 40));
      await dieAndRevive(site);
      return { mustAsk: false, mustSound: true, acknowledged: undefined };
    },
  },
  {
    // It has cleared by itself, as a button that was let go: somebody must answer all the same.
    name: "kill-when-cleared",
    weight: 2,
    async run(site) {
      await raise(site, 1);
      await site.mend();
      await site.untilSiren(false);
      await dieAndRevive(site);
      return { mustAsk: true, mustSound: false, acknowledged: undefined };
    },
  },
  {
    name: "reboot-while-asking",
    weight: 2,
    async run(site, random) {
      await raise(site, 1);
      await site.kill();
      await delay(random.between(0, 2 * ANSWER_WITHIN_MS));
      await site.machine.boot(0);
      await site.revive();
      return ASKING;
    },
  },
  {
    // Without a battery, and without the fleet to tell the time.
    name: "reboot-in-1970-cut-off",
    weight: 1,
    async run(site) {
      await raise(site, 1);
      site.demo.uplink.set("cut");
      await site.kill();
      await site.machine.boot(-Date.now());
      await site.revive();
      return ASKING;
    },
  },
  {
    name: "kill-cut-off",
    weight: 2,
    async run(site, random) {
      site.demo.uplink.set(random.next() < 0.5 ? "cut" : "half-open");
      await raise(site, 1);
      await dieAndRevive(site);
      return ASKING;
    },
  },
  {
    name: "kill-twice",
    weight: 1,
    async run(site, random) {
      await raise(site, 1);
      await dieAndRevive(site);
      await delay(random.between(0, 1_000));
      await dieAndRevive(site);
      return ASKING;
    },
  },
];

async function dieAndRevive(site: AlarmSite): Promise<void> {
  await site.kill();
  await site.revive();
}

/** Trips the pump and waits until so many people were asked. */
async function raise(site: AlarmSite, asked: number): Promise<Standing> {
  const before = (await site.sent()).length;
  await site.trip();
  await site.until(`${asked} were asked`, async () => (await site.sent()).length >= before + asked);
  let standing: Standing | undefined;
  await site.until("the page shows the alarm", async () => (standing = await site.standing()) !== undefined);
  if (standing === undefined) throw new Error("the page showed an alarm and then none");
  return standing;
}

async function isAcknowledged(site: AlarmSite, { occurrenceId }: Standing): Promise<boolean> {
  const steps = await site.steps();
  return steps.some((step) => step.occurrenceId === occurrenceId && step.change === "acknowledged");
}
