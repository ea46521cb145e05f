import { describe, expect, it } from "vitest";

import type { PointLatest } from "../../../api/schemas.ts";
import { samplePoints, STATION } from "../../testing/sample-data.ts";
import { shown } from "../live/shown.ts";
import type { Station } from "./station.ts";
import { stationOf } from "./station.ts";

/** The sample station with some points changed: a number, a reason for none, or `undefined` for no such point. */
function points(changes: Readonly<Record<string, number | string | undefined>> = {}): ReadonlyMap<string, PointLatest> {
  const all = new Map(samplePoints(STATION.gatewayId, 1_795_000_000_000).map((point) => [point.id, point]));
  for (const [id, change] of Object.entries(changes)) {
    const point = all.get(id);
    if (point === undefined) throw new Error(`no point ${id}`);
    if (change === undefined) all.delete(id);
    else if (typeof change === "number") all.set(id, { ...point, value: change, badReason: null });
    else all.set(id, { ...point, value: null, badReason: change });
  }
  return all;
}

function station(changes: Readonly<Record<string, number | string | undefined>> = {}): Station {
  const read = stationOf(points(changes));
  if (read === undefined) throw new Error("not a station");
  return read;
}

describe("a pump station", () => {
  it("is a device with a level and a pump that says whether it runs", () => {
    expect(stationOf(points({ level: undefined }))).toBeUndefined();
    expect(stationOf(points({ "pump1.running": undefined, "pump2.running": undefined }))).toBeUndefined();
    expect(station({ "pump2.running": undefined }).pumps.map((pump) => pump.id)).toEqual(["pump1"]);
  });

  it("has its marks from the bottom up, without those that are not known", () => {
    expect(station().marks.map((mark) => mark.kind)).toEqual(["stop", "start", "assist", "high"]);
    expect(station({ startLevel: "timeout" }).marks.map((mark) => mark.kind)).toEqual(["stop", "assist", "high"]);
    expect(station({ startLevel: 3 }).marks.map((mark) => mark.kind)).toEqual(["stop", "assist", "start", "high"]);
  });

  it("never shows a bad value as a number", () => {
    expect(station({ level: "timeout" }).level).toEqual({ kind: "bad", reason: "timeout" });
    expect(station({ inflow: undefined }).inflow).toEqual({ kind: "absent" });
    expect(station({ siren: "link-down" }).siren).toBe("unknown");
    expect(station({ siren: undefined }).siren).toBe("absent");
  });

  it("says of a point that was never read that it was not", () => {
    const [level] = samplePoints(STATION.gatewayId, 0);
    if (level === undefined) throw new Error("no sample");
    const unread = { ...level, value: null, badReason: null, occurredAtMs: null };
    expect(shown(new Map([["level", unread]]), "level")).toEqual({ kind: "bad", reason: "not-yet-read" });
  });
});

describe("a pump", () => {
  it.each([
    [{ "pump1.running": 1 }, "running"],
    [{ "pump1.running": 0 }, "stopped"],
    [{ "pump1.running": 0, "pump1.available": 0 }, "unavailable"],
    [{ "pump1.running": 1, "pump1.fault": 1 }, "fault"],
    [{ "pump1.running": "timeout", "pump1.fault": 1 }, "fault"],
    [{ "pump1.running": "timeout" }, "unknown"],
    [{ "pump1.running": 1, "pump1.fault": "timeout" }, "running"],
  ] as const)("with %j is %s", (changes, state) => {
    expect(station(changes).pumps[0]?.state).toBe(state);
  });
});
