import type { SeededRandom } from "../../seeded-random.ts";
import type { Fault } from "./fault.ts";
import { GARBAGE_FAULTS } from "./garbage.ts";
import { GATEWAY_FAULTS } from "./gateway-faults.ts";
import { HOT_PLUGS } from "./hot-plug.ts";
import { LINE_FAULTS } from "./line-faults.ts";

/** Two things at once: one at the gateway, one at a device or its line. */
const TWO_AT_ONCE: Fault = {
  name: "two-at-once",
  weight: 4,
  async run(site, random, diary) {
    const pair = [random.pick(GATEWAY_FAULTS), random.pick([...LINE_FAULTS, ...GARBAGE_FAULTS])];
    process.stderr.write(`   ${pair.map(({ name }) => name).join(" and ")}\n`);
    await Promise.all(pair.map((fault) => fault.run(site, random, diary)));
  },
};

export const FAULTS: readonly Fault[] = [
  ...GATEWAY_FAULTS,
  ...LINE_FAULTS,
  ...GARBAGE_FAULTS,
  ...HOT_PLUGS,
  TWO_AT_ONCE,
];

/** Draws the faults of `count` rounds: each once where there is room, else some of them; the rest by weight. */
export function drawFaults(count: number, random: SeededRandom): readonly Fault[] {
  return random.drawWeighted(count, FAULTS, random.draw(FAULTS.length, FAULTS));
}
