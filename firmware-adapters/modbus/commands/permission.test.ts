import { describe, expect, it } from "vitest";

import type { Reading } from "../../event.ts";
import type { TimedReading } from "../polling/point-reports.ts";
import { shippedProfile } from "../profiles/profiles.ts";
import { refusalByInterlock, refusalToWrite } from "./permission.ts";
import type { Facts } from "./permission.ts";
import { NEVER_SEEN, observeRun, startRefusal } from "./run-history.ts";
import type { RunHistory } from "./run-history.ts";

const NOW = 10_000_000;
const SECOND = 1_000;

function pointOf(id: string) {
  const found = shippedProfile("two-pump-station")?.points.find((point) => point.id === id);
  if (found === undefined) throw new Error(`no point ${id}`);
  return found;
}

function ruleOf(id: string) {
  const rule = pointOf(id).writable;
  if (rule === undefined) throw new Error(`${id} is not writable`);
  return rule;
}

const good = (value: number, atMs = NOW): TimedReading => ({ reading: { quality: "good", value }, atMs });
const READY: Readonly<Record<string, TimedReading>> = {
  remoteMode: good(1),
  level: good(1.5),
  mainsFail: good(0),
  "pump1.fault": good(0),
  "pump1.available": good(1),
};
const LONG_STOPPED: RunHistory = { state: "stopped", startsAtMs: [], stoppedAtMs: 0 };

function facts(changes: Partial<Facts> & { readonly readings?: Readonly<Record<string, TimedReading>> } = {}): Facts {
  const readings = { ...READY, ...changes.readings };
  return {
    nowMs: NOW,
    clockConfidence: "confirmed",
    isOnline: true,
    latest: (id) => readings[id],
    runs: () => LONG_STOPPED,
    ...changes,
  };
}

describe("what needs no look at the device", () => {
  it.each<[string, string, number, Partial<Facts>, string | undefined]>([
    ["a start of a pump", "pump1.start", 1, {}, undefined],
    ["the same with a clock that is only plausible", "pump1.start", 1, { clockConfidence: "plausible" }, undefined],
    [
      "a hazardous write with a doubtful clock",
      "pump1.start",
      1,
      { clockConfidence: "doubtful" },
      "clock-not-confident",
    ],
    ["the siren with a doubtful clock", "siren", 1, { clockConfidence: "doubtful" }, undefined],
    ["a point that is read only", "level", 1, {}, "not-writable"],
    ["a value above the limit", "startLevel", 4.001, {}, "out-of-limits"],
    ["a value at the limit", "startLevel", 4, {}, undefined],
    ["a value below the limit", "startLevel", 0.999, {}, "out-of-limits"],
    ["no number at all", "startLevel", Number.NaN, {}, "out-of-limits"],
    ["letting go of a button by hand", "pump1.start", 0, {}, "out-of-limits"],
    ["a device that is offline", "siren", 1, { isOnline: false }, "device-offline"],
  ])("%s", (_, id, value, changes, reason) => {
    expect(refusalToWrite(pointOf(id), value, facts(changes))?.reason).toBe(reason);
  });
});

describe("the interlocks of a pump's start", () => {
  const bad: Reading = { quality: "bad", reason: "timeout" };
  it.each<[string, Readonly<Record<string, TimedReading>>, string | undefined]>([
    ["let it through when all of them hold", {}, undefined],
    ["want the selector on remote", { remoteMode: good(0) }, "remoteMode is 0, must be equal 1"],
    ["want water above the dry-run level", { level: good(0.59) }, "level is 0.59, must be at-least 0.6"],
    ["allow the dry-run level itself", { level: good(0.6) }, undefined],
    ["want mains", { mainsFail: good(1) }, "mainsFail is 1, must be equal 0"],
    ["want the pump without a fault", { "pump1.fault": good(1) }, "pump1.fault is 1, must be equal 0"],
    ["refuse on a bad reading", { level: { reading: bad, atMs: NOW } }, "level is bad: timeout"],
    ["accept a reading as old as allowed", { level: good(1.5, NOW - 10 * SECOND) }, undefined],
    ["refuse on an older one", { level: good(1.5, NOW - 10 * SECOND - 1) }, "level was read more than 10 s ago"],
  ])("%s", (_, readings, fault) => {
    const refusal = refusalByInterlock(ruleOf("pump1.start"), facts({ readings }));
    expect(refusal?.detail.match(/\((.*)\)$/)?.[1]).toBe(fault);
  });

  it("refuse on what was never read", () => {
    const refusal = refusalByInterlock(ruleOf("pump1.start"), facts({ latest: () => undefined }));
    expect(refusal).toMatchObject({ reason: "interlocked", detail: expect.stringContaining("has not been read yet") });
  });

  it("say why in both languages", () => {
    const refusal = refusalByInterlock(ruleOf("pump1.start"), facts({ readings: { remoteMode: good(0) } }));
    expect(refusal?.detail).toContain("远程");
    expect(refusal?.detail).toContain("the selector on site is not on remote");
  });

  it("do not hold back a stop that needs the selector only", () => {
    expect(refusalByInterlock(ruleOf("pump1.stop"), facts({ readings: { mainsFail: good(1), level: good(0) } }))).toBe(
      undefined,
    );
  });

  it("count starts and off time on what was seen of the pump", () => {
    const justStopped: RunHistory = { state: "stopped", startsAtMs: [], stoppedAtMs: NOW - 59 * SECOND };
    const refusal = refusalByInterlock(ruleOf("pump1.start"), facts({ runs: () => justStopped }));
    expect(refusal).toMatchObject({ reason: "interlocked", detail: expect.stringContaining("60 s are needed") });
  });
});

const on: Reading = { quality: "good", value: 1 };
const off: Reading = { quality: "good", value: 0 };
const lost: Reading = { quality: "bad", reason: "link-down" };
const seen = (...readings: [number, Reading][]): RunHistory =>
  readings.reduce((history, [atMs, reading]) => observeRun(history, reading, atMs), NEVER_SEEN);

/** So many starts, ten milliseconds apart, and then a stop. */
const starts = (count: number): RunHistory =>
  seen(
    ...Array.from({ length: count }, (_, index): [number, Reading][] => [
      [index * 10, off],
      [index * 10 + 5, on],
    ]).flat(),
    [100, off],
  );

describe("the run history of a machine", () => {
  const limits = { maxStartsPerHour: 3, minOffMs: 60_000 };
  const HOUR = 3_600_000;

  it.each<[string, [number, Reading][], number, string | undefined]>([
    ["nothing seen yet", [], 0, "its run state is not known"],
    ["stopped when first seen, too short ago", [[0, off]], 59_999, "seen stopped for 59 s, 60 s are needed"],
    ["stopped when first seen, long enough ago", [[0, off]], 60_000, undefined],
    ["running", [[0, on]], 10, undefined],
    [
      "stopped a moment ago",
      [
        [0, on],
        [100_000, off],
      ],
      100_010,
      "seen stopped for 0 s, 60 s are needed",
    ],
    [
      "unreadable now",
      [
        [0, off],
        [100_000, lost],
      ],
      100_010,
      "its run state is not known",
    ],
    [
      "stopped again after it was unreadable: it may have run",
      [
        [0, off],
        [70_000, lost],
        [80_000, off],
      ],
      100_000,
      "seen stopped for 20 s, 60 s are needed",
    ],
  ])("with %s", (_, readings, nowMs, why) => {
    expect(startRefusal(seen(...readings), limits, nowMs)).toBe(why);
  });

  it("counts starts over a sliding hour, whoever caused them, and allows the last one", () => {
    expect(startRefusal(starts(2), limits, 70_000)).toBeUndefined();
    expect(startRefusal(starts(3), limits, 70_000)).toBe("3 starts within the hour, 3 allowed");
    expect(startRefusal(starts(3), limits, HOUR + 6)).toBeUndefined();
  });

  it("does not count a machine that was running when first seen, and keeps no more than an hour", () => {
    expect(seen([0, on]).startsAtMs).toEqual([]);
    expect(seen([0, off], [1, on], [2, off], [HOUR + 2, on]).startsAtMs).toEqual([HOUR + 2]);
  });
});
