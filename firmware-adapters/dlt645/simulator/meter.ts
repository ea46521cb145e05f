import type { Clock } from "@outpost/kernel/clock.ts";

import { identifierBytes } from "../codec.ts";
import { encodeItem } from "../items/item-value.ts";
import { ITEMS, ITEM_IDS, type ItemId } from "../items/items.ts";

export interface MeterOptions {
  readonly address: string;
  readonly phases: 1 | 3;
  /** What flows through it at first; below zero flows back into the grid. */
  readonly loadKw: number;
  /** How many times faster than real time energy is counted. */
  readonly speed: number;
  /** Whether voltage and load stand still instead of breathing a little. */
  readonly isSteady: boolean;
  readonly clock: Clock;
}

const NOMINAL_VOLTAGE = 220;
const POWER_FACTOR = 0.95;
const FREQUENCY_HZ = 50;
const MS_PER_HOUR = 3_600_000;
/** How far voltage and load breathe, and how long a breath takes. */
const BREATH = { volts: 2, loadShare: 0.03, periodMs: 47_000 };
/** The tariff of each hour of the day: 1 sharp, 2 peak, 3 flat, 4 valley. */
const TARIFF_OF_HOUR = [4, 4, 4, 4, 4, 4, 3, 3, 2, 2, 1, 3, 3, 3, 2, 2, 2, 2, 1, 1, 2, 3, 4, 4] as const;
type Tariff = (typeof TARIFF_OF_HOUR)[number];

/** What one meter has counted, in kWh, in one direction. */
type Counted = Record<Tariff, number>;

/** A meter with a load behind it. */
export class Meter {
  readonly #options: MeterOptions;
  #loadKw: number;
  #forward: Counted = { 1: 120.11, 2: 480.22, 3: 330.33, 4: 303.9 };
  #reverse: Counted = { 1: 0, 2: 0, 3: 0, 4: 0 };
  #greatestDemandKw = 0;
  #countedAtMs: number;
  /** Whether it is off the line, or without power. */
  isMute = false;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#loadKw = options.loadKw;
    this.#countedAtMs = options.clock.monotonicMs();
  }

  get address(): string {
    return this.#options.address;
  }

  set loadKw(kw: number) {
    this.#count();
    this.#loadKw = kw;
  }

  /** Another meter is hung in its place, under the same address. */
  replace(energyKwh: number): void {
    this.#count();
    this.#forward = { 1: 0, 2: 0, 3: energyKwh, 4: 0 };
    this.#reverse = { 1: 0, 2: 0, 3: 0, 4: 0 };
    this.#greatestDemandKw = 0;
  }

  snapshot(): object {
    return {
      address: this.address,
      isMute: this.isMute,
      energyKwh: this.value("energy"),
      energyReverseKwh: this.value("energyReverse"),
      powerKw: this.value("power"),
      voltageV: this.value("voltage.a"),
    };
  }

  /** What it says of a data item; undefined where it has none of that name. */
  dataOf(identifier: string): Buffer | undefined {
    if (identifier === "04000401" || identifier === "04000402") {
      return Buffer.from(Buffer.from(this.address, "hex").toReversed());
    }
    if (identifier === "04000101" || identifier === "04000102") return this.#clockOf(identifier);
    const id = ITEM_IDS.find((one) => ITEMS[one].identifier === identifier);
    if (id === undefined) return undefined;
    const value = this.value(id);
    const { bytes, trailingBytes } = ITEMS[id];
    return value === undefined ? Buffer.alloc(bytes + trailingBytes, 0xff) : encodeItem(value, ITEMS[id]);
  }

  /** The present value of an item; undefined for phases that it does not have. */
  value(id: ItemId): number | undefined {
    this.#count();
    const [quantity = "", part] = id.split(".");
    const isMissingPhase = this.#options.phases === 1 && (part === "b" || part === "c");
    if (isMissingPhase) return undefined;
    const share = part === undefined || this.#options.phases === 1 ? 1 : 1 / 3;
    const kw = this.#presentKw();
    switch (quantity) {
      case "energy":
        return counted(this.#forward, part);
      case "energyReverse":
        return counted(this.#reverse, part);
      case "energyNet":
        return counted(this.#forward, undefined) - counted(this.#reverse, undefined);
      case "voltage":
        return this.#presentVolts();
      case "current":
        return part === "n" && this.#options.phases === 3 ? 0 : this.#ampere();
      case "power":
        return kw * share;
      case "demand":
        return part === "max" ? this.#greatestDemandKw : kw;
      default:
        return this.#steadyValue(quantity, kw);
    }
  }

  /** Its own clock in BCD, lowest byte first: weekday, day, month and year, or second, minute and hour. */
  #clockOf(identifier: string): Buffer {
    const now = new Date(this.#options.clock.now().wallMs);
    const fields =
      identifier === "04000101"
        ? [now.getUTCDay(), now.getUTCDate(), now.getUTCMonth() + 1, now.getUTCFullYear() % 100]
        : [now.getUTCSeconds(), now.getUTCMinutes(), now.getUTCHours()];
    return Buffer.from(fields.map((field) => Math.floor(field / 10) * 16 + (field % 10)));
  }

  #steadyValue(quantity: string, kw: number): number | undefined {
    const apparent = Math.abs(kw) / POWER_FACTOR;
    switch (quantity) {
      case "reactivePower":
        return Math.sqrt(apparent ** 2 - kw ** 2);
      case "apparentPower":
        return apparent;
      case "powerFactor":
        return kw < 0 ? -POWER_FACTOR : POWER_FACTOR;
      case "frequency":
        return FREQUENCY_HZ;
      case "temperature":
        return 31.5;
      case "clockBattery":
        return 3.6;
      default:
        return undefined;
    }
  }

  #ampere(): number {
    const perPhaseKw = this.#presentKw() / this.#options.phases;
    return (perPhaseKw * 1_000) / (this.#presentVolts() * POWER_FACTOR);
  }

  #presentVolts(): number {
    return NOMINAL_VOLTAGE + BREATH.volts * this.#breath();
  }

  #presentKw(): number {
    return this.#loadKw * (1 + BREATH.loadShare * this.#breath());
  }

  /** -1 to 1; each meter breathes at its own time. */
  #breath(): number {
    if (this.#options.isSteady) return 0;
    const phase = Number(this.address.slice(-3));
    return Math.sin((2 * Math.PI * this.#options.clock.monotonicMs()) / BREATH.periodMs + phase);
  }

  #count(): void {
    const { clock, speed } = this.#options;
    const { monotonicMs, wallMs } = clock.now();
    const kwh = (this.#presentKw() * speed * (monotonicMs - this.#countedAtMs)) / MS_PER_HOUR;
    this.#countedAtMs = monotonicMs;
    const tariff = TARIFF_OF_HOUR[new Date(wallMs).getUTCHours()] ?? 3;
    const direction = kwh < 0 ? this.#reverse : this.#forward;
    direction[tariff] += Math.abs(kwh);
    this.#greatestDemandKw = Math.max(this.#greatestDemandKw, this.#presentKw());
  }
}

/** @param part  "t1" to "t4" for one tariff; the total where absent. */
function counted(energy: Counted, part: string | undefined): number {
  const total = energy[1] + energy[2] + energy[3] + energy[4];
  const byTariff = new Map([
    ["t1", energy[1]],
    ["t2", energy[2]],
    ["t3", energy[3]],
    ["t4", energy[4]],
  ]);
  return part === undefined ? total : (byTariff.get(part) ?? total);
}

/** The data field of an answer: the identifier, then the item. */
export function answerData(identifier: string, item: Uint8Array, sequence?: number): Buffer {
  return Buffer.concat([identifierBytes(identifier), item, ...(sequence === undefined ? [] : [Buffer.of(sequence)])]);
}
