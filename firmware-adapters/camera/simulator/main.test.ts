import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { readJpeg } from "../codec/jpeg-walk.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

class Running {
  readonly process: ChildProcessWithoutNullStreams;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [MAIN, ...args]);
    this.process.stdout.on("data", (chunk) => (this.stdout += chunk));
    this.process.stderr.on("data", (chunk) => (this.stderr += chunk));
  }

  async ended(): Promise<number | null> {
    const [code] = await once(this.process, "close");
    return code;
  }

  async ready(): Promise<Record<string, unknown>> {
    while (!this.stdout.includes("\n")) await once(this.process.stdout, "data");
    return JSON.parse(this.stdout);
  }
}

async function snapshot(port: number): Promise<Buffer> {
  return Buffer.from(await (await fetch(`http://127.0.0.1:${port}/snapshot.jpg`)).arrayBuffer());
}

describe("the simulated camera's process", () => {
  it("names its ports on one line, shows pictures, obeys its levers, and ends on SIGTERM", async () => {
    const running = new Running([
      "--http",
      "127.0.0.1:0",
      "--control",
      "127.0.0.1:0",
      "--probes",
      "127.0.0.1:0",
      "--size",
      "160x128",
    ]);
    const ended = running.ended();
    const ready = await running.ready();
    expect(ready).toEqual({
      ready: true,
      http: expect.any(Number),
      control: expect.any(Number),
      probes: expect.any(Number),
    });
    const [http, control] = [Number(ready["http"]), Number(ready["control"])];
    expect(readJpeg(await snapshot(http))).toMatchObject({ width: 160, height: 128 });
    const pull = async (lever: string, body?: object): Promise<{ status: number; state: unknown }> => {
      const init = { method: "POST", ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
      const response = await fetch(`http://127.0.0.1:${control}/${lever}`, init);
      return { status: response.status, state: await response.json() };
    };
    expect(await pull("freeze")).toMatchObject({ status: 200, state: { isFrozen: true } });
    expect((await snapshot(http)).equals(await snapshot(http))).toBe(true);
    expect(await pull("resize", { width: 320, height: 240 })).toMatchObject({ status: 200 });
    expect(readJpeg(await snapshot(http))).toMatchObject({ width: 320, height: 240 });
    expect(await pull("garbage", { hex: "ffd8", times: 1 })).toMatchObject({ state: { mishapsLeft: 1 } });
    expect((await snapshot(http)).toString("hex")).toBe("ffd8");
    expect(await pull("cut")).toMatchObject({ status: 200 });
    await expect(snapshot(http)).rejects.toThrow(Error);
    expect(await pull("refuse")).toMatchObject({ state: { isRefusing: true } });
    expect((await fetch(`http://127.0.0.1:${http}/snapshot.jpg`)).status).toBe(401);
    for (const lever of ["dark", "light", "thaw", "slow", "silent"]) expect((await pull(lever)).status).toBe(200);
    expect(await pull("behave")).toMatchObject({ state: { isRefusing: false, isSilent: false, isDark: false } });
    expect((await pull("resize", { width: 1, height: 1 })).status).toBe(400);
    running.process.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("ends with its parent where it was told to", async () => {
    const running = new Running(["--http", "127.0.0.1:0", "--with-parent"]);
    const ended = running.ended();
    await running.ready();
    running.process.stdin.end();
    expect(await ended).toBe(0);
  });

  it("explains itself", async () => {
    const running = new Running(["--help"]);
    expect(await running.ended()).toBe(0);
    expect(running.stdout).toContain("--http HOST:PORT");
  });

  it.each([
    ["nothing to speak on", [], "--http is needed; see --help"],
    ["a strange size", ["--http", "127.0.0.1:0", "--size", "1x1"], "--size: WIDTHxHEIGHT"],
    ["a strange scheme", ["--http", "127.0.0.1:0", "--auth", "NTLM"], "--auth: one of MD5, SHA-256, basic"],
    ["too fast a film", ["--http", "127.0.0.1:0", "--fps", "61"], "--fps: a number of 0.1 to 60"],
    ["a folder that is not there", ["--http", "127.0.0.1:0", "--folder", "/nonexistent"], "--folder: "],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    const running = new Running(args);
    expect(await running.ended()).toBe(2);
    expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
    expect(running.stderr).toContain(reason);
  });
});
