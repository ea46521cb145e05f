import { describe, expect, it } from "vitest";

import { describeAdapter } from "../conformance.ts";
import { callingRig } from "../receiving/testing/calling-rig.ts";
import { sl651 } from "./adapter.ts";
import { levelReport, SETTINGS, upward } from "./testing/bench.ts";

const LEVEL = 3.214;

describe.each(["tcp", "udp"] as const)("over %s", (transport) => {
  describeAdapter("SL 651", sl651, () => {
    const settings = { ...SETTINGS, supervisionMs: 1_000 };
    let serial = 0;
    return callingRig({
      transport,
      settings,
      badSettings: { settings: { ...settings, station: "12" }, path: "station" },
      pointId: "level",
      value: LEVEL,
      message: () => {
        serial += 1;
        return upward({ body: levelReport(serial, LEVEL) });
      },
    });
  });
});

describe("configuring", () => {
  it.each([
    ["no elements", { ...SETTINGS, elements: [] }, "elements"],
    ["an element of one digit", { ...SETTINGS, elements: [{ code: "9" }] }, "elements"],
    ["a password of letters", { ...SETTINGS, password: "abcd" }, "password"],
    ["an element nobody knows", { ...SETTINGS, elements: [{ code: "90" }] }, "settings.elements[0]"],
  ])("refuses %s with its place", (_, settings, path) => {
    expect(() => sl651.configure("device", settings)).toThrow(
      expect.objectContaining({ code: "sl651/bad-settings", message: expect.stringContaining(path) }),
    );
  });

  it("names points and methods in both languages", () => {
    const { points, methods } = sl651.configure("device", SETTINGS);
    expect(points.map(({ id }) => id)).toEqual([
      "level",
      "battery",
      "rainTotal",
      "acLost",
      "batteryLow",
      "levelAlarm",
      "levelMeterFault",
      "clockWrong",
    ]);
    expect(methods.map(({ id }) => id)).toEqual(["read-now", "set-time", "read-time"]);
    for (const { name } of [...points, ...methods]) expect([name.zh, name.en]).not.toContain("");
  });
});
