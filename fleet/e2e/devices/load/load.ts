import { setTimeout as delay } from "node:timers/promises";

import { SeededRandom } from "../../seeded-random.ts";
import { GATEWAY_ID, type DevicesSite } from "../site/devices-site.ts";
import { Collector } from "./collector.ts";
import { GAUGES } from "./gauges.ts";
import { Speaker } from "./speaker.ts";
import { VOICES } from "./voices.ts";
import { Witness } from "./witness.ts";

const SPEAK_MS = { least: 100, most: 350 };
const COLLECT_MS = { least: 300, most: 900 };
const LOOK_MS = { least: 250, most: 250 };
const ANSWERED_WITHIN_MS = 60_000;

/** All that goes on at the devices while things break: messages, pick-ups, and looks at what is true. */
export class Load implements AsyncDisposable {
  readonly speakers: readonly Speaker[];
  readonly witnesses: readonly Witness[];
  readonly collector: Collector;
  readonly #seed: string;
  readonly #stopSpeaking = new AbortController();
  readonly #stopLooking = new AbortController();
  readonly #loops: Promise<void>[] = [];

  constructor(site: DevicesSite, seed: string) {
    this.#seed = seed;
    this.speakers = VOICES.map((voice) => new Speaker(voice, site.place(voice.deviceId).levers));
    this.witnesses = GAUGES.map((gauges) => new Witness(gauges, site.place(gauges.deviceId).levers));
    this.collector = new Collector({
      fleetUrl: site.fleetUrl,
      gatewayId: GATEWAY_ID,
      courier: site.courier,
      levers: site.place("locker-wall").levers,
      random: new SeededRandom(`${seed} hands`),
    });
  }

  begin(): void {
    for (const speaker of this.speakers) {
      this.#keep(speaker.voice.deviceId, () => speaker.speak(), { ...SPEAK_MS, signal: this.#stopSpeaking.signal });
    }
    this.#keep("collector", () => this.collector.collect(), { ...COLLECT_MS, signal: this.#stopSpeaking.signal });
    for (const witness of this.witnesses) {
      const name = `witness of ${witness.gauges.deviceId}`;
      this.#keep(name, () => witness.look(), { ...LOOK_MS, signal: this.#stopLooking.signal });
    }
  }

  /**
   * Has the devices fall silent and waits until everything they repeat is acknowledged.
   *
   * @returns how many messages were not, in the end.
   */
  async hush(): Promise<number> {
    this.#stopSpeaking.abort();
    const deadlineMs = performance.now() + ANSWERED_WITHIN_MS;
    for (;;) {
      const waiting = await Promise.all(
        this.speakers.map(async (speaker) => {
          const left = await speaker.look();
          return speaker.voice.repeats ? left : 0;
        }),
      );
      const unanswered = waiting.reduce((sum, count) => sum + count, 0);
      if (unanswered === 0 || performance.now() > deadlineMs) return unanswered;
      await delay(200);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopSpeaking.abort();
    this.#stopLooking.abort();
    await Promise.all(this.#loops);
  }

  #keep(
    name: string,
    act: () => Promise<void>,
    pace: { readonly least: number; readonly most: number; readonly signal: AbortSignal },
  ): void {
    const random = new SeededRandom(`${this.#seed} ${name}`);
    const loop = async (): Promise<void> => {
      while (!pace.signal.aborted) {
        // A device that stands still, or a gateway that is away, cannot be spoken to; the next time it can.
        await act().catch(() => undefined);
        await delay(random.between(pace.least, pace.most), undefined, { signal: pace.signal }).catch(() => undefined);
      }
    };
    this.#loops.push(loop());
  }
}
