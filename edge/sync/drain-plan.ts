import type { BatchRow } from "@outpost/wire/batch.ts";
import type { Welcome } from "@outpost/wire/downlink.ts";
import type { Intervals } from "@outpost/wire/identifiers.ts";
import { STREAMS, type Stream } from "@outpost/wire/streams.ts";

/**
 * Rows that go up in order, of one stream of one epoch. `overlap`: numbers the fleet held when the session began;
 * `backlog`: written before the session; `live`: written during it.
 */
export interface Lane {
  readonly kind: "overlap" | "backlog" | "live";
  readonly epoch: string;
  readonly stream: Stream;
  /** The last sequence that belongs to the lane. */
  readonly through: number;
  /** Read rows above this sequence next. */
  after: number;
  /** Whether there may be rows above `after`. */
  mayHaveRows: boolean;
}

interface Flight {
  readonly lane: Lane;
  /** Sequences not yet acknowledged, and where void rows end. */
  waiting: readonly number[];
  readonly bytes: number;
  readonly sentAtMs: number;
}

/** At most so many batches of one class are under way; a class never takes another's places. */
const MAX_FLIGHTS = { alarm: 4, live: 4, backlog: 4 } as const;
type LaneClass = keyof typeof MAX_FLIGHTS;

/** What the journal holds: the epochs oldest first, the current one last. */
export type HeldEpochs = readonly {
  readonly epoch: string;
  readonly nextSequences: Readonly<Partial<Record<Stream, number>>>;
}[];

/**
 * What goes up next, and what is under way. Alarms first, then what happens now, then the backlog, each by the streams'
 * own order. Knows nothing of the broker or the disk: the caller reads, sends and reports back.
 *
 * Rows whose numbers the fleet holds already go first and alone. Mostly their acknowledgement was lost; but if this disk
 * was restored from an old image, the fleet holds other records under these numbers, and everything from there on has to
 * move to a new epoch. That can only be done without losing the order while nothing behind them has been sent.
 */
export class DrainPlan {
  readonly #lanes: readonly Lane[];
  #flights: Flight[] = [];

  /** @param held  what the fleet said in its welcome. */
  constructor(epochs: HeldEpochs, held: Welcome["held"]) {
    const current = epochs.at(-1)?.epoch;
    const lanes = epochs.flatMap(({ epoch, nextSequences }) =>
      STREAMS.flatMap((stream) => {
        const last = (nextSequences[stream] ?? 1) - 1;
        const known = held.find((one) => one.epoch === epoch && one.stream === stream);
        const overlap = Math.min(known?.intervals.at(-1)?.[1] ?? 0, last);
        return [
          { kind: "overlap" as const, epoch, stream, after: 0, through: overlap },
          { kind: "backlog" as const, epoch, stream, after: overlap, through: last },
          { kind: "live" as const, epoch, stream, after: last, through: epoch === current ? ENDLESS : last },
        ];
      }),
    );
    this.#lanes = lanes
      .filter((lane) => lane.after < lane.through)
      .map((lane) => ({ ...lane, mayHaveRows: true }))
      .toSorted((a, b) => rank(a) - rank(b));
  }

  /** The most important lane that may have rows and has a place free, or undefined: wait. */
  next(): Lane | undefined {
    const isReconciling = this.isReconciling();
    return this.#lanes.find(
      (one) =>
        one.mayHaveRows &&
        (one.kind === "overlap" || !isReconciling) &&
        this.#countFlights(classOf(one)) < MAX_FLIGHTS[classOf(one)],
    );
  }

  /** Whether the fleet has yet to answer for rows whose numbers it held when the session began. */
  isReconciling(): boolean {
    return (
      this.#lanes.some((one) => one.kind === "overlap" && one.mayHaveRows) ||
      this.#flights.some((flight) => flight.lane.kind === "overlap")
    );
  }

  /** These rows of the lane are on their way. No rows: the lane is empty until something is written. */
  sent(one: Lane, rows: readonly BatchRow[], bytes: number, nowMs: number): void {
    const last = rows.at(-1);
    if (last === undefined) {
      one.mayHaveRows = false;
      return;
    }
    one.after = last.sequence;
    this.#flights.push({ lane: one, waiting: rows.map((row) => row.sequence), bytes, sentAtMs: nowMs });
  }

  /** The journal gained rows of these streams. */
  written(streams: readonly Stream[]): void {
    for (const one of this.#lanes) if (one.kind === "live" && streams.includes(one.stream)) one.mayHaveRows = true;
  }

  /**
   * The fleet answered for these sequences (committed, or in conflict).
   *
   * @returns the batches that are now complete, with their size and age.
   */
  answered(epoch: string, stream: Stream, intervals: Intervals, nowMs: number): { bytes: number; tookMs: number }[] {
    const complete: { bytes: number; tookMs: number }[] = [];
    for (const flight of this.#flights) {
      if (flight.lane.epoch !== epoch || flight.lane.stream !== stream) continue;
      flight.waiting = flight.waiting.filter((sequence) => !isWithin(sequence, intervals));
      if (flight.waiting.length === 0) complete.push({ bytes: flight.bytes, tookMs: nowMs - flight.sentAtMs });
    }
    this.#flights = this.#flights.filter((flight) => flight.waiting.length > 0);
    return complete;
  }

  /** How long the oldest batch under way has been waiting for its answer; 0 where none is. */
  oldestFlightMs(nowMs: number): number {
    return this.#flights.reduce((oldest, flight) => Math.max(oldest, nowMs - flight.sentAtMs), 0);
  }

  #countFlights(kind: LaneClass): number {
    return this.#flights.filter((flight) => classOf(flight.lane) === kind).length;
  }
}

const ENDLESS = Number.MAX_SAFE_INTEGER;

function classOf(one: Lane): LaneClass {
  if (one.stream === "alarm") return "alarm";
  return one.kind === "live" ? "live" : "backlog";
}

function rank(one: Lane): number {
  const first = { alarm: 0, live: 100, backlog: 200 }[classOf(one)];
  return first + STREAMS.indexOf(one.stream) * 3 + { overlap: 0, live: 1, backlog: 2 }[one.kind];
}

function isWithin(sequence: number, intervals: Intervals): boolean {
  return intervals.some(([from, through]) => from <= sequence && sequence <= through);
}
