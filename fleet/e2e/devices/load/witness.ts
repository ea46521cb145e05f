import type { LeverBoard } from "../../lever-board.ts";
import type { Sample } from "../judgement/readings.ts";
import type { Gauges } from "./gauges.ts";

/** How many looks a device goes on as it is before something happens to it. */
const LOOKS_BETWEEN = 12;

/** Looks at one simulator again and again and writes down what is true there. */
export class Witness {
  readonly gauges: Gauges;
  readonly samples: Sample[] = [];
  readonly #levers: LeverBoard;
  #looks = 0;

  constructor(gauges: Gauges, levers: LeverBoard) {
    this.gauges = gauges;
    this.#levers = levers;
  }

  /** Looks, and every now and then has something happen, looking just before and just after. */
  async look(): Promise<void> {
    await this.#note(() => this.#levers.state());
    this.#looks += 1;
    const { life } = this.gauges;
    const next = life[Math.floor(this.#looks / LOOKS_BETWEEN) % life.length];
    if (this.#looks % LOOKS_BETWEEN === 0 && next !== undefined) await this.#note(() => this.#levers.pull(...next));
  }

  async #note(ask: () => Promise<unknown>): Promise<void> {
    const askedAtMs = Date.now();
    const values = this.gauges.read(await ask());
    this.samples.push({ askedAtMs, answeredAtMs: Date.now(), values });
  }
}
