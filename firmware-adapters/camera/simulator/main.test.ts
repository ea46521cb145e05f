import { describe, expect, it } from "vitest";

import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { readJpeg } from "../codec/jpeg-walk.ts";

const MAIN = new URL("main.ts", import.meta.url);
const HTTP = ["--http", "127.0.0.1:0"];

async function snapshot(port: number): Promise<Buffer> {
  return Buffer.from(await (await fetch(`http://127.0.0.1:${port}/snapshot.jpg`)).arrayBuffer());
}

describeCommandLine(MAIN, {
  starts: HTTP,
  helps: "--http HOST:PORT",
  refuses: [
    ["nothing to speak on", [], "--http is needed; see --help"],
    ["a strange size", [...HTTP, "--size", "1x1"], "--size: WIDTHxHEIGHT"],
    ["a strange scheme", [...HTTP, "--auth", "NTLM"], "--auth: one of MD5, SHA-256, basic"],
    ["too fast a film", [...HTTP, "--fps", "61"], "--fps: a number of 0.1 to 60"],
    ["a folder that is not there", [...HTTP, "--folder", "/nonexistent"], "--folder: "],
  ],
});

describe("the simulated camera's process", () => {
  it("names its ports on one line, shows pictures, obeys its levers, and ends on SIGTERM", async () => {
    const flags = [...HTTP, "--control", "127.0.0.1:0", "--probes", "127.0.0.1:0", "--size", "160x128"];
    await using running = new RunningSimulator(MAIN, flags);
    const ready = await running.ready();
    expect(ready).toEqual({
      ready: true,
      http: expect.any(Number),
      control: expect.any(Number),
      probes: expect.any(Number),
    });
    const http = Number(ready["http"]);
    expect(readJpeg(await snapshot(http))).toMatchObject({ width: 160, height: 128 });
    expect(await running.pull("freeze")).toMatchObject({ status: 200, body: { isFrozen: true } });
    expect((await snapshot(http)).equals(await snapshot(http))).toBe(true);
    expect(await running.pull("resize", { width: 320, height: 240 })).toMatchObject({ status: 200 });
    expect(readJpeg(await snapshot(http))).toMatchObject({ width: 320, height: 240 });
    expect(await running.pull("garbage", { hex: "ffd8", times: 1 })).toMatchObject({ body: { mishapsLeft: 1 } });
    expect((await snapshot(http)).toString("hex")).toBe("ffd8");
    expect(await running.pull("cut")).toMatchObject({ status: 200 });
    await expect(snapshot(http)).rejects.toThrow(Error);
    expect(await running.pull("refuse")).toMatchObject({ body: { isRefusing: true } });
    expect((await fetch(`http://127.0.0.1:${http}/snapshot.jpg`)).status).toBe(401);
    for (const lever of ["dark", "light", "thaw", "slow", "silent"])
      expect((await running.pull(lever)).status).toBe(200);
    expect(await running.pull("behave")).toMatchObject({ body: { isRefusing: false, isSilent: false, isDark: false } });
    expect((await running.pull("resize", { width: 1, height: 1 })).status).toBe(400);
    expect(await running.end()).toBe(0);
  });
});
