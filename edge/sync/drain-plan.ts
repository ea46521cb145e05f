import type { BatchRow } from "@outpost/wire/batch.ts";
import type { Intervals } from "@outpost/wire/identifiers.ts";
import { STREAMS, type Stream } from "@outpost/wire/streams.ts";

/** Rows that go up in order: those of one stream of one epoch, written before (backlog) or during (live) this session. */
export interface Lane {
  readonly epoch: string;
  readonly stream: Stream;
  readonly isReplay: boolean;
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

/**
 * What goes up next, and what is under way. Alarms first, then what happens now, then the backlog, each by the streams'
 * own order. Knows nothing of the broker or the disk: the caller reads, sends and reports back.
 */
export class DrainPlan {
  readonly #lanes: readonly Lane[];
  readonly #currentEpoch: string;
  readonly #backlogEnds: ReadonlyMap<Stream, number>;
  #flights: Flight[] = [];

  /** @param epochs  the epochs the journal holds rows of, oldest first, the current one last. */
  constructor(
    epochs: readonly { readonly epoch: string; readonly nextSequences: Readonly<Partial<Record<Stream, number>>> }[],
  ) {
    const current = epochs.at(-1);
    this.#currentEpoch = current?.epoch ?? "";
    const backlog = epochs.flatMap(({ epoch, nextSequences }) =>
      STREAMS.filter((stream) => (nextSequences[stream] ?? 1) > 1).map((stream) => lane(epoch, stream, true, 0)),
    );
    const live =
      current === undefined
        ? []
        : STREAMS.map((stream) => lane(current.epoch, stream, false, (current.nextSequences[stream] ?? 1) - 1));
    this.#lanes = [...live, ...backlog].toSorted((a, b) => rank(a) - rank(b));
    this.#backlogEnds = new Map(STREAMS.map((stream) => [stream, (current?.nextSequences[stream] ?? 1) - 1] as const));
  }

  /** The most important lane that may have rows and has a place free, or undefined: wait. */
  next(): Lane | undefined {
    return this.#lanes.find((one) => one.mayHaveRows && this.#countFlights(classOf(one)) < MAX_FLIGHTS[classOf(one)]);
  }

  /** The last sequence that belongs to this lane: the backlog of the current epoch ends where the live lane begins. */
  lastOf(one: Lane): number {
    if (!one.isReplay || one.epoch !== this.#currentEpoch) return Number.MAX_SAFE_INTEGER;
    return this.#backlogEnds.get(one.stream) ?? Number.MAX_SAFE_INTEGER;
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
    for (const one of this.#lanes) if (!one.isReplay && streams.includes(one.stream)) one.mayHaveRows = true;
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

function lane(epoch: string, stream: Stream, isReplay: boolean, after: number): Lane {
  return { epoch, stream, isReplay, after, mayHaveRows: true };
}

function classOf(one: Lane): LaneClass {
  if (one.stream === "alarm") return "alarm";
  return one.isReplay ? "backlog" : "live";
}

function rank(one: Lane): number {
  const first = { alarm: 0, live: 100, backlog: 200 }[classOf(one)];
  return first + STREAMS.indexOf(one.stream) * 2 + (one.isReplay ? 1 : 0);
}

function isWithin(sequence: number, intervals: Intervals): boolean {
  return intervals.some(([from, through]) => from <= sequence && sequence <= through);
}
