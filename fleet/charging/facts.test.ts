import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { countNumbers, joinClusters, MAX_CLUSTERS, withoutClusters, type Clusters } from "./clusters.ts";
import { joinFacts, standingOf, transactionFacts, type Standing, type TransactionFacts } from "./facts.ts";
import { isOfTransaction, readRecord, type TransactionRecord } from "./read-record.ts";
import { CHARGING_FROM_MS, isoAt, records } from "./testing/records.ts";

const minutes = (count: number): number => CHARGING_FROM_MS + count * 60_000;
const factsOf = (record: TransactionRecord, sequence: number): TransactionFacts => {
  const word = readRecord(record, [1, sequence]);
  if (word === undefined) throw new Error(`${record.name} is not understood`);
  return word.facts;
};
const standing = (of: readonly TransactionRecord[]): Standing => {
  const [one, ...others] = of.map((record, index) => factsOf(record, index + 1));
  if (one === undefined) throw new Error("no record");
  return standingOf(others.reduce(joinFacts, one));
};

const { started, refused, updated, ended, unended, reconciled, unmatched, duplicate } = records;
const { unknown, lateStart, gap } = records;

it("was kept before its interval was told", () => {
  const { meterEveryMs, ...before } = factsOf(started("7"), 1);
  expect(meterEveryMs).toBeNull();
  expect(transactionFacts.parse(before)).toEqual(factsOf(started("7"), 1));
});

describe("a charging transaction", () => {
  const cases: readonly [string, readonly TransactionRecord[], Partial<Standing>][] = [
    [
      "is charging once it has begun",
      [started("7")],
      { status: "charging", connector: 1, idTag: "****7788", meterStartWh: 1_000, energyWh: null, holeCount: 0 },
    ],
    [
      "has taken what its latest meter value says",
      [started("7"), updated("7", 10), updated("7", 5)],
      { status: "charging", meterLastWh: 2_200, meterLastAtMs: minutes(10), energyWh: 1_200 },
    ],
    [
      "has ended with the energy its station told",
      [started("7"), updated("7", 10), ended("7", 20)],
      { status: "ended", stoppedAtMs: minutes(20), meterStopWh: 3_400, energyWh: 2_400, reason: "Local" },
    ],
    [
      "has ended though nobody told its energy: the meter says it",
      [started("7"), ended("7", 20, { energyWh: "?" })],
      { status: "ended", energyWh: 2_400 },
    ],
    ["that began nowhere has no energy of its own", [updated("7", 10)], { status: "charging", energyWh: null }],
    [
      "that began nowhere is listed by the first that was heard of it",
      [updated("7", 10), updated("7", 5)],
      { beganAtMs: minutes(5), startedAtMs: null },
    ],
    [
      "with a refused tag never began",
      [refused("8"), duplicate("8", 1)],
      { status: "refused", idTag: "****0000", idTagStatus: "Invalid", energyWh: null, duplicateCount: 1 },
    ],
    [
      "whose end never came keeps the last meter value",
      [started("7"), updated("7", 5), unended("7", 60)],
      { status: "unended", meterLastWh: 1_600, energyWh: 600, stoppedAtMs: null },
    ],
    [
      "whose end came after all has ended",
      [started("7"), unended("7", 60), ended("7", 15)],
      { status: "ended", energyWh: 1_800 },
    ],
    [
      "that ended under another number says how it was found",
      [started("7"), ended("7", 15), reconciled("7", 15)],
      { status: "ended", reconciled: "connector-time-meter", claimedId: "-1" },
    ],
    [
      "of which only an end is known says so, without energy",
      [unmatched("9", 15)],
      {
        status: "unmatched",
        reconciled: "unmatched",
        claimedId: "4711",
        meterStopWh: 9_000,
        energyWh: null,
        reason: "PowerLoss",
        beganAtMs: minutes(15),
      },
    ],
    [
      "of which only a repetition was heard is not shown",
      [duplicate("7", 3)],
      { status: undefined, duplicateCount: 1 },
    ],
    [
      "counts what was sent again and is not changed by it",
      [started("7"), ended("7", 15), duplicate("7", 16), duplicate("7", 17)],
      { status: "ended", energyWh: 1_800, duplicateCount: 2 },
    ],
    [
      "is heard of often enough each quarter of an hour",
      [started("7"), updated("7", 15), ended("7", 30)],
      { holeCount: 0 },
    ],
    [
      "has no hole where its station is set to meter once an hour, and does",
      [started("7", 0, { meterEveryMs: 3_600_000 }), updated("7", 60), updated("7", 121), ended("7", 150)],
      { holeCount: 0 },
    ],
    [
      "has a hole where its station is set to meter once an hour, and one did not come",
      [updated("7", 180), ended("7", 200), started("7", 0, { meterEveryMs: 3_600_000 }), updated("7", 60)],
      { holeCount: 1 },
    ],
    [
      "has holes as ever where it says nonsense of its interval",
      [started("7", 0, { meterEveryMs: 1e12 }), updated("7", 21), ended("7", 90)],
      { holeCount: 2 },
    ],
    ["has a hole where it was silent for long", [started("7"), updated("7", 21), ended("7", 90)], { holeCount: 2 }],
    [
      "misses the numbers that its gateway missed, until they come",
      [
        started("7"),
        gap("7", 2, 2, 4),
        updated("7", 2, { seqNo: 5 }),
        updated("7", 3, { seqNo: 11 }),
        updated("7", 1, { seqNo: 3, isLate: true }),
        gap("7", 4, 20, 21),
      ],
      {
        missing: [
          [2, 2],
          [4, 4],
          [20, 21],
        ],
      },
    ],
    [
      "that began with the plug has the tag that came later",
      [
        started("7", 0, { idTag: "", idTagStatus: "" }),
        updated("7", 1, { idTag: "****1234", idTagStatus: "Accepted" }),
      ],
      { status: "charging", idTag: "****1234", idTagStatus: "Accepted" },
    ],
    [
      "is not ended by a tag that is refused on the way",
      [started("7"), updated("7", 5), refused("7", 6)],
      { status: "charging", idTag: "****7788", startedAtMs: minutes(0) },
    ],
    [
      "whose begin was refused stays so when its station ends it",
      [refused("7", 0, { startedAt: isoAt(0), meterStartWh: 1_000 }), ended("7", 1, { energyWh: 0 })],
      { status: "refused", startedAtMs: minutes(0), stoppedAtMs: minutes(1), energyWh: null },
    ],
    [
      "whose begin was refused and which charged all the same has ended",
      [refused("7", 0, { startedAt: isoAt(0), meterStartWh: 1_000 }), ended("7", 1, { energyWh: 5 })],
      { status: "ended", energyWh: 5 },
    ],
    [
      "of 2.0.1 whose begin was never heard is unmatched once it ends",
      [unknown("7", 5), updated("7", 5), ended("7", 9, { energyWh: "" })],
      { status: "unmatched", reconciled: "unmatched", meterStopWh: 2_080, energyWh: null },
    ],
    [
      "of 2.0.1 whose begin comes last has ended",
      [unknown("7", 5), ended("7", 9, { energyWh: "" }), started("7", 0, { isLate: true }), lateStart("7", 10)],
      { status: "ended", reconciled: "late-start", energyWh: 1_080 },
    ],
    ["may have happened while its station was offline", [started("7", 0, { isOffline: true })], { isOffline: true }],
    [
      "begins with the first of two begins",
      [started("7"), started("7", 9, { connector: 2, meterStartWh: 5_000 })],
      { connector: 1, meterStartWh: 1_000, startedAtMs: minutes(0) },
    ],
  ];
  it.each(cases)("%s", (_, of, expected) => {
    expect(standing(of)).toMatchObject(expected);
  });

  it("comes to the same in whatever order, grouping and repetition its records arrive", () => {
    const all = [
      started("7"),
      started("7", 2, { connector: 3 }),
      ...[5, 9, 31, 32, 60].map((minute) => updated("7", minute, { seqNo: minute })),
      unended("7", 70),
      ended("7", 64),
      ended("7", 65, { energyWh: 1 }),
      unknown("7", 5),
      reconciled("7", 64),
      lateStart("7", 65),
      gap("7", 20, 6, 8),
      gap("7", 22, 10, 12),
      refused("7", 30),
      updated("7", 31, { idTag: "****1234" }),
      duplicate("7", 65),
      duplicate("7", 66),
    ].map((record, index) => readRecord(record, [1 + (index % 2), index])?.facts);
    const known = all.flatMap((facts) => (facts === undefined ? [] : [facts]));
    expect(known).toHaveLength(all.length);
    const [head, ...tail] = known;
    if (head === undefined) throw new Error("no record");
    const inOrder = tail.reduce(joinFacts, head);
    const again = known.filter(({ duplicateCount }) => duplicateCount === 0);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(known, { minLength: known.length, maxLength: known.length }),
        fc.shuffledSubarray(again),
        fc.array(fc.nat({ max: 40 }), { maxLength: 30 }),
        (shuffled, repeated, joins) => {
          const parts: TransactionFacts[] = [...shuffled, ...repeated];
          // Neighbours are joined in any order: rows come in groups.
          while (parts.length > 1) {
            const at = (joins.pop() ?? 0) % (parts.length - 1);
            const [a, b] = parts.slice(at, at + 2);
            if (a === undefined || b === undefined) throw new Error("no neighbours");
            parts.splice(at, 2, joinFacts(a, b));
          }
          expect(parts[0]).toEqual(inOrder);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

describe("reading a record", () => {
  it("leaves alone what names no transaction, and what it does not know", () => {
    expect(isOfTransaction("door.forced")).toBe(false);
    const at = [1, 1] as const;
    expect(readRecord({ name: "transaction-started", details: {}, occurredAtMs: 0 }, at)).toBeUndefined();
    const tooLong = { transaction: "x".repeat(65) };
    expect(readRecord({ name: "transaction-started", details: tooLong, occurredAtMs: 0 }, at)).toBeUndefined();
    const longest = { transaction: "x".repeat(64) };
    expect(readRecord({ name: "transaction-started", details: longest, occurredAtMs: 0 }, at)).toBeDefined();
    expect(
      readRecord({ name: "transaction-sung", details: { transaction: "1" }, occurredAtMs: 0 }, at),
    ).toBeUndefined();
  });

  it("takes numbers for names, and nothing that is no time or no meter value", () => {
    const odd = started("7", 0, {
      transaction: 7,
      startedAt: "yesterday",
      meterStartWh: Number.MAX_VALUE,
      connector: -1,
    });
    expect(readRecord(odd, [1, 1])).toMatchObject({
      transaction: "7",
      facts: { started: { startedAtMs: null, meterStartWh: null, connector: null }, heard: [] },
    });
  });

  it("never throws, whatever the details are", () => {
    const value = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(isoAt(3)));
    const key = fc.constantFrom("transaction", "connector", "at", "startedAt", "stoppedAt", "meterWh", "seqNo", "how");
    const name = fc.constantFrom("started", "updated", "ended", "refused", "unended", "reconciled", "duplicate");
    fc.assert(
      fc.property(name, fc.dictionary(key, value), fc.double(), (word, details, occurredAtMs) => {
        const read = readRecord({ name: `transaction-${word}`, details, occurredAtMs }, [1, 1]);
        const beganAtMs = read === undefined ? 0 : standingOf(joinFacts(read.facts, read.facts)).beganAtMs;
        expect(beganAtMs).toBeTypeOf("number");
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("joining stretches", () => {
  it.each<[Clusters, Clusters, number, Clusters]>([
    [[], [[1, 1]], 1, [[1, 1]]],
    [[[1, 3]], [[4, 5]], 1, [[1, 5]]],
    [
      [[1, 3]],
      [[5, 5]],
      1,
      [
        [1, 3],
        [5, 5],
      ],
    ],
    [
      [
        [1, 3],
        [9, 9],
      ],
      [[5, 7]],
      2,
      [[1, 9]],
    ],
    [[[1, 9]], [[2, 3]], 1, [[1, 9]]],
  ])("%j and %j within %i", (a, b, reach, expected) => {
    expect(joinClusters(a, b, reach)).toEqual(expected);
    expect(joinClusters(b, a, reach)).toEqual(expected);
  });

  it("closes the shortest holes beyond the most that are kept", () => {
    const many = Array.from({ length: MAX_CLUSTERS }, (_, index): [number, number] => [index * 10, index * 10]);
    expect(joinClusters(many, [[2_005, 2_005]], 1)).toHaveLength(MAX_CLUSTERS);
    expect(joinClusters(many, [[5, 5]], 1)[0]).toEqual([0, 5]);
  });
});

function clustersOf(numbers: readonly number[]): Clusters {
  return numbers.reduce<Clusters>((all, one) => joinClusters(all, [[one, one]], 1), []);
}

describe("taking stretches out of stretches", () => {
  it("leaves exactly the numbers that are in the first alone", () => {
    const numbers = fc.array(fc.nat({ max: 30 }), { maxLength: 20 });
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const left = new Set(a).difference(new Set(b));
        const clusters = withoutClusters(clustersOf(a), clustersOf(b));
        expect(countNumbers(clusters)).toBe(left.size);
        expect(clustersOf([...left])).toEqual(clusters);
      }),
      { numRuns: 2_000 },
    );
  });
});
