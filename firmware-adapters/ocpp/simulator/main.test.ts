import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";

import { openLink } from "../../links/open-link.ts";
import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { ocpp } from "../adapter.ts";
import { chargingSite } from "../site/adapter.ts";

const MAIN = new URL("main.ts", import.meta.url);
const URL_FLAG = ["--url", "ws://127.0.0.1:9"];
const THREE = [...URL_FLAG, ...["A", "B", "C"].flatMap((identity) => ["--station", identity])];
const KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";

describeCommandLine(MAIN, {
  starts: URL_FLAG,
  helps: "--station ID[:KEY]",
  refuses: [
    ["nobody to call", [], "--url ws://HOST:PORT[/PATH] is needed; see --help"],
    ["another scheme", ["--url", "http://h:1"], "--url ws://HOST:PORT[/PATH] is needed"],
    ["another version", [...URL_FLAG, "--version", "1.5"], '--version: 1.6 or 2.0.1, not "1.5"'],
    ["versions for two of three", [...THREE, "--version", "1.6", "--version", "2.0.1"], "--version: once, or once for"],
    ["a phase twice", [...URL_FLAG, "--wiring", "L1,L1,L2"], "--wiring: L1, L2 and L3 in any order"],
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

  it("runs stations of both versions on one fuse, and knows what flows through it", async () => {
    await using link = openLink(
      { id: "csms", kind: "listener", transport: "tcp", host: "127.0.0.1", port: 0, maxPeers: 8, idleMs: 60_000 },
      { clock: systemClock, log: silentLog },
    );
    const open = AbortSignal.timeout(10_000);
    const members = [
      { station: "CP-1", connector: 1, phases: ["L2", "L3", "L1"] },
      { station: "CP-2", connector: 1, phases: ["L3", "L1", "L2"] },
    ];
    const supply = { limitA: { L1: 20, L2: 20, L3: 20 }, settleMs: 1_000 };
    await using stack = new AsyncDisposableStack();
    const site = { supply, members, unknownTags: "accept" };
    stack.use(await chargingSite.configure("site", site).open(fakeDeps({ link }), open));
    for (const { station } of members) {
      const pile = { identity: station, securityProfile: 0, connectors: [{ id: 1 }], meterEveryMs: 5_000 };
      stack.use(await ocpp.configure(station, pile).open(fakeDeps({ link }), open));
    }
    const port = await eventually("the port", () => link.port);
    await using running = new RunningSimulator(MAIN, [
      `--url=ws://127.0.0.1:${port}`,
      "--control=127.0.0.1:0",
      "--supply-a=20",
      "--keep-messages=0",
      ...["CP-1", "CP-2"].map((identity) => `--station=${identity}`),
      ...["1.6", "2.0.1"].map((version) => `--version=${version}`),
      ...["L2,L3,L1", "L3,L1,L2"].map((phases) => `--wiring=${phases}`),
    ]);
    await running.ready();
    // One car on one phase, one on three; each driver comes before the station is in service.
    const arrive = (station: string, phases: number) =>
      running.pull("arrive", { station, phases, wantsA: 32, idTag: "04A1B2C3" + station });
    expect((await arrive("CP-1", 1)).status).toBe(200);
    expect((await arrive("CP-2", 3)).status).toBe(200);
    expect((await arrive("CP-2", 3)).status).toBe(409);
    const { supply: fuse, stations } = await vi.waitFor(async () => {
      const seen = sharedFuse.parse(await running.state());
      const { drawsA } = seen.supply;
      expect(drawsA.L2 > drawsA.L1 && drawsA.L1 > 0).toBe(true);
      return seen;
    }, 20_000);
    expect(fuse.wiring).toEqual({ "CP-1": ["L2", "L3", "L1"], "CP-2": ["L3", "L1", "L2"] });
    expect(fuse.drawsA.L1).toBe(fuse.drawsA.L3);
    expect(Math.max(...Object.values(fuse.highestA))).toBeLessThanOrEqual(20);
    expect(stations.map(({ version }) => version)).toEqual(["ocpp1.6", "ocpp2.0.1"]);
    expect(stations.map(({ transactionMessages }) => transactionMessages.messages)).toEqual([[], []]);
    expect(await running.end()).toBe(0);
  });
});

const perPhase = z.object({ L1: z.number(), L2: z.number(), L3: z.number() });
const sharedFuse = z.object({
  supply: z.object({ drawsA: perPhase, highestA: perPhase, wiring: z.record(z.string(), z.array(z.string())) }),
  stations: z.array(
    z.object({ version: z.string(), transactionMessages: z.object({ messages: z.array(z.unknown()) }) }),
  ),
});
