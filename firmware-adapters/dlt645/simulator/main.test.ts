import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { encodeRead } from "../codec.ts";

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

  /** Waits for the line that names the ports. */
  async ready(): Promise<Record<string, unknown>> {
    while (!this.stdout.includes("\n")) await once(this.process.stdout, "data");
    return JSON.parse(this.stdout);
  }
}

async function pull(port: unknown, lever: string, body: unknown): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${String(port)}/${lever}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  return `${response.status} ${await response.text()}`;
}

describe("the simulator's process", () => {
  it("names its real ports on one line, serves them, and ends on SIGTERM", async () => {
    const running = new Running([
      "--serial-server",
      "127.0.0.1:0",
      "--control",
      "127.0.0.1:0",
      "--steady",
      "--with-parent",
    ]);
    const ended = running.ended();
    const ready = await running.ready();
    expect(ready).toEqual({ ready: true, serialServer: expect.any(Number), control: expect.any(Number) });
    const socket = connect(Number(ready["serialServer"]), "127.0.0.1");
    socket.write(encodeRead("000000000001", "02010100"));
    const [answer] = await once(socket, "data");
    expect(answer.toString("hex")).toBe("fefefefe68010000000000689106333434353355c016");
    socket.destroy();
    running.process.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("obeys its levers", async () => {
    const running = new Running([
      "--serial-server",
      "127.0.0.1:0",
      "--control",
      "127.0.0.1:0",
      "--steady",
      "--with-parent",
    ]);
    const ended = running.ended();
    const { control } = await running.ready();
    expect(await pull(control, "load", { kw: 12 })).toContain('"powerKw":12');
    expect(await pull(control, "replace", { energyKwh: 5 })).toMatch(/"energyKwh":5[.,]/);
    expect(await pull(control, "mute", {})).toContain('"isMute":true');
    expect(await pull(control, "misbehave", { kind: "silence", requests: 3 })).toContain('"misbehavioursLeft":3');
    expect(await pull(control, "behave", {})).toContain('"misbehavioursLeft":0');
    expect(await pull(control, "load", { address: "000000000009", kw: 1 })).toMatch(/^400 /);
    running.process.stdin.end();
    expect(await ended).toBe(0);
  });

  it("explains itself", async () => {
    const running = new Running(["--help"]);
    expect(await running.ended()).toBe(0);
    expect(running.stdout).toContain("--meter ADDRESS");
  });

  it.each([
    ["nothing to speak on", [], "one of --serial-server and --serial is needed; see --help"],
    ["an unknown option", ["--tcp", "x"], "Unknown option '--tcp'"],
    ["a short address", ["--serial-server", "127.0.0.1:0", "--meter", "1"], '--meter: twelve digits, not "1"'],
    ["two phases", ["--serial-server", "127.0.0.1:0", "--phases", "2"], '--phases: 1 or 3, not "2"'],
    ["too much power", ["--serial-server", "127.0.0.1:0", "--kw", "80"], "--kw: a number of -79 to 79"],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    const running = new Running(args);
    expect(await running.ended()).toBe(2);
    expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
    expect(running.stderr).toContain(reason);
    expect(running.stdout).toBe("");
  });
});
