const HOUR_MS = 3_600_000;
const SLOT_MS = 300_000;
const SLOTS = 12;

/** What the water and the battery do. */
export class River {
  levelM = 2.5;
  batteryV = 12.6;
  rainTotalMm = 0;
  riseMPerHour = 0;
  rainMmPerHour = 0;
  readonly #slots: number[] = Array.from({ length: SLOTS }, () => 0);
  #lastMs: number;
  #slot: number;

  /** @param nowMs  monotonic. */
  constructor(nowMs: number) {
    this.#lastMs = nowMs;
    this.#slot = Math.floor(nowMs / SLOT_MS);
  }

  /** Rain of the last twelve five-minute slots, oldest first. */
  get rainOf5min(): readonly number[] {
    return this.#slots;
  }

  advance(nowMs: number): void {
    const hours = (nowMs - this.#lastMs) / HOUR_MS;
    this.#lastMs = nowMs;
    const slot = Math.floor(nowMs / SLOT_MS);
    for (let passed = this.#slot; passed < slot && passed < this.#slot + SLOTS; passed += 1) {
      this.#slots.shift();
      this.#slots.push(0);
    }
    this.#slot = slot;
    const rainMm = this.rainMmPerHour * hours;
    this.rainTotalMm = (this.rainTotalMm + rainMm) % 100_000;
    // A slot's byte holds 25.4 mm.
    this.#slots.push(Math.min(25.4, (this.#slots.pop() ?? 0) + rainMm));
    this.levelM = Math.max(-1, Math.min(12, this.levelM + this.riseMPerHour * hours));
  }
}
