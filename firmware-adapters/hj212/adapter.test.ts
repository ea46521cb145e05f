import { describe, expect, it } from "vitest";

import { describeAdapter } from "../conformance.ts";
import { callingRig } from "../receiving/testing/calling-rig.ts";
import { hj212 } from "./adapter.ts";
import { frame, freshQn, realtime, SETTINGS } from "./testing/bench.ts";

const COD = 21.5;

describeAdapter("HJ 212 over TCP", hj212, () => {
  const settings = { ...SETTINGS, supervisionMs: 1_500, hangUpGraceMs: 300 };
  return callingRig({
    transport: "tcp",
    settings,
    badSettings: { settings: { ...settings, supervisionMs: 5 }, path: "supervisionMs" },
    pointId: "cod",
    value: COD,
    message: () => frame({ qn: freshQn(), cp: realtime(COD) }),
  });
});

describe("configuring", () => {
  it.each([
    ["no factors", { ...SETTINGS, factors: [] }, "factors"],
    ["an MN with a separator", { ...SETTINGS, mn: "a;b" }, "mn"],
    ["a zone that is none", { ...SETTINGS, timeZone: "Mars/Phobos" }, "timeZone"],
    ["a factor nobody knows", { ...SETTINGS, factors: [{ code: "q1" }] }, "settings.factors[0]"],
  ])("refuses %s with its place", (_, settings, path) => {
    expect(() => hj212.configure("device", settings)).toThrow(
      expect.objectContaining({ code: "hj212/bad-settings", message: expect.stringContaining(path) }),
    );
  });

  it("names points and methods in both languages", () => {
    const { points, methods } = hj212.configure("device", SETTINGS);
    expect(points.map(({ id }) => id)).toEqual(["cod", "ph", "instrumentFault", "maintenance", "clockWrong"]);
    expect(methods.map(({ id }) => id)).toEqual(["set-time", "read-time", "set-report-interval"]);
    for (const { name } of [...points, ...methods]) expect([name.zh, name.en]).not.toContain("");
  });
});
