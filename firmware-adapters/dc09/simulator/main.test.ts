import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import { openLink } from "../../links/open-link.ts";
import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { dc09 } from "../adapter.ts";

const MAIN = new URL("main.ts", import.meta.url);
const TO = ["--to", "127.0.0.1:9"];

describeCommandLine(MAIN, {
  starts: TO,
  helps: "--to HOST:PORT",
  refuses: [
    ["nobody to call", [], "--to HOST:PORT is needed; see --help"],
    ["another transport", [...TO, "--transport", "sctp"], '--transport: tcp or udp, not "sctp"'],
    ["another format", [...TO, "--format", "csv"], '--format: sia-dcs or adm-cid, not "csv"'],
    ["half a key", [...TO, "--key", "00"], "--key: 32, 48 or 64 hex digits"],
    ["an account of letters", [...TO, "--account", "home"], "--account: 1 to 16 hex digits"],
    ["too many panels", [...TO, "--panels", "501"], "--panels: a whole number of 1 to 500"],
    ["accounts that run over", [...TO, "--account", "f".repeat(16), "--panels", "2"], "--panels: too many"],
  ],
});

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
    const args = ["--to", `127.0.0.1:${port}`, "--control", "127.0.0.1:0", ...flags.split(" ")];
    await using running = new RunningSimulator(MAIN, args);
    expect(await running.ready()).toEqual({ ready: true, control: expect.any(Number) });
    expect((await running.pull("press", { account: "1235", zone: 4 })).status).toBe(200);
    await eventually("the press", () => deps.commits.length === 1);
    expect(await running.end()).toBe(0);
    expect(device.ended).toBeInstanceOf(Promise);
  });
});
