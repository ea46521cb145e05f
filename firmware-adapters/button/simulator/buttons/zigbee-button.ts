import { randomBytes } from "node:crypto";

import { parseObject } from "../../json.ts";
import type { SimulatedBroker } from "../broker.ts";
import { keepTelling } from "./keep-telling.ts";
import { asSeen, SEEN, type Availability, type Deeds, type Seen, type SimulatedButton } from "./simulated-button.ts";

export const BASE_TOPIC = "zigbee2mqtt";
const GARBAGE_BYTES = 40;
/** How many presses the state shows of each kind: acknowledged, and not yet. */
const MAX_SHOWN = 100;

/** A Zigbee button as Zigbee2MQTT tells of it. Its lamp takes `{"led": "raised"}` and the like on `…/set`. */
export class SimulatedZigbeeButton implements SimulatedButton {
  readonly id: string;
  readonly settings: object;
  readonly deeds: Partial<Deeds> = {
    press: () => this.#press(),
    tamper: async (isTampered) => {
      this.#isTampered = isTampered;
      await this.#tell();
    },
    battery: async (percent) => {
      this.#battery = percent;
      await this.#tell();
    },
    leave: () => this.#leave(),
    silence: async (isSilent) => {
      this.#isSilent = isSilent;
      await this.#tell();
    },
    again: () => this.#again(),
    garbage: () => this.#broker.say(this.#topic, randomBytes(GARBAGE_BYTES)),
    availability: (said) => this.#sayAvailability(said),
  };
  readonly #broker: SimulatedBroker;
  readonly #topic: string;
  readonly #stop = new AbortController();
  readonly #beating: Promise<void>;
  #battery = 100;
  #isTampered = false;
  #isSilent = false;
  #presses = 0;
  /** Presses by their `last_seen`, which differs from press to press. */
  #unacknowledged: readonly string[] = [];
  #acknowledged: readonly string[] = [];
  #lastSeenMs = 0;
  #led: Seen = "off";
  #last = "";

  constructor(id: string, broker: SimulatedBroker, heartbeatMs: number) {
    this.id = id;
    this.settings = {
      source: "zigbee2mqtt",
      friendlyName: id,
      supervisionMs: Math.max(heartbeatMs * 3, 1_000),
      indicator: Object.fromEntries(SEEN.map((seen) => [seen, JSON.stringify({ led: seen })])),
    };
    this.#broker = broker;
    this.#topic = `${BASE_TOPIC}/${id}`;
    broker.hear(`${this.#topic}/set`, (payload) => {
      const parsed = parseObject(payload);
      this.#led = asSeen("object" in parsed ? parsed.object["led"] : undefined) ?? this.#led;
    });
    broker.hearAcknowledged(this.#topic, (payload) => this.#pressArrived(payload));
    this.#beating = keepTelling(() => this.#tell(), heartbeatMs, this.#stop.signal);
  }

  snapshot(): object {
    return {
      battery: this.#battery,
      isTampered: this.#isTampered,
      isSilent: this.#isSilent,
      presses: this.#presses,
      unacknowledged: this.#unacknowledged,
      acknowledged: this.#acknowledged,
      sees: { led: this.#led },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the simulator ends"));
    await this.#beating;
  }

  async #press(): Promise<boolean> {
    this.#presses += 1;
    await this.#tell({ action: "emergency" });
    return true;
  }

  async #tell(more: object = {}): Promise<void> {
    if (this.#isSilent) return;
    const lastSeen = this.#nextLastSeen();
    // Before it is said: it may be acknowledged before `say` returns.
    if ("action" in more) this.#unacknowledged = [...this.#unacknowledged, lastSeen].slice(-MAX_SHOWN);
    this.#last = JSON.stringify({
      ...more,
      battery: this.#battery,
      battery_low: this.#battery <= 10,
      tamper: this.#isTampered,
      linkquality: 90 + (this.#presses % 60),
      last_seen: lastSeen,
    });
    await this.#broker.say(this.#topic, this.#last);
  }

  #nextLastSeen(): string {
    this.#lastSeenMs = Math.max(Date.now(), this.#lastSeenMs + 1);
    return new Date(this.#lastSeenMs).toISOString();
  }

  #pressArrived(payload: Buffer): void {
    const parsed = parseObject(payload);
    const lastSeen = "object" in parsed ? parsed.object["last_seen"] : undefined;
    if (typeof lastSeen !== "string" || !this.#unacknowledged.includes(lastSeen)) return;
    this.#unacknowledged = this.#unacknowledged.filter((one) => one !== lastSeen);
    this.#acknowledged = [...this.#acknowledged, lastSeen].slice(-MAX_SHOWN);
  }

  async #leave(): Promise<void> {
    this.#isSilent = true;
    const event = { type: "device_leave", data: { friendly_name: this.id } };
    await this.#broker.say(`${BASE_TOPIC}/bridge/event`, JSON.stringify(event));
  }

  async #again(): Promise<void> {
    if (this.#last !== "") await this.#broker.say(this.#topic, this.#last);
  }

  async #sayAvailability({ isOnline, isRetained, isBare }: Availability): Promise<void> {
    const word = isOnline ? "online" : "offline";
    const payload = isBare ? word : JSON.stringify({ state: word });
    await this.#broker.say(`${this.#topic}/availability`, payload, isRetained);
  }
}
