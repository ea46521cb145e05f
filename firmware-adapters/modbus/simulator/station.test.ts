import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { beforeEach, describe, expect, it } from "vitest";

import type { Point } from "../profile.ts";
import { shippedProfile } from "../profiles/profiles.ts";
import { encodeValue } from "../values/encode-value.ts";
import { decodeValue } from "../values/value-table.ts";
import { HEARTBEAT_LOST_MS, SIMULATED_PROFILE, Station } from "./station.ts";

const profile = shippedProfile(SIMULATED_PROFILE);
const points = profile?.points ?? [];
const byId = new Map(points.map((point) => [point.id, point]));

let clock: ManualClock;
let station: Station;

beforeEach(() => {
  clock = new ManualClock();
  station = new Station({ clock, speed: 1, refusesGaps: false });
});

function at(id: string): Point {
  const point = byId.get(id);
  if (point === undefined) throw new Error(`the profile has no ${id}`);
  return point;
}

/** Reads a point as a gateway does: words by table and address, decoded by the profile. */
function read(id: string): number | string {
  const point = at(id);
  const count = "order" in point.type ? 2 : 1;
  const answer = station.read(point.table, point.address, count);
  if (answer.kind === "refused") return `exception ${answer.exceptionCode}`;
  const reading = decodeValue(point, [...answer.words]);
  return reading.quality === "good" ? reading.value : reading.reason;
}

/** @returns the exception code of a refusal. */
function write(id: string, value: number): number | undefined {
  const point = at(id);
  if (point.table !== "coil" && point.table !== "holding-register") throw new Error(`${id} is read only`);
  return station.write(point.table, point.address, encodeValue(point, value));
}

/** Presses a button as a gateway does. */
function press(id: string): void {
  expect(write(id, 1)).toBeUndefined();
  expect(write(id, 0)).toBeUndefined();
}

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10_000) {
    await clock.advance(Math.min(left, 10_000));
    station.advance();
  }
}

describe("the station's registers", () => {
  it.each(points.map((point) => point.id))("%s reads as a number within its own range", (id) => {
    expect(read(id)).toEqual(expect.any(Number));
  });

  it("tell the plant as it is", async () => {
    station.beginStorm(60);
    await pass(180_000);
    const state = station.snapshot();
    expect(read("level")).toBeCloseTo(state.levelM, 3);
    expect(read("inflow")).toBeCloseTo(state.inflowLps, 0);
    expect(read("outflow")).toBeCloseTo(state.outflowLps, 0);
    expect(read("pumpedVolume")).toBeCloseTo(state.pumpedM3, 3);
    expect([read("pump1.running"), read("pump2.running")]).toEqual([1, 1]);
    expect(read("pump1.starts")).toBe(1);
    expect(read("pump1.current")).toBeGreaterThan(5);
  });

  it.each([
    ["level", { kind: "level-sensor" }, "not-available", 1.5],
    ["mainsFail", { kind: "mains" }, 1, 0],
    ["remoteMode", { kind: "local" }, 0, 1],
    ["doorOpen", { kind: "door-open" }, 1, 0],
  ] as const)("%s shows its fault and its end", (id, fault, broken, whole) => {
    station.apply({ ...fault, isActive: true });
    expect(read(id)).toBe(broken);
    station.apply({ ...fault, isActive: false });
    expect(read(id)).toBe(whole);
  });

  it("show a tripped pump until it is reset, and an isolated one until it is back", () => {
    station.apply({ kind: "pump-trip", pump: 2 });
    expect([read("pump1.fault"), read("pump2.fault"), read("pump2.available")]).toEqual([0, 1, 0]);
    press("alarmReset");
    expect([read("pump2.fault"), read("pump2.available")]).toEqual([0, 1]);
    station.apply({ kind: "pump-isolated", pump: 1, isActive: true });
    expect([read("pump1.available"), read("pump1.fault")]).toEqual([0, 0]);
  });

  it("read as 0 between points and are refused beyond the last", () => {
    expect(station.read("input-register", 6, 4)).toEqual({ kind: "words", words: new Uint16Array(4) });
    expect(station.read("input-register", 28, 1)).toEqual({ kind: "refused", exceptionCode: 2 });
    expect(station.read("coil", 0, 2_000)).toEqual({ kind: "refused", exceptionCode: 2 });
  });

  it("are refused between points where the station is told to", () => {
    const strict = new Station({ clock, speed: 1, refusesGaps: true });
    expect(strict.read("input-register", 4, 2).kind).toBe("words");
    expect(strict.read("input-register", 4, 3)).toEqual({ kind: "refused", exceptionCode: 2 });
    expect(strict.read("holding-register", 20, 1).kind).toBe("words");
  });
});

describe("writing to the station", () => {
  it("sounds the siren, counts the writes, and remembers when it last changed", async () => {
    write("siren", 1);
    const first = station.snapshot().siren;
    expect(first).toEqual({ isOn: true, writes: 1, changedAtMs: clock.now().wallMs });
    await clock.advance(5_000);
    write("siren", 1);
    expect(station.snapshot().siren).toEqual({ ...first, writes: 2 });
    write("siren", 0);
    expect(station.snapshot().siren).toEqual({ isOn: false, writes: 3, changedAtMs: clock.now().wallMs });
  });

  it("starts a pump on the rising edge, keeps the coil as written, and stops it on the other button", async () => {
    write("pump1.start", 1);
    expect(read("pump1.start")).toBe(1);
    await pass(1_000);
    expect(read("pump1.running")).toBe(1);
    write("pump1.start", 0);
    press("pump1.stop");
    await pass(1_000);
    expect(read("pump1.running")).toBe(0);
  });

  it("does nothing with the selector on local, and turning it there ends a remote run", async () => {
    press("pump1.start");
    await pass(1_000);
    station.apply({ kind: "local", isActive: true });
    await pass(1_000);
    expect(read("pump1.running")).toBe(0);
    press("pump1.start");
    expect(write("startLevel", 1.8)).toBeUndefined();
    await pass(1_000);
    expect([read("pump1.running"), read("startLevel")]).toEqual([0, 2]);
  });

  it("moves a set-point, and the pumps follow it", async () => {
    expect(write("startLevel", 1.2)).toBeUndefined();
    expect(read("startLevel")).toBe(1.2);
    await pass(1_000);
    expect(read("pump1.running")).toBe(1);
  });

  it.each([
    ["above its limit", "startLevel", 4.001],
    ["below its limit", "stopLevel", 0.599],
    ["a stop level at the start level", "stopLevel", 2],
    ["a start level at the assist level", "startLevel", 2.8],
  ])("refuses a set-point %s with exception 3 and keeps the old one", (_, id, value) => {
    const before = read(id);
    expect(write(id, value)).toBe(3);
    expect(read(id)).toBe(before);
  });

  it("takes set-points written together that would not fit one after the other", () => {
    expect(station.write("holding-register", 0, [3_500, 2_500, 4_000, 4_500])).toBeUndefined();
    expect([read("startLevel"), read("stopLevel"), read("assistLevel")]).toEqual([3.5, 2.5, 4]);
  });

  it("takes all of a write or nothing", () => {
    expect(station.write("holding-register", 2, [3_000, 3_600, 0])).toBe(2);
    expect(station.write("holding-register", 2, [3_000, 60_000])).toBe(3);
    expect([read("assistLevel"), read("highLevel")]).toEqual([2.8, 3.5]);
  });

  it("misses the gateway after 30 s without a new heartbeat, lets its orders go, and hears it again", async () => {
    press("pump1.start");
    for (let beat = 1; beat <= 30; beat += 1) {
      await pass(2_000);
      expect(station.write("holding-register", 20, [beat])).toBeUndefined();
    }
    expect([read("gatewayLost"), read("pump1.running")]).toEqual([0, 1]);
    expect(station.read("holding-register", 20, 1)).toEqual({ kind: "words", words: Uint16Array.of(30) });
    // A heartbeat that stands still is none.
    for (let passedMs = 0; passedMs < HEARTBEAT_LOST_MS; passedMs += 2_000) {
      station.write("holding-register", 20, [30]);
      await pass(2_000);
    }
    await pass(1_000);
    expect([read("gatewayLost"), read("pump1.running")]).toEqual([1, 0]);
    station.write("holding-register", 20, [31]);
    expect(read("gatewayLost")).toBe(0);
  });
});

describe("the station's time", () => {
  it("runs as many times faster as it is told to", async () => {
    const fast = new Station({ clock, speed: 60, refusesGaps: false });
    const before = fast.snapshot().plantTimeMs;
    await clock.advance(10_000);
    expect(fast.snapshot().plantTimeMs - before).toBe(600_000);
  });

  it("catches up by no more than a minute after standing still", async () => {
    const before = station.snapshot().plantTimeMs;
    await clock.advance(86_400_000);
    expect(station.snapshot().plantTimeMs - before).toBe(60_000);
  });

  it("a storm passes by itself or when it is ended", async () => {
    station.beginStorm(2);
    expect(station.snapshot().stormLeftMs).toBe(120_000);
    await pass(121_000);
    expect(station.snapshot().stormLeftMs).toBe(0);
    station.beginStorm(30);
    station.endStorm();
    expect(station.snapshot().stormLeftMs).toBe(0);
  });
});
