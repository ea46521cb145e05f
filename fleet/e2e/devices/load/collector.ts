import { setTimeout as delay } from "node:timers/promises";

import { z } from "zod";

import { command as commandAnswer } from "../../../api/schemas.ts";
import type { Courier } from "../../../demo/site/courier.ts";
import { plateOf } from "../../../demo/site/doors.ts";
import type { LeverBoard } from "../../lever-board.ts";
import type { SeededRandom } from "../../seeded-random.ts";

const DOORS = 12;
const ORDERS = 4;
/** Codes of so many windows back are good still. */
const WINDOWS = 20;
const MINUTE_MS = 60_000;
const TTL_MS = 8_000;
const ANSWER_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 100;

const wall = z.object({ doors: z.array(z.object({ lock: z.int(), isOpen: z.boolean(), pulses: z.int() })) });

export interface CollectorOptions {
  readonly fleetUrl: string;
  readonly gatewayId: string;
  readonly courier: Courier;
  readonly levers: LeverBoard;
  readonly random: SeededRandom;
}

/** Somebody who collects parcels with pick-up codes, and tries each code more than once. */
export class Collector {
  readonly #options: CollectorOptions;
  readonly #codes: Iterator<{ readonly door: number; readonly code: string }>;
  /** How often the gateway said of a door that a code has opened it. */
  readonly #opened = new Map<number, number>();
  #openedTwice = 0;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#codes = codesOf(options.courier, Date.now());
  }

  get opened(): ReadonlyMap<number, number> {
    return this.#opened;
  }

  /** How many codes were said to have opened a door once more. */
  get openedTwice(): number {
    return this.#openedTwice;
  }

  /** Tries a fresh code up to three times: at least once after it was used, or after nobody said what became of it. */
  async collect(): Promise<void> {
    const next = this.#codes.next();
    if (next.done === true) return;
    const { door, code } = next.value;
    let opened = 0;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if ((await this.#redeem(code)) === "done") opened += 1;
      // A person steps up to the wall, takes the parcel and shuts the door.
      await delay(this.#options.random.between(20, 200));
      await this.#options.levers.pull("close", { board: 0, door });
    }
    this.#opened.set(door, (this.#opened.get(door) ?? 0) + Math.min(1, opened));
    this.#openedTwice += Math.max(0, opened - 1);
  }

  /** How often each door's latch was let go, by the wall's own word. */
  async pulses(): Promise<ReadonlyMap<number, number>> {
    const { doors } = wall.parse(await this.#options.levers.state());
    return new Map(doors.map(({ lock, pulses }) => [lock, pulses]));
  }

  async #redeem(code: string): Promise<string> {
    const { fleetUrl, gatewayId } = this.#options;
    const order = { kind: "call", deviceId: "locker-wall", methodId: "redeem-code", arguments: { code } };
    const body = JSON.stringify({ gatewayId, actor: "collector", ttlMs: TTL_MS, order });
    const headers = { "content-type": "application/json" };
    const sent = await fetch(`${fleetUrl}/api/commands`, { method: "POST", body, headers });
    // Away: nobody can be asked.
    if (!sent.ok) return `not-sent ${sent.status}`;
    const { id } = commandAnswer.parse(await sent.json());
    const deadlineMs = performance.now() + ANSWER_WITHIN_MS;
    for (;;) {
      const answer = await fetch(`${fleetUrl}/api/commands/${id}`);
      const { state } = commandAnswer.parse(await answer.json());
      if (state !== "sent" || performance.now() > deadlineMs) return state;
      await delay(LOOK_EVERY_MS);
    }
  }
}

/** Every code that is good now, one door after the other. */
function* codesOf(courier: Courier, nowMs: number): Generator<{ readonly door: number; readonly code: string }> {
  const windowMs = courier.windowMinutes * MINUTE_MS;
  for (let window = 0; window < WINDOWS; window += 1) {
    for (let order = 0; order < ORDERS; order += 1) {
      for (let door = 1; door <= DOORS; door += 1) {
        yield { door, code: courier.codeFor(plateOf(door), order, nowMs - window * windowMs) };
      }
    }
  }
}
