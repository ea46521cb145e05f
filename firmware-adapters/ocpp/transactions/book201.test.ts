import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  EMPTY_BOOK201,
  MAX_CLOSED201,
  MAX_OPEN201,
  recordIdOf,
  runningOn,
  stepBook201,
  type Book201,
  type Event201,
  type Outcome201,
} from "./book201.ts";

function event(kind: Event201["kind"], seqNo: number | undefined, changes: Partial<Event201> = {}): Event201 {
  return {
    kind,
    transactionId: "T1",
    isIdUnique: true,
    seqNo,
    atMs: 1_000 + (seqNo ?? 0) * 100,
    connectorId: kind === "started" ? 1 : undefined,
    idTag: undefined,
    isAccepted: true,
    meterStartWh: kind === "started" ? 500 : undefined,
    meterStopWh: kind === "ended" ? 2_500 : undefined,
    meterWh: undefined,
    chargingState: undefined,
    ...changes,
  };
}
const start = (changes: Partial<Event201> = {}): Event201 => event("started", 0, { idTag: "04A1B2", ...changes });
const update = (seqNo: number, changes: Partial<Event201> = {}): Event201 => event("updated", seqNo, changes);
const end = (seqNo: number, changes: Partial<Event201> = {}): Event201 => event("ended", seqNo, changes);

function run(events: readonly Event201[]): { book: Book201; outcomes: Outcome201[] } {
  let book = EMPTY_BOOK201;
  const outcomes: Outcome201[] = [];
  for (const one of events) {
    const [next, outcome] = stepBook201(book, one);
    book = next;
    outcomes.push(outcome);
  }
  return { book, outcomes };
}

const last = (events: readonly Event201[]): Outcome201 | undefined => run(events).outcomes.at(-1);

describe("the book of a station's transactions of 2.0.1", () => {
  it("follows one from start to end under the station's own id (E01, E06)", () => {
    const { book, outcomes } = run([start(), update(1, { meterWh: 900 }), end(2)]);
    expect(outcomes).toMatchObject([
      { kind: "started", unended: [], gap: undefined },
      { kind: "updated", isUnknown: false, gap: undefined },
      { kind: "ended", transaction: { connectorId: 1, idTag: "04A1B2", meterStartWh: 500, meterStopWh: 2_500 } },
    ]);
    expect(book.transactions).toMatchObject([{ id: "T1", phase: "ended", lastMeterWh: 900, seqNos: [[0, 2]] }]);
  });

  it("calls two by two names in the record where a station that counts has given both the same id", () => {
    const counted = { isIdUnique: false, transactionId: "1" };
    const once = [start(counted), update(1, counted), end(2, counted)];
    const again = [start({ ...counted, atMs: 900_000 }), end(1, { ...counted, atMs: 960_000 })];
    const names = run([...once, ...again]).outcomes.map(({ transaction }) => recordIdOf(transaction));
    const first = "1~1000";
    const second = "1~900000";
    expect(names).toEqual([first, first, first, second, second]);
    // It has forgotten the first, as after many others: the name is another all the same.
    expect(run(again).outcomes.map(({ transaction }) => recordIdOf(transaction))).toEqual([second, second]);
    // Even a UUID, where a station uses it twice.
    const twice = run([start(), end(1), start({ atMs: 900_000 })]).outcomes;
    expect(twice.map(({ transaction }) => recordIdOf(transaction))).toEqual(["T1", "T1", "T1~900000"]);
  });

  it.each<[string, Event201[], object]>([
    ["a start that comes again", [start(), start()], { kind: "duplicate", of: "started" }],
    ["an update that comes again", [start(), update(1), update(1)], { kind: "duplicate", of: "updated" }],
    ["an end that comes again", [start(), end(1), end(1)], { kind: "duplicate", of: "ended" }],
    ["an update that comes again after the end", [start(), update(1), end(2), update(1)], { kind: "duplicate" }],
    ["an update that was overtaken (E04)", [start(), update(2), update(1)], { kind: "updated", gap: undefined }],
    ["an update with others missing before it", [start(), update(4)], { kind: "updated", gap: { from: 1, to: 3 } }],
    ["an end with others missing before it", [start(), end(3)], { kind: "ended", gap: { from: 1, to: 2 } }],
    ["an update of one we know nothing of", [update(2)], { kind: "updated", isUnknown: true, gap: { from: 0, to: 1 } }],
    ["an end of one we know nothing of", [end(7)], { kind: "ended", isUnknown: true, gap: { from: 0, to: 6 } }],
    [
      "a start after the end: both ends of the bill are known then",
      [end(2), start()],
      { kind: "late", of: "started", transaction: { phase: "ended", meterStartWh: 500, meterStopWh: 2_500 } },
    ],
    [
      "a start after an update: it has begun then",
      [update(1), start()],
      { kind: "started", transaction: { startedAtMs: 1_000, seqNos: [[0, 1]] } },
    ],
    ["an update after the end", [start(), end(2), update(1)], { kind: "late", of: "updated" }],
    [
      "an end with a number that was used already: the bill counts, not the counting",
      [start(), end(0)],
      { kind: "ended", transaction: { phase: "ended" } },
    ],
    ["an update without a number", [start(), event("updated", undefined)], { kind: "updated", gap: undefined }],
    [
      "a start under an id that was used before, by a station that counts them",
      [start(), end(1), start({ atMs: 90_000, meterStartWh: 2_500 })],
      { kind: "started", transaction: { phase: "open", startedAtMs: 90_000, meterStartWh: 2_500, seqNos: [[0, 0]] } },
    ],
  ])("knows %s", (_, events, expected) => {
    expect(last(events)).toMatchObject(expected);
  });

  it("names those whose end never came when another begins on their connector, and still takes that end", () => {
    const next = start({ transactionId: "T2", atMs: 5_000 });
    expect(last([start(), next])).toMatchObject({ kind: "started", unended: [{ id: "T1" }] });
    expect(last([start(), next, end(3)])).toMatchObject({ kind: "ended", isUnknown: false, transaction: { id: "T1" } });
    expect(runningOn(run([start(), next, end(3)]).book, 1)?.id).toBe("T2");
  });

  it("does not end what runs for a start that was queued since before it", () => {
    const { book, outcomes } = run([start({ atMs: 9_000 }), start({ transactionId: "OLD", atMs: 2_000 })]);
    expect(outcomes[1]).toMatchObject({ kind: "started", unended: [] });
    expect(runningOn(book, 1)?.id).toBe("T1");
  });

  it("keeps a refused start and leaves what runs on its connector alone (E05)", () => {
    const refused = start({ transactionId: "T2", atMs: 5_000, idTag: "BAD", isAccepted: false });
    const { book, outcomes } = run([start(), refused, end(1, { transactionId: "T2" })]);
    expect(outcomes[1]).toMatchObject({ kind: "started", unended: [], transaction: { isRefused: true } });
    expect(outcomes[2]).toMatchObject({ kind: "ended", transaction: { id: "T2" } });
    expect(runningOn(book, 1)?.id).toBe("T1");
  });

  it("keeps its tag whatever others are shown to it while it runs", () => {
    const shown = [
      update(1, { idTag: "BAD", isAccepted: false }),
      update(2, { idTag: "FRIEND" }),
      end(3, { idTag: "FRIEND" }),
    ];
    expect(last([start(), ...shown])).toMatchObject({ transaction: { idTag: "04A1B2", isRefused: false } });
  });

  it("takes the tag that is shown after the plug is in (E02)", () => {
    const { book } = run([start({ idTag: undefined }), update(1, { idTag: "04A1B2" })]);
    expect(book.transactions).toMatchObject([{ idTag: "04A1B2" }]);
  });

  it("goes by the state told last, not by the one heard last", () => {
    const { book } = run([
      start(),
      update(3, { chargingState: "SuspendedEV" }),
      update(1, { chargingState: "Charging" }),
    ]);
    expect(runningOn(book, 1)?.chargingState).toBe("SuspendedEV");
  });

  it("is bounded: too many that are open count as unended, and of those that are over the oldest are forgotten", () => {
    const many = Array.from({ length: MAX_OPEN201 + MAX_CLOSED201 + 3 }, (_, n) =>
      start({ transactionId: `T${n}`, connectorId: n + 1, atMs: n }),
    );
    const { book } = run(many);
    expect(book.transactions.filter(({ phase }) => phase === "open")).toHaveLength(MAX_OPEN201);
    expect(book.transactions.filter(({ phase }) => phase !== "open")).toHaveLength(MAX_CLOSED201);
    expect(book.transactions.at(-1)?.id).toBe(`T${many.length - 1}`);
  });

  it("has the whole bill once, in whatever order and however often its messages come", () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`book 2.0.1: seed ${seed}`);
    const whole = [start(), update(1, { meterWh: 700 }), update(2, { meterWh: 900 }), update(3), end(4)];
    const shuffled = fc
      .array(fc.nat({ max: whole.length - 1 }), { maxLength: 10 })
      .chain((again) => fc.shuffledSubarray([...whole.keys(), ...again], { minLength: whole.length + again.length }));
    fc.assert(
      fc.property(shuffled, (order) => {
        const { book, outcomes } = run(order.flatMap((index) => whole[index] ?? []));
        const counted = outcomes.filter(({ kind }) => kind !== "duplicate");
        expect(counted).toHaveLength(whole.length);
        expect(counted.filter(({ kind }) => kind === "ended")).toHaveLength(1);
        expect(book.transactions).toMatchObject([
          { phase: "ended", hasStart: true, idTag: "04A1B2", meterStartWh: 500, meterStopWh: 2_500, seqNos: [[0, 4]] },
        ]);
      }),
      { seed, numRuns: 10_000 },
    );
  });
});
