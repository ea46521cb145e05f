import { describe, expect, it } from "vitest";

import { portOf } from "../../links/testing/callers.ts";
import { occurrences } from "../../receiving/testing/said.ts";
import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { Bench, MN } from "../testing/bench.ts";
import { startSimulator } from "./simulator.ts";

const MAIN = new URL("main.ts", import.meta.url);
/** Nobody listens there: the station calls and calls. */
const NOBODY = ["--connect", "127.0.0.1:1"];
const FAST = { realtimeEveryMs: 50, minuteEveryMs: 300, retryAfterMs: 200 };

describe("simulated stations", () => {
  it("report until they are answered, split or whole, and show what they are told to", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    const other = await bench.device({ mn: "S2" }, fakeDeps({ link: bench.link }));
    const connect = { host: "127.0.0.1", port: await portOf(bench.link) };
    await using simulator = await startSimulator({ connect, mns: [MN, "S2"], ...FAST });
    await eventually("both stations", () => deps.last("cod")?.reading.quality === "good" && other.deps.last("ph"));
    const [station] = simulator.stations;
    station?.split(3);
    station?.show("w01018", 123.4, "N");
    await eventually("the new value", () => {
      const reading = deps.last("cod")?.reading;
      return reading?.quality === "good" && reading.value === 123.4;
    });
    station?.show("w01018", undefined, "D");
    await eventually("the fault", () => deps.last("cod")?.reading.quality === "bad");
    deps.isDiskBroken = true;
    await eventually("a backlog", () => (station?.state.waiting ?? 0) > 3);
    deps.isDiskBroken = false;
    await eventually("the backlog's end", () => station?.state.waiting === 0);
    expect(station?.state.answered).toBeGreaterThan(3);
    expect(station?.state.acknowledged).toContainEqual(
      expect.objectContaining({ cn: 2051, values: expect.objectContaining({ w01018: 123.4 }) }),
    );
    const written = deps.commits.map(({ key }) => key);
    for (const { qn } of station?.state.acknowledged ?? []) {
      expect(written.filter((key) => key.includes(`/${qn}/`)).length).toBeGreaterThan(0);
    }
  });

  it("set their clocks when they are asked, misbehave and come back", async () => {
    await using bench = new Bench();
    const device = await bench.device({ supervisionMs: 1_000, hangUpGraceMs: 400 });
    const connect = { host: "127.0.0.1", port: await portOf(bench.link) };
    await using simulator = await startSimulator({ connect, mns: [MN], ...FAST });
    const { deps } = device;
    await eventually("a value", () => deps.last("cod")?.reading.quality === "good");
    const [station] = simulator.stations;
    station?.setClockAhead(7_200_000);
    await eventually("a wrong clock", () => {
      const reading = deps.last("clockWrong")?.reading;
      return reading?.quality === "good" && reading.value === 1;
    });
    const call = { kind: "call", methodId: "set-time", arguments: {}, actor: "test" } as const;
    expect(await device.execute(call, new AbortController().signal)).toMatchObject({ kind: "done" });
    await eventually("a right clock", () => {
      const reading = deps.last("clockWrong")?.reading;
      return reading?.quality === "good" && reading.value === 0;
    });
    station?.sendGarbage(Buffer.from("##0012 nonsense"));
    station?.spoilCrcs(3);
    station?.askTime();
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
    ["an MN that is none", [...NOBODY, "--mn", "a;b"], "--mn: up to 100 words"],
    ["no time at all", [...NOBODY, "--every", "0"], "--every: a number of 0.05 to 86400"],
  ],
});

describe("the simulator's process", () => {
  it("names its levers' port, calls, obeys, and ends with its parent", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    const connect = `127.0.0.1:${await portOf(bench.link)}`;
    const args = ["--connect", connect, "--mn", MN, "--every", "0.1", "--control", "127.0.0.1:0", "--with-parent"];
    await using running = new RunningSimulator(MAIN, args);
    expect((await running.pull("show", { code: "w01018", value: 77 })).status).toBe(200);
    expect((await running.pull("show", { code: "none", value: 77 })).status).toBe(409);
    expect((await running.pull("split", { parts: 0 })).status).toBe(400);
    expect((await running.pull("calm", {})).status).toBe(200);
    expect((await running.pull("minute", {})).status).toBe(200);
    await eventually("the minute's record", () => occurrences(deps, "minute-data")[0]);
    expect((await running.pull("show", { station: 0, code: "w01018", value: 77 })).status).toBe(200);
    await eventually("the value", () => {
      const reading = deps.last("cod")?.reading;
      return reading?.quality === "good" && reading.value === 77;
    });
    expect(await running.state()).toMatchObject({ stations: [{ mn: MN, isConnected: true }] });
    expect(await running.endWithParent()).toBe(0);
  });
});
