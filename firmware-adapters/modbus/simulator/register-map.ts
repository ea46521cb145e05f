import assert from "node:assert/strict";

import type { Point, PumpStationProfile } from "../profile.ts";
import { encodeValue } from "../values/encode-value.ts";
import { decodeValue } from "../values/value-table.ts";
import type { DataModel, ReadAnswer, Table } from "./server/pdu.ts";

const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
const NOT_AVAILABLE_WORD = 0xffff;

/** The plant behind a register map, by the profile's point ids. */
export interface PointSource {
  /** A point's value in the point's own unit, bits 0 or 1; undefined while the device has none to give. */
  value(pointId: string): number | undefined;
  /** Takes all changes or none. @returns whether they make sense together. */
  change(values: ReadonlyMap<string, number>): boolean;
}

/** What a register map serves beside its profile. */
export interface MapOptions {
  /** Addresses between points are refused, as some devices do; otherwise they read as 0. */
  readonly refusesGaps: boolean;
  /** The gateway counted its heartbeat register up. */
  onHeartbeat(word: number): void;
}

/** The tables of a device, laid out by its profile: the same data by which the gateway reads them. */
export class RegisterMap implements DataModel {
  readonly #profile: PumpStationProfile;
  readonly #source: PointSource;
  readonly #options: MapOptions;
  #heartbeat = 0;

  constructor(profile: PumpStationProfile, source: PointSource, options: MapOptions) {
    for (const { id, type } of profile.points)
      assert(type.kind !== "bit", `${id}: bits in registers are not simulated`);
    this.#profile = profile;
    this.#source = source;
    this.#options = options;
  }

  read(table: Table, address: number, count: number): ReadAnswer {
    const end = address + count;
    const points = this.#pointsWithin(table, address, end);
    const words = new Uint16Array(count);
    const filled = new Set<number>();
    const put = (at: number, word: number): void => {
      if (at < address || at >= end) return;
      words[at - address] = word;
      filled.add(at);
    };
    for (const point of points) wordsOf(point, this.#source).forEach((word, index) => put(point.address + index, word));
    const { heartbeat } = this.#profile;
    if (table === "holding-register" && heartbeat !== undefined) put(heartbeat.address, this.#heartbeat);
    const isRefused = end > this.#size(table) || (this.#options.refusesGaps && filled.size < count);
    return isRefused ? { kind: "refused", exceptionCode: ILLEGAL_ADDRESS } : { kind: "words", words };
  }

  write(table: "coil" | "holding-register", address: number, words: readonly number[]): number | undefined {
    const end = address + words.length;
    const heartbeatAt = table === "holding-register" ? this.#profile.heartbeat?.address : undefined;
    const points = this.#pointsWithin(table, address, end).filter((point) => point.writable !== undefined);
    const taken = new Set(points.flatMap((point) => range(point.address, wordCount(point))));
    if (heartbeatAt !== undefined) taken.add(heartbeatAt);
    if (range(address, words.length).some((at) => !taken.has(at))) return ILLEGAL_ADDRESS;
    const values = new Map<string, number>();
    for (const point of points) {
      const value = overlaid(point, wordsOf(point, this.#source), { address, words });
      if (value === undefined) return ILLEGAL_VALUE;
      values.set(point.id, value);
    }
    if (!this.#source.change(values)) return ILLEGAL_VALUE;
    if (heartbeatAt !== undefined && heartbeatAt >= address && heartbeatAt < end)
      this.#beat(words[heartbeatAt - address]);
    return undefined;
  }

  #beat(word: number | undefined): void {
    assert(word !== undefined, "the heartbeat is within what was written");
    if (word !== this.#heartbeat) this.#options.onHeartbeat(word);
    this.#heartbeat = word;
  }

  #pointsWithin(table: Table, address: number, end: number): readonly Point[] {
    return this.#profile.points.filter(
      (point) => point.table === table && point.address < end && point.address + wordCount(point) > address,
    );
  }

  /** How many addresses a table has: up to the last one its profile names. */
  #size(table: Table): number {
    const heartbeat = table === "holding-register" ? (this.#profile.heartbeat?.address ?? -1) + 1 : 0;
    const ends = this.#profile.points
      .filter((point) => point.table === table)
      .map((point) => point.address + wordCount(point));
    return Math.max(heartbeat, ...ends);
  }
}

function wordCount(point: Point): number {
  return "order" in point.type ? 2 : 1;
}

function wordsOf(point: Point, source: PointSource): readonly number[] {
  const value = source.value(point.id);
  if (value !== undefined) return encodeValue(point, value);
  assert(point.notAvailable.length > 0, `${point.id}: the profile knows no value for "not available"`);
  return Array.from({ length: wordCount(point) }, () => NOT_AVAILABLE_WORD);
}

/** @returns the point's value after the write, or undefined where it is none or outside the point's limits. */
function overlaid(
  point: Point,
  before: readonly number[],
  written: { readonly address: number; readonly words: readonly number[] },
): number | undefined {
  const words = Uint16Array.from(
    before,
    (word, index) => written.words[point.address + index - written.address] ?? word,
  );
  const reading = decodeValue(point, [...words]);
  if (reading.quality === "bad") return undefined;
  // A button's limits name the value that presses it; letting go of it is not a command.
  if (point.type.kind === "bool" && reading.value === 0) return 0;
  const { min, max } = point.writable ?? { min: 0, max: 0 };
  return reading.value >= min && reading.value <= max ? reading.value : undefined;
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
