import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";
import { z } from "zod";

import { portOf } from "../../links/testing/callers.ts";
import { occurrences } from "../../receiving/testing/said.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { Bench, MN } from "../testing/bench.ts";
import { startSimulator } from "./simulator.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const FAST = { realtimeEveryMs: 50, minuteEveryMs: 300, retryAfterMs: 200 };

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args]);
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (said.stdout += chunk));
  child.stderr.on("data", (chunk) => (said.stderr += chunk));
  return { child, said, ended: once(child, "close").then(([code]) => Number(code)) };
}

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

describe("the simulator's process", () => {
  it("names its levers' port, calls, obeys, and ends with its parent", async () => {
    await using bench = new Bench();
    const { deps } = await bench.device();
    const connect = `127.0.0.1:${await portOf(bench.link)}`;
    const args = ["--connect", connect, "--mn", MN, "--every", "0.1", "--control", "127.0.0.1:0", "--with-parent"];
    const { child, said, ended } = await run(args);
    await eventually("the ready line", () => said.stdout.includes("\n"));
    const { control } = z.object({ control: z.int() }).parse(JSON.parse(said.stdout));
    const pull = (name: string, body: object) =>
      fetch(`http://127.0.0.1:${control}/${name}`, { method: "POST", body: JSON.stringify(body) });
    expect((await pull("show", { code: "w01018", value: 77 })).status).toBe(200);
    expect((await pull("show", { code: "none", value: 77 })).status).toBe(409);
    expect((await pull("split", { parts: 0 })).status).toBe(400);
    expect((await pull("calm", {})).status).toBe(200);
    expect((await pull("minute", {})).status).toBe(200);
    await eventually("the minute's record", () => occurrences(deps, "minute-data")[0]);
    expect((await pull("show", { station: 0, code: "w01018", value: 77 })).status).toBe(200);
    await eventually("the value", () => {
      const reading = deps.last("cod")?.reading;
      return reading?.quality === "good" && reading.value === 77;
    });
    const state = await (await fetch(`http://127.0.0.1:${control}/state`)).json();
    expect(state).toMatchObject({ stations: [{ mn: MN, isConnected: true }] });
    child.stdin.end();
    expect(await ended).toBe(0);
  });

  it.each([
    ["nobody to call", [], "--connect is needed; see --help"],
    ["an unknown option", ["--tcp", "x"], "Unknown option '--tcp'"],
    ["an MN that is none", ["--connect", "127.0.0.1:1", "--mn", "a;b"], "--mn: up to 100 words"],
    ["no time at all", ["--connect", "127.0.0.1:1", "--every", "0"], "--every: a number of 0.05 to 86400"],
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
