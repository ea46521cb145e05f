import { describe, expect, it } from "vitest";

import { meterSample, type SampledValue } from "./meter-sample.ts";

const sampled = (value: number, changes: Partial<SampledValue> = {}): SampledValue => ({
  value,
  measurand: undefined,
  phase: undefined,
  unit: undefined,
  multiplier: 0,
  ...changes,
});

describe("a meter sample", () => {
  it.each<[string, SampledValue[], object]>([
    ["takes a value without a measurand for the energy register, in Wh", [sampled(1_500)], { energyWh: 1_500 }],
    ["knows kWh", [sampled(1.5, { unit: "kWh" })], { energyWh: 1_500 }],
    ["knows the multiplier of 2.0.1", [sampled(15, { multiplier: 2 })], { energyWh: 1_500 }],
    [
      "adds the phases of a power up where the whole is not told",
      ["L1", "L2", "L3"].map((phase) => sampled(2, { measurand: "Power.Active.Import", unit: "kW", phase })),
      { powerW: 6_000 },
    ],
    [
      "keeps currents apart by phase",
      [
        sampled(16, { measurand: "Current.Import", phase: "L1" }),
        sampled(7, { measurand: "Current.Import", phase: "L3" }),
      ],
      { currentA: { L1: 16, L3: 7 } },
    ],
    [
      "takes one current for that of each phase",
      [sampled(10, { measurand: "Current.Import" })],
      { currentA: { L1: 10, L2: 10, L3: 10 } },
    ],
    [
      "knows a phase to neutral, and leaves one phase to another out",
      [sampled(231, { measurand: "Voltage", phase: "L1-N" }), sampled(400, { measurand: "Voltage", phase: "L1-L2" })],
      { voltageV: { L1: 231 } },
    ],
    [
      "leaves out what is no number and what it has no use for",
      [sampled(Number.NaN), sampled(3, { measurand: "RPM" })],
      {},
    ],
  ])("%s", (_, values, expected) => {
    expect(meterSample(5, values)).toEqual({ atMs: 5, ...expected });
  });
});
