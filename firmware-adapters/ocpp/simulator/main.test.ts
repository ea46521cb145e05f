import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import { openLink } from "../../links/open-link.ts";
import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { ocpp } from "../adapter.ts";
import { chargingSite } from "../site/adapter.ts";

const MAIN = new URL("main.ts", import.meta.url);
const URL_FLAG = ["--url", "ws://127.0.0.1:9"];
const KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";

describeCommandLine(MAIN, {
  starts: URL_FLAG,
  helps: "--station ID[:KEY]",
  refuses: [
    ["nobody to call", [], "--url ws://HOST:PORT[/PATH] is needed; see --help"],
    ["another scheme", ["--url", "http://h:1"], "--url ws://HOST:PORT[/PATH] is needed"],
    ["another version", [...URL_FLAG, "--version", "1.5"], '--version: 1.6 or 2.0.1, not "1.5"'],
    ["two phases", [...URL_FLAG, "--phases", "2"], '--phases: 1 or 3, not "2"'],
    ["an identity with a slash", [...URL_FLAG, "--station", "a/b"], "--station: an identity and perhaps a key"],
    ["too many connectors", [...URL_FLAG, "--connectors", "17"], "--connectors: a whole number of 1 to 16"],
    ["a number of its own kind", [...URL_FLAG, "--own-numbers", "big"], "--own-numbers: minus-one or random"],
  ],
});

describe("the simulated charge points' process", () => {
  it("calls with its key, charges when its levers are pulled, and ends on SIGTERM", async () => {
    await using link = openLink(
      { id: "csms", kind: "listener", transport: "tcp", host: "127.0.0.1", port: 0, maxPeers: 8, idleMs: 60_000 },
      { clock: systemClock, log: silentLog },
    );
    const open = AbortSignal.timeout(10_000);
    const site = {
      supply: { limitA: { L1: 40, L2: 40, L3: 40 } },
      members: [{ station: "CP-7", connector: 1 }],
      idTags: [{ idTag: "04A1B2C3" }],
    };
    await using stack = new AsyncDisposableStack();
    stack.use(await chargingSite.configure("site", site).open(fakeDeps({ link }), open));
    const deps = fakeDeps({ link });
    const pile = { identity: "CP-7", securityProfile: 1, authorizationKey: KEY, connectors: [{ id: 1 }] };
    stack.use(await ocpp.configure("pile", pile).open(deps, open));
    const port = await eventually("the port", () => link.port);
    const flags = ["--url", `ws://127.0.0.1:${port}/ocpp`, "--station", `CP-7:${KEY}`, "--control", "127.0.0.1:0"];
    await using running = new RunningSimulator(MAIN, flags);
    await running.ready();
    await eventually("its call", () => deps.lastStatus()?.state === "online");
    await eventually("its boot", () => JSON.stringify(deps.events).includes('"boot"'));
    expect((await running.pull("plug", { wantsA: 16 })).status).toBe(200);
    const swipe = async (idTag: string) => (await running.pull("swipe", { idTag })).body;
    expect(await swipe("NOBODY")).toMatchObject({ stations: [{ lastSwipe: "refused" }] });
    expect(await swipe("04A1B2C3")).toMatchObject({ stations: [{ identity: "CP-7", lastSwipe: "started" }] });
    await eventually("the start", () => deps.commits.length > 0);
    for (const [lever, body] of [
      ["wants", { wantsA: 8 }],
      ["lag", { lagMs: 100 }],
      ["misbehave", { extraFields: true }],
      ["garbage", {}],
      ["behave", {}],
      ["fault", {}],
      ["clear-fault", {}],
      ["unplug", {}],
      ["cut", { forS: 0 }],
    ] as const) {
      expect([lever, (await running.pull(lever, body)).status]).toEqual([lever, 200]);
    }
    expect((await running.pull("plug", { station: "CP-8" })).status).toBe(409);
    expect((await running.pull("misbehave", { lostAnswers: -1 })).status).toBe(400);
    await eventually("the record", () => JSON.stringify(deps.commits).includes("transaction-ended"));
    expect(await running.end()).toBe(0);
  });
});
