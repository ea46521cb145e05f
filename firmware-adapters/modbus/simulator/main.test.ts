import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { Master } from "./testing/master.ts";

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

describe("the simulator's process", () => {
  it("names its real ports on one line, serves them, and ends on SIGTERM", async () => {
    const running = new Running(["--tcp", "127.0.0.1:0", "--rtu-tcp", "[::1]:0", "--control", "localhost:0"]);
    const ended = running.ended();
    const ready = await running.ready();
    expect(ready).toEqual({
      ready: true,
      tcp: expect.any(Number),
      rtuTcp: expect.any(Number),
      control: expect.any(Number),
    });
    using master = await Master.connect(Number(ready["tcp"]));
    master.send(Buffer.from("000100000006010200020001", "hex"));
    expect(await master.receive(10)).toBe("00010000000401020101");
    running.process.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("ends with its parent where it was told to", async () => {
    const running = new Running(["--tcp", "127.0.0.1:0", "--with-parent"]);
    const ended = running.ended();
    await running.ready();
    running.process.stdin.end();
    expect(await ended).toBe(0);
  });

  it("explains itself", async () => {
    const running = new Running(["--help"]);
    expect(await running.ended()).toBe(0);
    expect(running.stdout).toContain("--rtu-serial PATH");
  });

  it.each([
    ["nothing to speak on", [], "one of --tcp, --rtu-tcp and --rtu-serial is needed; see --help"],
    ["an unknown option", ["--udp", "x"], "Unknown option '--udp'"],
    ["a word too many", ["--tcp", "127.0.0.1:0", "now"], "Unexpected argument 'now'"],
    ["no port", ["--tcp", "127.0.0.1"], '--tcp: HOST:PORT with a port of 0 to 65535, not "127.0.0.1"'],
    ["a port too high", ["--tcp", "127.0.0.1:65536"], "--tcp: HOST:PORT"],
    ["a unit too high", ["--tcp", "127.0.0.1:0", "--unit", "248"], '--unit: a whole number of 1 to 247, not "248"'],
    ["half a unit", ["--tcp", "127.0.0.1:0", "--unit", "1.5"], "--unit: a whole number"],
    ["no speed at all", ["--tcp", "127.0.0.1:0", "--speed", ""], "--speed: a number of 0.1 to 1000"],
    ["a strange baud rate", ["--rtu-serial", "x", "--baud", "9601"], "--baud: one of 1200"],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    const running = new Running(args);
    expect(await running.ended()).toBe(2);
    expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
    expect(running.stderr).toContain(reason);
    expect(running.stdout).toBe("");
  });

  it("says in one line that a port is taken or a serial port is not there, with status 1", async () => {
    const taken = createServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" ? address?.port : undefined;
    for (const args of [
      ["--tcp", `127.0.0.1:${port}`, "--with-parent"],
      ["--rtu-serial", "/dev/outpost-no-such-port"],
    ]) {
      const running = new Running(args);
      expect(await running.ended()).toBe(1);
      expect(running.stderr).toMatch(/^simulator: cannot [^\n]+\n$/);
    }
    taken.close();
  });
});
