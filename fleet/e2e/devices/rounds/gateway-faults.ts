import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../../seeded-random.ts";
import type { DevicesSite } from "../site/devices-site.ts";
import type { Line } from "../site/line.ts";
import type { Fault } from "./fault.ts";

/** A device under load says something well within this time, also after it was cut off for a while. */
const SPOKEN_WITHIN_MS = 10_000;
/** From hearing a message to its acknowledgement it takes a gateway a few milliseconds. */
const BEFORE_ANSWER_MS = 15;

/** The gateway dies or stands still, at any moment or just about an acknowledgement. */
export const GATEWAY_FAULTS: readonly Fault[] = [
  {
    name: "kill",
    weight: 2,
    async run({ gateway }) {
      gateway.kill();
      await gateway.revive();
    },
  },
  {
    // Between what a device says and the answer to it: on disk or not, and the device does not know.
    name: "kill-before-answer",
    weight: 3,
    async run(site, random) {
      const afterMs = random.between(0, BEFORE_ANSWER_MS);
      await spokenLine(site, random).at(
        "message",
        () => setTimeout(() => site.gateway.kill(), afterMs),
        SPOKEN_WITHIN_MS,
      );
      await delay(2 * BEFORE_ANSWER_MS);
      site.gateway.kill();
      await site.gateway.revive();
    },
  },
  {
    // The answer is on its way: what it acknowledges must outlive the gateway.
    name: "kill-at-answer",
    weight: 3,
    async run(site, random) {
      await spokenLine(site, random).at("answer", () => site.gateway.kill(), SPOKEN_WITHIN_MS);
      site.gateway.kill();
      await site.gateway.revive();
    },
  },
  {
    // The answer never arrives, and who gave it is dead: the device says again what is on disk.
    name: "lose-answer-and-kill",
    weight: 3,
    async run(site, random) {
      const line = spokenLine(site, random);
      const lose = (): void => {
        line.proxy.set("half-open");
        site.gateway.kill();
      };
      await line.at("answer", lose, SPOKEN_WITHIN_MS);
      site.gateway.kill();
      await delay(random.between(0, 500));
      line.proxy.set("open");
      await site.gateway.revive();
    },
  },
  {
    // What cannot be written down is not acknowledged, and comes again.
    name: "broken-disk",
    weight: 2,
    async run({ gateway }, random) {
      gateway.breakDisk();
      await delay(random.between(500, 5_000));
      gateway.mendDisk();
    },
  },
  {
    name: "stall",
    weight: 1,
    async run({ gateway }, random, diary) {
      const fromMs = Date.now();
      gateway.stall();
      await delay(random.between(500, 5_000));
      gateway.resume();
      diary.stalls.push({ fromMs, toMs: Date.now() });
    },
  },
];

/** A line on which something is acknowledged. */
function spokenLine(site: DevicesSite, random: SeededRandom): Line {
  return random.pick(site.places.filter(({ device }) => device.words !== undefined)).line;
}
