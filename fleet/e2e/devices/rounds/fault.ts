import type { SeededRandom } from "../../seeded-random.ts";
import type { HotPlug } from "../judgement/account.ts";
import type { Span } from "../judgement/readings.ts";
import type { DevicesSite } from "../site/devices-site.ts";

/** What a round writes down for whoever judges. */
export interface Diary {
  readonly hotPlugs: HotPlug[];
  /** When the gateway stood still. */
  readonly stalls: Span[];
  /** What was done before goes on until then: answers that are late. On this process's monotonic clock. */
  quietAtMs: number;
}

/** Something that goes wrong under load, and how long it stays so. Afterwards everything runs again. */
export interface Fault {
  readonly name: string;
  /** How often it is drawn, against the others. */
  readonly weight: number;
  run(site: DevicesSite, random: SeededRandom, diary: Diary): Promise<void>;
}
