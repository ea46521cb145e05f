import { PHASE_V } from "./charging-profiles.ts";

/** IEC 61851-1: a pilot signal cannot say less; below it a car pauses. */
const MIN_CHARGING_A = 6;
const HOUR_MS = 3_600_000;
/** Limits kept until the car has followed them: a few a second for as long as the slowest car takes. */
const MAX_LIMITS = 200;

/** A car on the cable. */
export interface Car {
  /** What it would draw on each of its phases. */
  wantsA: number;
  readonly phases: 1 | 3;
  /** How much it takes until it is full, and how much of that it has. */
  readonly batteryWh: number;
  chargedWh: number;
}

/** Currents on the station's own phases L1, L2 and L3. */
export type OwnPhases = readonly [number, number, number];

/** The part of a connector that electricity flows through: contactor, meter, and the car at the other end. */
export class Outlet {
  readonly phases: 1 | 3;
  car: Car | undefined;
  /** How long the car takes to follow a new limit. */
  lagMs: number;
  #drawsA = 0;
  #energyWh: number;
  #limits: { readonly atMs: number; readonly limitA: number }[] = [];
  #atMs: number | undefined;

  constructor(options: { readonly phases: 1 | 3; readonly lagMs: number; readonly energyWh: number }) {
    this.phases = options.phases;
    this.lagMs = options.lagMs;
    this.#energyWh = options.energyWh;
  }

  /** What the register shows. */
  get energyWh(): number {
    return this.#energyWh;
  }

  /** What flows on each phase in use. */
  get drawsA(): number {
    return this.#drawsA;
  }

  get currentA(): OwnPhases {
    const onAll = this.#phasesInUse() === 3 ? this.#drawsA : 0;
    return [this.#drawsA, onAll, onAll];
  }

  get powerW(): number {
    return this.#drawsA * PHASE_V * this.#phasesInUse();
  }

  get isFull(): boolean {
    return this.car !== undefined && this.car.chargedWh >= this.car.batteryWh;
  }

  get socPercent(): number | undefined {
    const { car } = this;
    return car && Math.min(100, Math.floor((car.chargedWh / car.batteryWh) * 100));
  }

  /** Opens the contactor: the current is gone at once, and the next transaction begins with none. */
  open(): void {
    this.#drawsA = 0;
    this.#limits = [];
  }

  /**
   * Lets time pass up to now.
   *
   * @param nowMs   monotonic.
   * @param limitA  in force from now on; undefined where the contactor is open.
   */
  step(nowMs: number, limitA: number | undefined): void {
    this.#count(nowMs);
    if (limitA === undefined || this.car === undefined) return this.open();
    if (this.#limits.at(-1)?.limitA !== limitA) this.#limits = [...this.#limits, { atMs: nowMs, limitA }];
    // The car draws by the limit that was in force when it last looked.
    const followed = this.#limits.findLastIndex(({ atMs }) => atMs + this.lagMs <= nowMs);
    this.#limits = this.#limits.slice(Math.max(0, followed)).slice(-MAX_LIMITS);
    const heededA = followed === -1 ? this.#drawsA : (this.#limits[0]?.limitA ?? 0);
    const wantsA = this.isFull ? 0 : this.car.wantsA;
    this.#drawsA = heededA < MIN_CHARGING_A ? 0 : Math.min(heededA, wantsA);
  }

  #count(nowMs: number): void {
    const elapsedMs = nowMs - (this.#atMs ?? nowMs);
    this.#atMs = nowMs;
    const takenWh = (this.powerW * elapsedMs) / HOUR_MS;
    this.#energyWh += takenWh;
    if (this.car !== undefined) this.car.chargedWh += takenWh;
  }

  #phasesInUse(): 1 | 3 {
    return this.phases === 3 && this.car?.phases === 3 ? 3 : 1;
  }
}
