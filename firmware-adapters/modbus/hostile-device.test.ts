import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import type { BadReason, DeviceEvent, Measurement } from "../event.ts";
import { openLink } from "../links/open-link.ts";
import type { LineSettings } from "../links/settings.ts";
import { eventually, fakeDeps } from "../testing/fake-deps.ts";
import { seededRandom } from "../testing/random.ts";
import { modbus } from "./adapter.ts";
import type { PumpStationProfile } from "./profile.ts";
import { numberedMemory } from "./testing/memory.ts";
import { startUnit } from "./testing/scripted-unit.ts";
import type { Behaviour, ScriptedUnit, UnitOptions } from "./testing/scripted-unit.ts";
import { testPoint, testProfile } from "./testing/small-profile.ts";

/** For units that misbehave for long; where they must not be found missing, `PATIENT_MS`. */
const TIMEOUT_MS = 100;
const PATIENT_MS = 600;
const WORN_MS = 12_000;

/** Eight registers in two blocks; every register holds its address plus 1000, so that a wrong one shows. */
const twoBlocks = testProfile(
  [0, 1, 2, 3, 100, 101, 102, 103].map((address) => testPoint({ id: `r${address}`, address })),
);

interface RigOptions extends UnitOptions {
  readonly profile?: PumpStationProfile;
  /** The units we poll, whether or not they exist. */
  readonly polled?: readonly number[];
  readonly timeoutMs?: number;
}

async function rig({ profile = twoBlocks, polled = [1], timeoutMs = TIMEOUT_MS, ...options }: RigOptions) {
  const stack = new AsyncDisposableStack();
  const unit: ScriptedUnit = stack.use(await startUnit(options));
  const address = { id: "line", host: "127.0.0.1", port: unit.port };
  const settings: LineSettings =
    options.framing === "tcp" ? { ...address, kind: "tcp" } : { ...address, kind: "serial-server", gapMs: 0 };
  const link = stack.use(openLink(settings, { clock: systemClock, log: silentLog }));
  const events: DeviceEvent[] = [];
  for (const unitId of polled) {
    const device = modbus.configure(`unit${unitId}`, { unitId, profile, timeoutMs });
    const deps = fakeDeps({ link, onEvent: (event) => events.push(event) });
    stack.use(await device.open(deps, AbortSignal.timeout(5_000)));
  }
  return {
    unit,
    events,
    link,
    measurements: (pointId: string, deviceId = "unit1"): Measurement[] =>
      events.filter(
        (event): event is Measurement =>
          event.kind === "measurement" && event.pointId === pointId && event.deviceId === deviceId,
      ),
    statuses: (deviceId = "unit1"): string[] =>
      events.flatMap((event) => (event.kind === "status" && event.deviceId === deviceId ? [event.state] : [])),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Every good value must be the register's own. */
function wrongValues(events: readonly DeviceEvent[]): DeviceEvent[] {
  return events.filter(
    (event) =>
      event.kind === "measurement" &&
      event.reading.quality === "good" &&
      event.reading.value !== Number(event.pointId.slice(1)) + 1_000,
  );
}

// Concurrent, because the tests do little but wait for timeouts.
describe.concurrent.each(["tcp", "rtu"] as const)("a device over %s that", (framing) => {
  it.each<[string, Behaviour, BadReason, "offline" | "fault"]>([
    ["falls silent", { kind: "silent" }, "timeout", "offline"],
    ["answers too late every time", { kind: "late", delayMs: TIMEOUT_MS * 1.5 }, "timeout", "offline"],
    ["answers garbage", { kind: "garbage", bytes: Buffer.from("\r\nlogin: ") }, "bad-frame", "fault"],
    ["answers for another unit", { kind: "wrong-unit" }, "bad-frame", "fault"],
    ["answers another function", { kind: "wrong-function" }, "bad-frame", "fault"],
    ["answers fewer registers than asked", { kind: "wrong-count" }, "bad-frame", "fault"],
    ["refuses everything", { kind: "refuse", exceptionCode: 4 }, "device-refused", "fault"],
  ])("%s goes bad with its reason, and is good again when it behaves", async (_, behaviour, reason, state) => {
    let isHostile = false;
    await using here = await rig({ framing, behave: () => (isHostile ? behaviour : { kind: "answer" }) });
    const last = (): Measurement | undefined => here.measurements("r0").at(-1);
    await eventually("online", () => here.statuses().at(-1) === "online");
    isHostile = true;
    await eventually(reason, () => {
      const reading = last()?.reading;
      return reading?.quality === "bad" && reading.reason === reason;
    });
    await eventually(state, () => here.statuses().includes(state));
    isHostile = false;
    await eventually("good again", () => last()?.reading.quality === "good" && here.statuses().at(-1) === "online");
    expect(wrongValues(here.events)).toEqual([]);
  });

  it.each<[string, Behaviour]>([
    ["loses one answer", { kind: "silent" }],
    ["garbles one answer", { kind: "wrong-unit" }],
    ["is busy for a moment", { kind: "refuse", exceptionCode: 6 }],
    ["acknowledges and asks for patience", { kind: "refuse", exceptionCode: 5 }],
  ])("%s is asked again, and nobody hears of it", async (_, behaviour) => {
    await using here = await rig({
      framing,
      timeoutMs: PATIENT_MS,
      behave: (_request, count) => (count === 4 ? behaviour : { kind: "answer" }),
    });
    await eventually("more rounds", () => here.unit.requests.length > 12);
    expect(here.events.filter((event) => event.kind === "measurement" && event.reading.quality === "bad")).toEqual([]);
    expect(here.statuses()).toEqual(["online"]);
  });

  it("resets every connection goes bad, and comes back by itself", async () => {
    let isHostile = true;
    await using here = await rig({ framing, behave: () => ({ kind: isHostile ? "reset" : "answer" }) });
    await eventually("offline", () => here.statuses().includes("offline"));
    isHostile = false;
    await eventually("online", () => here.statuses().at(-1) === "online");
    expect(wrongValues(here.events)).toEqual([]);
  });

  it("does anything at all never makes a wrong number", async ({ onTestFailed }) => {
    const random = seededRandom();
    onTestFailed(() => console.error(`OUTPOST_SEED=${random.seed}`));
    const misdeeds: readonly [Behaviour, ...Behaviour[]] = [
      { kind: "late", delayMs: TIMEOUT_MS * 1.3 },
      { kind: "late", delayMs: TIMEOUT_MS * 3.5 },
      { kind: "silent" },
      { kind: "garbage", bytes: random.bytes(20) },
      { kind: "noise-first", bytes: random.bytes(2) },
      { kind: "half" },
      { kind: "wrong-unit" },
      { kind: "wrong-function" },
      { kind: "wrong-count" },
      { kind: "twice" },
      { kind: "in-pieces" },
      { kind: "refuse", exceptionCode: 2 },
      { kind: "refuse", exceptionCode: 6 },
      { kind: "refuse", exceptionCode: 11 },
      { kind: "reset" },
    ];
    await using here = await rig({
      framing,
      behave: () => (random.whole(0, 3) > 0 ? { kind: "answer" } : random.pick(misdeeds)),
    });
    // How many requests fit into the time depends on what was drawn: a line that was late is left alone for a while.
    const startMs = systemClock.monotonicMs();
    const isWorn = (): boolean => systemClock.monotonicMs() - startMs > WORN_MS && here.unit.requests.length > 5;
    await eventually("many requests", () => here.unit.requests.length > 30 || isWorn());
    await eventually("a good value", () => here.measurements("r0").some((event) => event.reading.quality === "good"));
    expect(wrongValues(here.events)).toEqual([]);
  });
});

describe("refusals", () => {
  it("of a block that reaches over a hole split it, for good", async () => {
    const memory = numberedMemory();
    const holed = {
      ...memory,
      word: (table: "holding-register" | "input-register", address: number) =>
        address === 2 ? undefined : memory.word(table, address),
    };
    const profile = testProfile([0, 1, 3, 4].map((address) => testPoint({ id: `r${address}`, address })));
    await using here = await rig({ framing: "tcp", memory: holed, profile, timeoutMs: PATIENT_MS });
    await eventually("several rounds", () => here.measurements("r4").length > 3);
    const counts = here.unit.requests.map((request) => [request.pdu.readUInt16BE(1), request.pdu.readUInt16BE(3)]);
    expect(counts[0]).toEqual([0, 5]);
    expect(counts.slice(1, 5)).toEqual([
      [0, 2],
      [3, 2],
      [0, 2],
      [3, 2],
    ]);
    expect(wrongValues(here.events)).toEqual([]);
    expect(here.events.filter((event) => event.kind === "measurement" && event.reading.quality === "bad")).toEqual([]);
  });

  it("of one register make that point bad and leave its neighbours good", async () => {
    const memory = numberedMemory();
    const holed = {
      ...memory,
      word: (table: "holding-register" | "input-register", address: number) =>
        address === 2 ? undefined : memory.word(table, address),
    };
    const profile = testProfile([0, 1, 2, 3].map((address) => testPoint({ id: `r${address}`, address })));
    await using here = await rig({ framing: "tcp", memory: holed, profile, timeoutMs: PATIENT_MS });
    await eventually("several rounds", () => here.measurements("r3").length > 3);
    expect(here.measurements("r2").map((event) => event.reading)).toEqual([
      { quality: "bad", reason: "device-refused", detail: "exception 2: illegal data address" },
    ]);
    expect(here.measurements("r1").at(-1)?.reading).toEqual({ quality: "good", value: 1_001 });
    expect(here.statuses()).toEqual(["online"]);
  });

  it("by a TCP gateway for a unit that is down leave the connection and the other units alone", async () => {
    let isDown = false;
    await using here = await rig({
      framing: "tcp",
      unitIds: [1, 2],
      polled: [1, 2],
      timeoutMs: PATIENT_MS,
      behave: ({ unitId }) => (isDown && unitId === 2 ? { kind: "refuse", exceptionCode: 11 } : { kind: "answer" }),
    });
    await eventually("both online", () => here.statuses("unit1").length + here.statuses("unit2").length === 2);
    isDown = true;
    await eventually("unit 2 offline", () => here.statuses("unit2").at(-1) === "offline");
    const before = here.measurements("r0", "unit1").length;
    await eventually("unit 1 goes on", () => here.measurements("r0", "unit1").length > before + 5);
    expect(here.statuses("unit1")).toEqual(["online"]);
    expect(here.link.status).toEqual({ kind: "up" });
    isDown = false;
    await eventually("unit 2 back", () => here.statuses("unit2").at(-1) === "online");
  });
});

describe("several units on one serial line", () => {
  it("go on being read at their pace while one of them is dead", async () => {
    await using here = await rig({ framing: "rtu", unitIds: [1, 3], polled: [1, 2, 3], timeoutMs: 250 });
    await eventually("unit 2 offline", () => here.statuses("unit2").at(-1) === "offline");
    const rounds = here.measurements("r0", "unit1").length;
    const askedOfDead = here.unit.requests.filter((request) => request.unitId === 2).length;
    await eventually("many rounds of the others", () => here.measurements("r0", "unit1").length > rounds + 20);
    const probes = here.unit.requests.filter((request) => request.unitId === 2).length - askedOfDead;
    expect(probes).toBeLessThan(8);
    expect(here.statuses("unit3")).toEqual(["online"]);
    expect(wrongValues(here.events)).toEqual([]);
  });
});
