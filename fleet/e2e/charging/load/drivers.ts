import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../../seeded-random.ts";
import { CONNECTORS, tagAt } from "../site/site-document.ts";
import type { Street } from "../site/street.ts";

const PAUSE_MS = [300, 2_500] as const;
const CHARGE_MS = [2_000, 15_000] as const;
const WISH_A = [10, 32] as const;

interface Place {
  readonly street: Street;
  readonly station: string;
  readonly connector: number;
}

/** People who come, charge and go, one at each connector, each by chance of its own. */
export class Drivers {
  readonly #places: readonly Place[];
  readonly #stop = new AbortController();
  #driving: Promise<unknown> | undefined;

  constructor(streets: readonly Street[]) {
    this.#places = streets.flatMap((street) =>
      street.stations.flatMap(({ identity }) =>
        CONNECTORS.map((connector) => ({ street, station: identity, connector })),
      ),
    );
  }

  begin(randomFor: (place: string) => SeededRandom): void {
    const { signal } = this.#stop;
    this.#driving = Promise.all(
      this.#places.map((place) => drive(place, randomFor(`${place.station}/${place.connector}`), signal)),
    );
    this.#driving.catch(() => {});
  }

  /** Everybody leaves, and nobody comes any more. @throws whatever went wrong while they drove. */
  async leave(): Promise<void> {
    this.#stop.abort();
    await this.#driving;
    for (const { street, station, connector } of this.#places) {
      await street.pull("stop", { station, connector });
      await street.pull("unplug", { station, connector });
    }
  }
}

async function drive({ street, station, connector }: Place, random: SeededRandom, signal: AbortSignal): Promise<void> {
  const wait = async ([low, high]: readonly [number, number]): Promise<void> =>
    await delay(random.between(low, high), undefined, { signal }).catch(() => {});
  while (!signal.aborted) {
    await wait(PAUSE_MS);
    await street.pull("plug", { station, connector, wantsA: Math.round(random.between(...WISH_A)) });
    await street.pull("swipe", { station, connector, idTag: tagAt(station, connector) });
    await wait(CHARGE_MS);
    // Some pull the plug, some hold their tag to it first.
    if (random.next() < 0.5) await street.pull("swipe", { station, connector, idTag: tagAt(station, connector) });
    await street.pull("unplug", { station, connector });
  }
}
