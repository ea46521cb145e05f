import { describe, expect, it } from "vitest";

import {
  clearProfiles,
  installProfile,
  limitNow,
  nextChangeMs,
  withoutTransaction,
  type ChargingProfile,
} from "./charging-profiles.ts";

const NOW_MS = 1_800_000_000_000;
const QUESTION = {
  connectorId: 1,
  phases: 3,
  hardwareA: 32,
  transaction: { id: "7", startedAtMs: NOW_MS - 60_000 },
  nowMs: NOW_MS,
  sharedBy: 1,
};

function profile(change: Partial<ChargingProfile> & { readonly limitA?: number }): ChargingProfile {
  const { limitA = 10, ...rest } = change;
  return {
    id: 1,
    connectorId: 1,
    stackLevel: 0,
    purpose: "tx-default",
    kind: "Absolute",
    unit: "A",
    periods: [{ fromMs: 0, limit: limitA }],
    startMs: NOW_MS - 1_000,
    ...rest,
  };
}

describe("the limit in force", () => {
  it("is the hardware's without a profile", () => {
    expect(limitNow([], QUESTION)).toEqual({ limitA: 32, source: "hardware" });
  });

  it("is a TxProfile's before a TxDefaultProfile's, higher or lower", () => {
    const both = [profile({ limitA: 6 }), profile({ id: 2, purpose: "tx", transactionId: "7", limitA: 20 })];
    expect(limitNow(both, QUESTION)).toEqual({ limitA: 20, source: "tx" });
    expect(limitNow(both, { ...QUESTION, transaction: undefined })).toEqual({ limitA: 6, source: "tx-default" });
  });

  it("falls back when a TxProfile's duration is over", () => {
    const both = [profile({ limitA: 6 }), profile({ id: 2, purpose: "tx", limitA: 20, durationMs: 5_000 })];
    expect(limitNow(both, { ...QUESTION, nowMs: NOW_MS + 3_999 })).toMatchObject({ limitA: 20 });
    expect(limitNow(both, { ...QUESTION, nowMs: NOW_MS + 4_000 })).toEqual({ limitA: 6, source: "tx-default" });
  });

  it("is of the highest stack level that says something now", () => {
    const stacked = [
      profile({ limitA: 6 }),
      profile({ id: 2, stackLevel: 3, limitA: 16, validToMs: NOW_MS + 1_000 }),
      profile({ id: 3, stackLevel: 5, limitA: 25, validFromMs: NOW_MS + 500 }),
    ];
    expect(limitNow(stacked, QUESTION).limitA).toBe(16);
    expect(limitNow(stacked, { ...QUESTION, nowMs: NOW_MS + 600 }).limitA).toBe(25);
  });

  it("is never above the station's maximum, which those who charge share", () => {
    const both = [
      profile({ purpose: "max", connectorId: 0, limitA: 32 }),
      profile({ id: 2, purpose: "tx", limitA: 30 }),
    ];
    expect(limitNow(both, QUESTION)).toEqual({ limitA: 30, source: "tx" });
    expect(limitNow(both, { ...QUESTION, sharedBy: 2 })).toEqual({ limitA: 16, source: "max" });
  });

  it("takes the connector's own default before the one for all", () => {
    const both = [profile({ connectorId: 0, limitA: 8 }), profile({ id: 2, limitA: 12 })];
    expect(limitNow(both, QUESTION).limitA).toBe(12);
    expect(limitNow(both, { ...QUESTION, connectorId: 2 }).limitA).toBe(8);
  });

  it("ignores a TxProfile of another transaction", () => {
    const other = [profile({ purpose: "tx", transactionId: "8" })];
    expect(limitNow(other, QUESTION).source).toBe("hardware");
  });

  it("follows the periods of a schedule, from the transaction's start where it is relative", () => {
    const relative = profile({
      kind: "Relative",
      startMs: undefined,
      periods: [
        { fromMs: 0, limit: 6 },
        { fromMs: 60_000, limit: 11 },
      ],
    });
    expect(limitNow([relative], QUESTION).limitA).toBe(11);
    expect(limitNow([relative], { ...QUESTION, nowMs: NOW_MS - 1 }).limitA).toBe(6);
  });

  it("comes again each day where it recurs, and turns watts into amperes", () => {
    const daily = profile({
      kind: "Recurring",
      recurrency: "Daily",
      startMs: NOW_MS - 3 * 86_400_000 - 3_600_000,
      durationMs: 2 * 3_600_000,
      unit: "W",
      periods: [{ fromMs: 0, limit: 6_900 }],
    });
    expect(limitNow([daily], QUESTION).limitA).toBe(10);
    expect(limitNow([daily], { ...QUESTION, nowMs: NOW_MS + 3_600_000 }).source).toBe("hardware");
  });

  it("says when it changes next", () => {
    expect(nextChangeMs([profile({ durationMs: 5_000 })], QUESTION)).toBe(NOW_MS + 4_000);
    expect(nextChangeMs([profile({})], QUESTION)).toBeUndefined();
  });
});

describe("installed profiles", () => {
  it("are replaced by id, and by connector, purpose and stack level", () => {
    const first = installProfile([], profile({ limitA: 6 }));
    expect(installProfile(first, profile({ id: 9, limitA: 7 }))).toEqual([profile({ id: 9, limitA: 7 })]);
    expect(installProfile(first, profile({ connectorId: 2 }))).toEqual([profile({ connectorId: 2 })]);
    expect(installProfile(first, profile({ id: 9, stackLevel: 1 }))).toHaveLength(2);
  });

  it("are cleared by id alone, or by all that is given; a transaction takes its own with it", () => {
    const all = [profile({}), profile({ id: 2, purpose: "tx" }), profile({ id: 3, connectorId: 2, purpose: "tx" })];
    expect(clearProfiles(all, { id: 2 }).map(({ id }) => id)).toEqual([1, 3]);
    expect(clearProfiles(all, { purpose: "tx", connectorId: 2 }).map(({ id }) => id)).toEqual([1, 2]);
    expect(clearProfiles(all, {})).toEqual([]);
    expect(withoutTransaction(all, 1).map(({ id }) => id)).toEqual([1, 3]);
  });
});
