import { describe, expect, it } from "vitest";

import { planScan, type ScanTarget } from "./plan.ts";

const all = Array.from({ length: 247 }, (_, index) => index + 1);

describe("the plan of a scan", () => {
  it("is a pass for each speed and parity, in the order given", () => {
    const target: ScanTarget = {
      kind: "serial",
      path: "/dev/a",
      baudRates: [9_600, 19_200],
      parities: ["none", "even"],
    };
    const { passes, probes } = planScan([target], { unitIds: all, thinkMs: 100 });
    expect(passes.map(({ line }) => line.kind === "serial" && [line.settings.baudRate, line.settings.parity])).toEqual([
      [9_600, "none"],
      [9_600, "even"],
      [19_200, "none"],
      [19_200, "even"],
    ]);
    expect(probes).toBe(4 * 247);
  });

  it.each([
    // 8 characters of 11 bits take 9.2 ms at 9600 baud and 73 ms at 1200; then a unit may think, and USB takes its time.
    [9_600, 125, 30, 35.3],
    [1_200, 125, 58, 51.2],
    [115_200, 125, 27, 33.2],
  ] as const)(
    "at %d baud waits %d ms, keeps %d ms of silence, and says how long that is",
    (baudRate, timeoutMs, gapMs, s) => {
      const target: ScanTarget = { kind: "serial", path: "/dev/a", baudRates: [baudRate], parities: ["none"] };
      const plan = planScan([target], { unitIds: all, thinkMs: 100 });
      expect(plan.passes[0]).toMatchObject({ timeoutMs, gapMs });
      expect(plan.estimatedMs / 1_000).toBeCloseTo(s, 1);
    },
  );

  it("asks on serial lines only for unit ids that can be there", () => {
    const unitIds = [255, 0, 1, 247, 248];
    const server: ScanTarget = { kind: "serial-server", host: "a", port: 1, baudRate: 9_600 };
    const tcp: ScanTarget = { kind: "tcp", host: "a", port: 502 };
    const { passes } = planScan([server, tcp], { unitIds, thinkMs: 100 });
    expect(passes.map((pass) => pass.unitIds)).toEqual([[1, 247], unitIds]);
  });

  it("of nothing takes no time", () => {
    expect(planScan([], { unitIds: all, thinkMs: 100 })).toEqual({ passes: [], probes: 0, estimatedMs: 0 });
  });
});
