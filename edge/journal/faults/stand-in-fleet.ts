import { voidRecord } from "@outpost/wire/records.ts";
import { STREAMS, type Stream } from "@outpost/wire/streams.ts";

import type { Journal } from "../journal.ts";
import { numberOf, type Acknowledged } from "./site-load.ts";

interface Arrival {
  readonly sequence: number;
  readonly through: number;
  /** Undefined for a void. */
  readonly number: number | undefined;
  readonly lane: string;
}

/** What does not add up. */
export interface Account {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** Records that came as themselves, and that came as part of a void. */
  readonly rows: number;
  readonly voided: number;
}

/** Takes rows from a journal as the fleet does, and adds up what came. */
export class StandInFleet {
  readonly #arrivals = new Map<string, Arrival[]>();

  /** Reads and confirms until nothing is waiting. */
  async drain(journal: Journal): Promise<void> {
    const { epochs } = await journal.status();
    for (const { epoch } of epochs) for (const stream of STREAMS) await this.#drainStream(journal, epoch, stream);
  }

  async #drainStream(journal: Journal, epoch: string, stream: Stream): Promise<void> {
    for (;;) {
      const rows = await journal.read({ epoch, stream, after: 0, maxRows: 500, maxBytes: 256 * 1024 });
      if (rows.length === 0) return;
      const arrivals = rows.map((row) => arrivalOf(row.sequence, row.body));
      const key = `${epoch} ${stream}`;
      this.#arrivals.set(key, [...(this.#arrivals.get(key) ?? []), ...arrivals]);
      await journal.confirm(epoch, stream, joined(arrivals.map(({ sequence, through }) => [sequence, through])));
    }
  }

  /**
   * Adds up. Lost: an acknowledged alarm or result that did not come as itself, an acknowledged record of another
   * stream whose number came neither as a row nor in a void, a number that never came. Reordered: within a lane.
   */
  account(acknowledged: readonly Acknowledged[]): Account {
    let [lost, duplicated, reordered, rows, voided] = [0, 0, 0, 0, 0];
    for (const arrivals of this.#arrivals.values()) {
      const sorted = arrivals.toSorted((a, b) => a.sequence - b.sequence);
      const newestOfLane = new Map<string, number>();
      let next = 1;
      for (const { sequence, through, number, lane } of sorted) {
        if (sequence < next) duplicated += 1;
        if (sequence > next) lost += sequence - next;
        next = Math.max(next, through + 1);
        if (number === undefined) {
          voided += through - sequence + 1;
          continue;
        }
        rows += 1;
        if (number <= (newestOfLane.get(lane) ?? 0)) reordered += 1;
        newestOfLane.set(lane, number);
      }
    }
    return { lost: lost + this.#missing(acknowledged), duplicated, reordered, rows, voided };
  }

  /** How many of the acknowledged alarms and results came as themselves. */
  kept(acknowledged: readonly Acknowledged[]): number {
    return acknowledged.filter((one) => isReserved(one.stream) && this.#find(one)?.number === one.number).length;
  }

  #missing(acknowledged: readonly Acknowledged[]): number {
    return acknowledged.filter((one) => {
      const arrival = this.#find(one);
      if (arrival === undefined) return true;
      return arrival.number === undefined ? isReserved(one.stream) : arrival.number !== one.number;
    }).length;
  }

  #find({ epoch, stream, sequence }: Acknowledged): Arrival | undefined {
    const arrivals = this.#arrivals.get(`${epoch} ${stream}`) ?? [];
    let [low, high] = [0, arrivals.length - 1];
    // Arrivals of a stream come in ascending order; where they do not, the account says so already.
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((arrivals[middle]?.sequence ?? 0) <= sequence) low = middle;
      else high = middle - 1;
    }
    const found = arrivals[low];
    return found !== undefined && found.sequence <= sequence && sequence <= found.through ? found : undefined;
  }
}

function isReserved(stream: Stream): boolean {
  return stream === "alarm" || stream === "result";
}

function arrivalOf(sequence: number, body: string): Arrival {
  const parsed: unknown = JSON.parse(body);
  const asVoid = voidRecord.safeParse(parsed);
  if (!asVoid.success) {
    const lane = typeof parsed === "object" && parsed !== null && "lane" in parsed ? String(parsed.lane) : "";
    return { sequence, through: sequence, number: numberOf(body), lane };
  }
  const { throughSequence, count } = asVoid.data;
  // A void that miscounts shows as a gap.
  const through = count === throughSequence - sequence + 1 ? throughSequence : sequence;
  return { sequence, through, number: undefined, lane: "" };
}

/** Joins intervals that touch. */
function joined(intervals: readonly [number, number][]): [number, number][] {
  const result: [number, number][] = [];
  for (const [from, through] of intervals) {
    const last = result.at(-1);
    if (last !== undefined && from === last[1] + 1) last[1] = through;
    else result.push([from, through]);
  }
  return result;
}
