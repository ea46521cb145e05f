import type { Clock } from "@outpost/kernel/clock.ts";

import { testPattern } from "./picture/test-pattern.ts";

export interface CameraOptions {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** JPEGs to show in turn instead of the test pattern. */
  readonly film?: readonly Buffer[];
}

/** What a camera does with the next pictures it sends, or with requests. */
export type Mishap =
  | { readonly kind: "garbage"; readonly bytes: Buffer }
  /** Half of the picture, and the connection is reset. */
  | { readonly kind: "cut" };

const MAX_MISHAPS = 1_000;

/** What the simulated camera sees, and how it feels today. */
export class SimulatedCamera {
  isDark = false;
  /** Takes requests and answers none, sends nothing more on what is open. */
  isSilent = false;
  /** Refuses everybody's credentials. */
  isRefusing = false;
  /** How fast it sends; undefined: as fast as the network takes it. */
  bytesPerSecond: number | undefined;
  requests = 0;
  readonly #options: CameraOptions;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #mishaps: Mishap[] = [];
  readonly #askedListeners = new Set<() => void>();
  #size: { readonly width: number; readonly height: number };
  #frozenAt: number | undefined;
  #last: { readonly key: string; readonly jpeg: Buffer } | undefined;

  constructor(options: CameraOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
    this.#size = { width: options.width, height: options.height };
  }

  get framesPerSecond(): number {
    return this.#options.framesPerSecond;
  }

  get isFrozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  get mishapsLeft(): number {
    return this.#mishaps.length;
  }

  /** From now on the same picture, as cameras show when they hang. */
  freeze(): void {
    this.#frozenAt ??= this.#frame();
  }

  thaw(): void {
    this.#frozenAt = undefined;
  }

  /** Multiples of 8 are taken, others rounded down. */
  resize(width: number, height: number): void {
    this.#size = { width, height };
  }

  /** What it sees now. */
  picture(): Buffer {
    const frame = this.#frozenAt ?? this.#frame();
    const { film } = this.#options;
    if (film !== undefined && !this.isDark) return film[frame % film.length] ?? Buffer.alloc(0);
    const { width, height } = this.#size;
    const key = `${frame} ${width} ${height} ${this.isDark}`;
    if (this.#last?.key !== key) {
      // 65,536 pictures are all different.
      const jpeg = testPattern({ width, height, frame: frame % 65_536, isDark: this.isDark });
      this.#last = { key, jpeg };
    }
    return this.#last.jpeg;
  }

  /** @returns false where too many are planned already. */
  plan(mishap: Mishap, times = 1): boolean {
    if (this.#mishaps.length + times > MAX_MISHAPS) return false;
    for (let time = 0; time < times; time += 1) this.#mishaps.push(mishap);
    return true;
  }

  nextMishap(): Mishap | undefined {
    return this.#mishaps.shift();
  }

  /** All is well again. */
  behave(): void {
    this.thaw();
    this.isDark = false;
    this.isSilent = false;
    this.isRefusing = false;
    this.bytesPerSecond = undefined;
    this.#mishaps.length = 0;
    this.#size = { width: this.#options.width, height: this.#options.height };
  }

  noteRequest(): void {
    this.requests += 1;
    for (const listener of this.#askedListeners) listener();
    this.#askedListeners.clear();
  }

  async nextRequest(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#askedListeners.add(resolve);
    await promise;
  }

  state(): object {
    return {
      size: this.#size,
      isFrozen: this.isFrozen,
      isDark: this.isDark,
      isSilent: this.isSilent,
      isRefusing: this.isRefusing,
      bytesPerSecond: this.bytesPerSecond ?? null,
      mishapsLeft: this.#mishaps.length,
      requests: this.requests,
    };
  }

  #frame(): number {
    return Math.floor(((this.#clock.monotonicMs() - this.#startedMs) / 1_000) * this.#options.framesPerSecond);
  }
}
