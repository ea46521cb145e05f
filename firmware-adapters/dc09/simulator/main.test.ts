import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import { openLink } from "../../links/open-link.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { dc09 } from "../adapter.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

class Running {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [MAIN, ...args]);
    this.process.stdout.on("data", (chunk) => (this.stdout += chunk));
    this.process.stderr.on("data", (chunk) => (this.stderr += chunk));
    this.ended = once(this.process, "close").then(([code]) => code);
  }
}

describe("the simulator's process", () => {
  it("names its port on one line, calls the receiver, obeys its levers, and ends on SIGTERM", async () => {
    await using link = openLink(
      { id: "port", kind: "listener", transport: "udp", host: "127.0.0.1", port: 0, maxPeers: 8, idleMs: 60_000 },
      { clock: systemClock, log: silentLog },
    );
    const deps = fakeDeps({ link });
    await using device = await dc09
      .configure("home", { account: "1235", key: { text: "sixteen letters!" } })
      .open(deps, AbortSignal.timeout(5_000));
    const port = await eventually("the port", () => link.port);
    const key = Buffer.from("sixteen letters!").toString("hex");
    const flags = `--transport udp --panels 2 --key ${key} --null-ms 500 --retry-ms 500 --format adm-cid`;
    const running = new Running(["--to", `127.0.0.1:${port}`, "--control", "127.0.0.1:0", ...flags.split(" ")]);
    const line = await eventually("the ready line", () => running.stdout.includes("\n") && running.stdout);
    const ready = JSON.parse(line);
    expect(ready).toEqual({ ready: true, control: expect.any(Number) });
    const pulled = await fetch(`http://127.0.0.1:${ready.control}/press`, {
      method: "POST",
      body: JSON.stringify({ account: "1235", zone: 4 }),
    });
    expect(pulled.status).toBe(200);
    await eventually("the press", () => deps.commits.length === 1);
    running.process.kill("SIGTERM");
    expect(await running.ended).toBe(0);
    expect(device.ended).toBeInstanceOf(Promise);
  });

  it("ends with its parent where it was told to", async () => {
    const running = new Running(["--to", "127.0.0.1:9", "--with-parent"]);
    await eventually("the ready line", () => running.stdout.includes("\n"));
    running.process.stdin.end();
    expect(await running.ended).toBe(0);
  });

  it("explains itself", async () => {
    const running = new Running(["--help"]);
    expect(await running.ended).toBe(0);
    expect(running.stdout).toContain("--to HOST:PORT");
  });

  it.each([
    ["nobody to call", [], "--to HOST:PORT is needed; see --help"],
    ["another transport", ["--to", "h:1", "--transport", "sctp"], '--transport: tcp or udp, not "sctp"'],
    ["another format", ["--to", "h:1", "--format", "csv"], '--format: sia-dcs or adm-cid, not "csv"'],
    ["half a key", ["--to", "h:1", "--key", "00"], "--key: 32, 48 or 64 hex digits"],
    ["an account of letters", ["--to", "h:1", "--account", "home"], "--account: 1 to 16 hex digits"],
    ["too many panels", ["--to", "h:1", "--panels", "501"], "--panels: a whole number of 1 to 500"],
    ["accounts that run over", ["--to", "h:1", "--account", "f".repeat(16), "--panels", "2"], "--panels: too many"],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    const running = new Running(args);
    expect(await running.ended).toBe(2);
    expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
    expect(running.stderr).toContain(reason);
  });
});
