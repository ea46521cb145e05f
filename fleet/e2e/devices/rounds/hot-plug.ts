import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../../seeded-random.ts";
import type { DevicesSite } from "../site/devices-site.ts";
import type { Place } from "../site/place.ts";
import type { Diary, Fault } from "./fault.ts";

/** The site file changes while the gateway runs: the others must not notice. */
export const HOT_PLUGS: readonly Fault[] = [
  {
    // Its messages wait for it meanwhile, at the device or at the broker.
    name: "unplug",
    weight: 3,
    run: (site, random, diary) =>
      plugged(site, { random, diary }, async ({ id }) => {
        await site.plug({ id, what: random.next() < 0.5 ? "device" : "device-and-link" });
        await delay(random.between(200, 3_000));
        await site.plug();
      }),
  },
  {
    name: "reconfigure",
    weight: 2,
    run: (site, random, diary) => plugged(site, { random, diary }, ({ id }) => site.reconfigure(id)),
  },
];

async function plugged(
  site: DevicesSite,
  { random, diary }: { readonly random: SeededRandom; readonly diary: Diary },
  act: (place: Place) => Promise<void>,
): Promise<void> {
  const place = random.pick(site.places);
  // What still suffers from an earlier round changes its status by itself.
  await delay(Math.max(0, diary.quietAtMs - performance.now()));
  await site.untilOnline();
  const fromMs = Date.now();
  await act(place);
  await site.gateway.untilOnline([place.id]);
  diary.hotPlugs.push({ deviceId: place.id, fromMs, toMs: Date.now() });
}
