import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ZonedTime } from "./zoned-time.ts";

const at = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0) => ({
  year,
  month,
  day,
  hour,
  minute,
  second,
});

describe("local time", () => {
  it("is an instant in its zone, and back", () => {
    const shanghai = new ZonedTime("Asia/Shanghai");
    expect(shanghai.instantOf(at(2026, 8, 1, 8, 58, 57))).toBe(Date.parse("2026-08-01T00:58:57Z"));
    expect(shanghai.localOf(Date.parse("2026-12-31T16:00:00Z"))).toEqual(at(2027, 1, 1));
  });

  it("follows the clocks where they change", () => {
    const berlin = new ZonedTime("Europe/Berlin");
    expect(berlin.instantOf(at(2026, 3, 29, 1, 59, 59))).toBe(Date.parse("2026-03-29T00:59:59Z"));
    expect(berlin.instantOf(at(2026, 3, 29, 3))).toBe(Date.parse("2026-03-29T01:00:00Z"));
    expect(berlin.instantOf(at(2026, 10, 25, 4))).toBe(Date.parse("2026-10-25T03:00:00Z"));
  });

  it.each([
    [at(2026, 2, 29)],
    [at(2026, 13, 1)],
    [at(2026, 0, 1)],
    [at(2026, 4, 31)],
    [at(2026, 1, 1, 24)],
    [at(2026, 1, 1, 0, 60)],
    [at(2026, 1, 1, 0, 0, 60)],
    [at(0, 0, 0)],
  ])("does not exist: %j", (local) => {
    expect(new ZonedTime("Asia/Shanghai").instantOf(local)).toBeUndefined();
  });

  it("survives the way there and back for every second of this century", () => {
    const zones = ["Asia/Shanghai", "UTC", "Asia/Kathmandu", "America/St_Johns"].map((zone) => new ZonedTime(zone));
    const seconds = fc.integer({ min: 946_684_800, max: 4_102_444_799 });
    fc.assert(
      fc.property(seconds, fc.constantFrom(...zones), (second, zone) => {
        const local = zone.localOf(second * 1_000);
        const back = zone.instantOf(local);
        // In the hour that comes twice the local time does not say which.
        expect(Math.abs((back ?? 0) - second * 1_000) % 3_600_000).toBe(0);
        expect(zone.localOf(back ?? 0)).toEqual(local);
      }),
      { numRuns: 2_000 },
    );
  });
});
