import type { Stream } from "@outpost/wire/streams.ts";

import type { Entry, Journal, Written } from "../journal.ts";

/** Numbers from 0 (inclusive) to 1 (exclusive), the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An entry that was acknowledged as written. */
export interface Acknowledged {
  readonly stream: Stream;
  readonly lane: string;
  readonly number: number;
  readonly epoch: string;
  readonly sequence: number;
}

const POINTS = ["level", "inflow", "outflow", "pump1.current", "pump2.current", "pump1.running", "pump2.running"];
const START_MS = 1_700_000_000_000;

/**
 * What a pump station in trouble makes of a second: every point five times, an occurrence, now and then a still, an
 * alarm with its state, a result. Each body carries a number of its own.
 */
export class SiteLoad {
  readonly acknowledged: Acknowledged[] = [];
  /** Alarms and results that were handed in, whatever became of them. */
  handedIn = 0;
  dropped = 0;
  readonly #random: () => number;
  #number = 0;
  #second = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Writes one second. Resolves when every entry has been answered. */
  async second(journal: Journal): Promise<void> {
    this.#second += 1;
    const measurements = POINTS.flatMap((lane) =>
      Array.from({ length: 5 }, () => this.#entry("measurement", lane, 60)),
    );
    const calls = [this.#write(journal, measurements)];
    calls.push(this.#write(journal, [this.#entry("occurrence", "station", 1_500)]));
    if (this.#second % 3 === 0) calls.push(this.#write(journal, [this.#entry("evidence", "camera", 8_000)]));
    if (this.#random() < 0.2) calls.push(this.alarm(journal));
    await Promise.all(calls);
  }

  /** Writes an alarm with its state and a result. Resolves when both are durable. */
  async alarm(journal: Journal): Promise<void> {
    const alarm = this.#entry("alarm", "high-level", 400);
    this.handedIn += 2;
    await Promise.all([
      this.#write(journal, [{ ...alarm, state: { "alarm/high-level": alarm.body } }]),
      this.#write(journal, [this.#entry("result", "desk", 200)]),
    ]);
  }

  #entry(stream: Stream, lane: string, chars: number): Entry {
    this.#number += 1;
    const value = Math.sin(this.#number / 50) * 10;
    const body = JSON.stringify({ kind: stream, lane, number: this.#number, value, filling: "x".repeat(chars) });
    return { stream, lane, recordedAtMs: START_MS + this.#second * 1_000, body };
  }

  async #write(journal: Journal, entries: readonly Entry[]): Promise<void> {
    const written = await journal.append(entries);
    for (const [index, one] of written.entries()) this.#note(entries[index], one);
  }

  #note(entry: Entry | undefined, written: Written): void {
    if (written.kind === "dropped") this.dropped += 1;
    if (entry === undefined || written.kind !== "written") return;
    const { stream, lane } = entry;
    this.acknowledged.push({
      stream,
      lane,
      number: numberOf(entry.body),
      epoch: written.epoch,
      sequence: written.sequence,
    });
  }
}

/** The number in a body made here. */
export function numberOf(body: string): number {
  return Number(/"number":(\d+)/.exec(body)?.[1] ?? Number.NaN);
}
