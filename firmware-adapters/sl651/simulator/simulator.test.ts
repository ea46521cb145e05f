import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";
import { z } from "zod";

import { portOf } from "../../links/testing/callers.ts";
import { goodValues, occurrences } from "../../receiving/testing/said.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { Bench, STATION } from "../testing/bench.ts";
import { River } from "./river.ts";
import { startSimulator } from "./simulator.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const FAST = { reportEveryMs: 60, keepAliveEveryMs: 200, retryAfterMs: 200 };
const OTHER = "0087654321";

const call = (methodId: string) => ({ kind: "call", methodId, arguments: {}, actor: "test" }) as const;

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args]);
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (said.stdout += chunk));
  child.stderr.on("data", (chunk) => (said.stderr += chunk));
  return { child, said, ended: once(child, "close").then(([code]) => Number(code)) };
}

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

describe("the simulator's process", () => {
  it("names its levers' port, calls, obeys, and ends with its parent", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    const connect = `127.0.0.1:${await portOf(bench.link)}`;
    const args = ["--connect", connect, "--station", "12345678", "--every", "0.1", "--control", "127.0.0.1:0"];
    const { child, said, ended } = await run([...args, "--with-parent"]);
    await eventually("the ready line", () => said.stdout.includes("\n"));
    const { control } = z.object({ control: z.int() }).parse(JSON.parse(said.stdout));
    const pull = (name: string, body: object) =>
      fetch(`http://127.0.0.1:${control}/${name}`, { method: "POST", body: JSON.stringify(body) });
    expect((await pull("level", { m: 5.5 })).status).toBe(200);
    expect((await pull("level", { m: 55 })).status).toBe(400);
    expect((await pull("level", { station: 3, m: 5 })).status).toBe(409);
    for (const name of ["flood", "rain", "hour", "report"]) expect((await pull(name, {})).status).toBe(200);
    await eventually("the flood", () => goodValues(deps, "level").some((level) => level >= 5.5));
    await eventually("the hour's report", () => occurrences(deps, "hour-report")[0]);
    expect((await pull("calm", {})).status).toBe(200);
    const state = await (await fetch(`http://127.0.0.1:${control}/state`)).json();
    const serials = occurrences(deps, "hour-report").map(({ details }) => details["serial"]);
    expect(state).toMatchObject({
      stations: [{ acknowledged: expect.arrayContaining([{ serial: serials[0], function: 0x34 }]) }],
    });
    await eventually("the calm", () => (goodValues(deps, "level").at(-1) ?? 9) < 3);
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  it.each([
    ["nobody to call", [], "--connect is needed; see --help"],
    ["an unknown option", ["--tcp", "x"], "Unknown option '--tcp'"],
    ["an address that is none", ["--connect", "127.0.0.1:1", "--station", "12"], "--station: up to 100 addresses"],
    ["a password that is none", ["--connect", "127.0.0.1:1", "--password", "abc"], "--password: four capital"],
    ["a centre too high", ["--connect", "127.0.0.1:1", "--centre", "256"], "--centre: a whole number of 1 to 255"],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    const { said, ended } = await run(args);
    expect(await ended).toBe(2);
    expect(said.stderr).toMatch(/^simulator: [^\n]+\n$/);
    expect(said.stderr).toContain(reason);
  });

  it("explains itself, and says that its levers' port is taken", async () => {
    const help = await run(["--help"]);
    expect(await help.ended).toBe(0);
    expect(help.said.stdout).toContain("--connect HOST:PORT");
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const busy = await run(["--connect", "127.0.0.1:9", "--control", `127.0.0.1:${port}`]);
    expect(await busy.ended).toBe(1);
    taken.close();
  });
});
