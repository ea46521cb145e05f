import { describe, expect, it } from "vitest";

import { portOf } from "../../links/testing/callers.ts";
import { goodValues, occurrences } from "../../receiving/testing/said.ts";
import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { Bench, STATION } from "../testing/bench.ts";
import { River } from "./river.ts";
import { startSimulator } from "./simulator.ts";

const MAIN = new URL("main.ts", import.meta.url);
/** Nobody listens there: the station calls and calls. */
const NOBODY = ["--connect", "127.0.0.1:1"];
const FAST = { reportEveryMs: 60, keepAliveEveryMs: 200, retryAfterMs: 200 };
const OTHER = "0087654321";

const call = (methodId: string) => ({ kind: "call", methodId, arguments: {}, actor: "test" }) as const;

describe("the river", () => {
  it("rises, falls and is rained into, within what a station can say", () => {
    const river = new River(0);
    river.riseMPerHour = 2;
    river.rainMmPerHour = 12;
    river.advance(1_800_000);
    expect(river.levelM).toBeCloseTo(3.5);
    expect(river.rainTotalMm).toBeCloseTo(6);
    river.advance(3_600_000 * 20);
    expect(river.levelM).toBe(12);
    expect(river.rainOf5min).toHaveLength(12);
    expect(Math.max(...river.rainOf5min)).toBeLessThanOrEqual(25.4);
    river.riseMPerHour = -100;
    river.advance(3_600_000 * 30);
    expect(river.levelM).toBe(-1);
  });
});

describe.each(["tcp", "udp"] as const)("simulated stations over %s", (transport) => {
  it("report until they are answered, in one packet or several, and show what is done to them", async () => {
    await using bench = new Bench({ transport });
    const { deps } = await bench.device();
    const other = await bench.device({ station: OTHER }, fakeDeps({ link: bench.link }));
    const connect = { host: "127.0.0.1", port: await portOf(bench.link) };
    await using simulator = await startSimulator({ connect, transport, stations: [STATION, OTHER], ...FAST });
    await eventually("both", () => goodValues(deps, "level")[0] && goodValues(other.deps, "level")[0]);
    const [station] = simulator.stations;
    if (station === undefined) throw new Error("there are two");
    station.split(3, 2);
    station.river.levelM = 7.5;
    await eventually("the flood", () => goodValues(deps, "level").includes(7.5));
    await eventually("its alarm", () => goodValues(deps, "levelAlarm").at(-1) === 1);
    await eventually("its report", () => occurrences(deps, "add-report")[0]);
    expect(station.state.resent).toBeGreaterThan(0);
    station.split(1, 0);
    station.river.batteryV = 11.1;
    await eventually("the low battery", () => goodValues(deps, "batteryLow").at(-1) === 1);
    station.setSensor(false);
    await eventually("no level", () => deps.last("level")?.reading.quality === "bad");
    deps.isDiskBroken = true;
    await eventually("a backlog", () => station.state.waiting > 3);
    deps.isDiskBroken = false;
    await eventually("its end", () => station.state.waiting <= 1);
  });
});

describe("a simulated station", () => {
  it("answers what it is asked, misbehaves and comes back", async () => {
    await using bench = new Bench();
    const device = await bench.device({ supervisionMs: 1_000, staysOnline: true });
    const connect = { host: "127.0.0.1", port: await portOf(bench.link) };
    await using simulator = await startSimulator({ connect, stations: [STATION], ...FAST });
    const { deps } = device;
    const [station] = simulator.stations;
    await eventually("a value", () => goodValues(deps, "level")[0]);
    const never = new AbortController().signal;
    expect(await device.execute(call("read-now"), never)).toMatchObject({ kind: "done" });
    station?.setClockAhead(7_200_000);
    await eventually("a wrong clock", () => goodValues(deps, "clockWrong").at(-1) === 1);
    expect(await device.execute(call("set-time"), never)).toMatchObject({ kind: "done" });
    await eventually("a right clock", () => goodValues(deps, "clockWrong").at(-1) === 0);
    expect(await device.execute(call("read-time"), never)).toMatchObject({ kind: "done" });
    station?.sendGarbage(Buffer.from("7e7e01nonsense"));
    station?.spoilCrcs(2);
    station?.beSilent(2_500);
    await eventually("the silence", () => deps.lastStatus()?.state === "offline");
    await eventually("the return", () => deps.lastStatus()?.state === "online");
    station?.hangUp(true);
    await eventually("the loss", () => deps.lastStatus()?.state === "offline");
    station?.callAgain();
    await eventually("the return", () => deps.lastStatus()?.state === "online");
  });
});

describeCommandLine(MAIN, {
  starts: NOBODY,
  helps: "--connect HOST:PORT",
  refuses: [
    ["nobody to call", [], "--connect is needed; see --help"],
    ["an address that is none", [...NOBODY, "--station", "12"], "--station: up to 100 addresses"],
    ["a password that is none", [...NOBODY, "--password", "abc"], "--password: four capital"],
    ["a centre too high", [...NOBODY, "--centre", "256"], "--centre: a whole number of 1 to 255"],
  ],
});

describe("the simulator's process", () => {
  it("names its levers' port, calls, obeys, and ends with its parent", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    const connect = `127.0.0.1:${await portOf(bench.link)}`;
    const args = ["--connect", connect, "--station", "12345678", "--every", "0.1", "--control", "127.0.0.1:0"];
    await using running = new RunningSimulator(MAIN, [...args, "--with-parent"]);
    expect((await running.pull("level", { m: 5.5 })).status).toBe(200);
    expect((await running.pull("level", { m: 55 })).status).toBe(400);
    expect((await running.pull("level", { station: 3, m: 5 })).status).toBe(409);
    for (const name of ["flood", "rain", "hour", "report"]) expect((await running.pull(name, {})).status).toBe(200);
    await eventually("the flood", () => goodValues(deps, "level").some((level) => level >= 5.5));
    await eventually("the hour's report", () => occurrences(deps, "hour-report")[0]);
    expect((await running.pull("calm", {})).status).toBe(200);
    const serials = occurrences(deps, "hour-report").map(({ details }) => details["serial"]);
    expect(await running.state()).toMatchObject({
      stations: [{ acknowledged: expect.arrayContaining([{ serial: serials[0], function: 0x34 }]) }],
    });
    await eventually("the calm", () => (goodValues(deps, "level").at(-1) ?? 9) < 3);
    expect(await running.endWithParent()).toBe(0);
  });
});
