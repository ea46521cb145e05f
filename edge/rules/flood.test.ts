import { describe, expect, it } from "vitest";

import { alarmRate, FLOOD_ABOVE, FLOOD_WINDOW_MS, isFlooded, noteRaise, type RaisedAt } from "./flood.ts";

function raises(source: string, count: number, everyMs: number, from: RaisedAt = new Map()): RaisedAt {
  let raisedAt = from;
  for (let n = 0; n < count; n += 1) raisedAt = noteRaise(raisedAt, source, n * everyMs);
  return raisedAt;
}

describe("alarms that come fast", () => {
  it("are a flood with the eleventh in ten minutes, and no longer when they slow down", () => {
    expect(isFlooded(raises("station", FLOOD_ABOVE, 1_000), "station", 10_000)).toBe(false);
    const eleven = raises("station", FLOOD_ABOVE + 1, 1_000);
    expect(isFlooded(eleven, "station", 10_000)).toBe(true);
    expect(isFlooded(eleven, "station", FLOOD_WINDOW_MS)).toBe(false);
  });

  it("are counted for each device or group apart", () => {
    const both = raises("cabinet", 3, 1_000, raises("station", 11, 1_000));
    expect(isFlooded(both, "cabinet", 11_000)).toBe(false);
    expect(alarmRate(both, 11_000)).toEqual({ raised: 14, floods: ["station"] });
  });

  it("are never a flood where they keep to one a minute", () => {
    expect(isFlooded(raises("station", 100, 60_000), "station", 99 * 60_000)).toBe(false);
  });

  it("are forgotten when they are old, and remembered up to a bound", () => {
    expect(noteRaise(raises("station", 5, 1), "cabinet", FLOOD_WINDOW_MS * 2).has("station")).toBe(false);
    expect(raises("station", 3_000, 0).get("station")).toHaveLength(1_000);
  });
});
