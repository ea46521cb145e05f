import { describe, expect, it } from "vitest";

import type { Alarm } from "../../../api/schemas.ts";
import { stormAlarm } from "../../testing/sample-data.ts";
import { isUnacknowledged, openAlarms } from "./alarms.ts";
import { advance, EMPTY_FEED } from "./feed.ts";

const NOW = 1_795_000_000_000;

function alarm(id: string, change: Partial<Alarm>): Alarm {
  return { ...stormAlarm(NOW), id: id.padStart(32, "0"), ...change };
}

describe("open alarms", () => {
  it("are listed as they need attention: unacknowledged, then priority, then the newest", () => {
    const alarms = [
      alarm("1", { state: "active-acknowledged", priority: "critical" }),
      alarm("2", { priority: "low" }),
      alarm("3", { priority: "critical", raisedAtMs: NOW - 1 }),
      alarm("4", { priority: "critical", state: "cleared-unacknowledged" }),
      alarm("5", { state: "normal" }),
    ];
    const feed = advance(EMPTY_FEED, { kind: "alarms-read", askedAt: 0, alarms });
    expect(openAlarms(feed).map((one) => one.id.at(-1))).toEqual(["4", "3", "2", "1"]);
  });

  it("that are shelved or out of service ask for nobody", () => {
    const untilMs = NOW + 60_000;
    expect(isUnacknowledged(alarm("1", {}))).toBe(true);
    expect(isUnacknowledged(alarm("1", { suppression: { kind: "shelved", by: "a", reason: "b", untilMs } }))).toBe(
      false,
    );
    expect(isUnacknowledged(alarm("1", { suppression: { kind: "out-of-service", by: "a", reason: "b" } }))).toBe(false);
    expect(isUnacknowledged(alarm("1", { state: "active-acknowledged" }))).toBe(false);
  });
});
