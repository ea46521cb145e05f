import { describe, expect, it } from "vitest";

import type { ChargingDetail } from "../../../../api/charging-schemas.ts";
import { courseOf, durationOf, hoursAndMinutes, kilowattHours } from "./figures.ts";

const MINUTE_MS = 60_000;

function detailOf(changes: Partial<ChargingDetail>): ChargingDetail {
  return {
    gatewayId: "gw-1",
    deviceId: "pile-1",
    transaction: "7",
    status: "ended",
    connector: 1,
    idTag: null,
    idTagStatus: null,
    beganAtMs: 0,
    startedAtMs: 0,
    stoppedAtMs: 60 * MINUTE_MS,
    meterStartWh: 1_000,
    meterStopWh: 8_000,
    meterLastWh: null,
    meterLastAtMs: null,
    energyWh: 7_000,
    reason: null,
    isOffline: false,
    reconciled: null,
    claimedId: null,
    holeCount: 0,
    missingCount: 0,
    duplicateCount: 0,
    samples: [],
    isWhole: true,
    longestSilenceMs: 1_200_000,
    holes: [],
    missing: [],
    steps: [],
    ...changes,
  };
}

function sample(minute: number, meterWh: number | null, powerW: number | null): ChargingDetail["samples"][number] {
  const currents = { currentL1A: null, currentL2A: null, currentL3A: null };
  return { atMs: minute * MINUTE_MS, meterWh, powerW, ...currents, socPercent: null };
}

describe("figures", () => {
  it("are written as meters and clocks show them", () => {
    expect(kilowattHours(12_345, "en")).toBe("12.35");
    expect(kilowattHours(0, "zh")).toBe("0.00");
    expect(hoursAndMinutes(65 * MINUTE_MS)).toBe("1:05");
    expect(hoursAndMinutes(-1)).toBe("0:00");
  });

  it("say how long it lasted, and nothing where an end is not known", () => {
    expect(durationOf(detailOf({}), 0)).toBe(60 * MINUTE_MS);
    expect(durationOf(detailOf({ status: "charging", stoppedAtMs: null }), 5 * MINUTE_MS)).toBe(5 * MINUTE_MS);
    expect(durationOf(detailOf({ status: "unended", stoppedAtMs: null }), 5 * MINUTE_MS)).toBeUndefined();
    expect(durationOf(detailOf({ startedAtMs: null }), 0)).toBeUndefined();
  });
});

describe("a course", () => {
  it("goes from the begin of the meter to its end, broken where nothing was heard", () => {
    const samples = [sample(10, 2_000, 6_000), sample(50, null, 3_000)];
    const holes = [{ fromMs: 10 * MINUTE_MS, toMs: 50 * MINUTE_MS }];
    expect(courseOf(detailOf({ samples, holes }))).toEqual([
      { atMs: 0, powerKw: null, energyKwh: 0 },
      { atMs: 10 * MINUTE_MS, powerKw: 6, energyKwh: 1 },
      { atMs: 10 * MINUTE_MS + 1, powerKw: null, energyKwh: null },
      { atMs: 50 * MINUTE_MS, powerKw: 3, energyKwh: null },
      { atMs: 60 * MINUTE_MS, powerKw: null, energyKwh: 7 },
    ]);
  });

  it("counts from the first meter value where no begin is known", () => {
    const detail = detailOf({
      startedAtMs: null,
      meterStartWh: null,
      stoppedAtMs: null,
      samples: [sample(1, 500, null)],
    });
    expect(courseOf(detail)).toEqual([{ atMs: MINUTE_MS, powerKw: null, energyKwh: 0 }]);
  });
});
