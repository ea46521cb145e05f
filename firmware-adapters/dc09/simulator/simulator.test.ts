import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import type { ListenerLink } from "../../links/link.ts";
import { openPort } from "../../links/testing/callers.ts";
import { leverState, pullLever, type LeverReply } from "../../simulation/testing/levers.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { dc09 } from "../adapter.ts";
import { Dc09Receiver } from "../receiver/receiver.ts";
import type { Transport } from "./carrier.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "./simulator.ts";

interface Bench extends AsyncDisposable {
  readonly link: ListenerLink;
  readonly deps: FakeDeps;
  readonly simulator: Simulator;
  /** Events before this one have been looked at. */
  looked: number;
  pull(lever: string, body?: object): Promise<LeverReply>;
  state(): Promise<PanelState>;
}

const panelsState = z.object({
  panels: z.array(
    z.object({
      waiting: z.array(z.object({ sequence: z.string(), tries: z.number() })),
      acknowledged: z.array(z.object({ sequence: z.string(), data: z.string(), tries: z.number() })),
      refused: z.array(z.object({ sequence: z.string() })),
      counts: z.record(z.string(), z.number()),
    }),
  ),
});
type PanelState = z.infer<typeof panelsState>["panels"][number];

interface Setting {
  readonly transport?: Transport;
  readonly device?: object;
  readonly simulator?: Partial<SimulatorOptions>;
}

async function startBench({ transport = "tcp", device = {}, simulator = {} }: Setting = {}): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const link = stack.use(openPort({ transport, maxPeers: 600 }));
  const deps = fakeDeps({ link });
  stack.use(await dc09.configure("home", { account: "1234", ...device }).open(deps, AbortSignal.timeout(5_000)));
  const running = stack.use(
    await startSimulator({
      to: { host: "127.0.0.1", port: await eventually("the port", () => link.port) },
      transport,
      accounts: ["1234"],
      format: "SIA-DCS",
      key: undefined,
      nullEveryMs: 200,
      retryMs: 300,
      tellsTime: true,
      control: { host: "127.0.0.1", port: 0 },
      ...simulator,
    }),
  );
  const control = running.ports.control ?? 0;
  return {
    link,
    deps,
    simulator: running,
    looked: 0,
    pull: (lever, body) => pullLever(control, lever, body),
    async state() {
      const [first] = panelsState.parse(await leverState(control)).panels;
      if (first === undefined) throw new Error("no panel");
      return first;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Waits until a point has shown a value since it was last waited for: a call may be over before anybody looks. */
async function untilShows(bench: Bench, pointId: string, value: number): Promise<void> {
  const isShown = (): boolean => {
    const index = bench.deps.events.findIndex(
      (event, at) =>
        at >= bench.looked &&
        event.kind === "measurement" &&
        event.pointId === pointId &&
        event.reading.quality === "good" &&
        event.reading.value === value,
    );
    if (index >= 0) bench.looked = index;
    return index >= 0;
  };
  expect(await eventually(`${pointId} = ${value}`, isShown)).toBe(true);
}

describe.each([
  ["tcp", "SIA-DCS", undefined],
  ["udp", "SIA-DCS", undefined],
  ["tcp", "ADM-CID", undefined],
  ["tcp", "SIA-DCS", "00112233445566778899aabbccddeeff0011223344556677"],
  ["udp", "ADM-CID", "00112233445566778899aabbccddeeff"],
] as const)("a simulated panel over %s with %s and key %s", (transport, format, hex) => {
  it("calls, and every lever moves its point", async () => {
    const key = hex && Buffer.from(hex, "hex");
    await using bench = await startBench({
      transport,
      device: { momentaryMs: 500, zones: [{ zone: 7, id: "pendant" }], ...(hex && { key: { hex } }) },
      // On a busy machine a quick second try would be of another second, and so another message.
      simulator: { format, key, retryMs: 20_000 },
    });
    await eventually("online", () => bench.deps.lastStatus()?.state === "online");
    await bench.pull("press", { zone: 7 });
    await untilShows(bench, "emergency", 1);
    await untilShows(bench, "zone.pendant", 1);
    await untilShows(bench, "emergency", 0);
    for (const [lever, point, on, off] of [
      ["fire", "fire", { isOn: true }, { isOn: false }],
      ["burglary", "burglary", { isOn: true }, { isOn: false }],
      ["tamper", "tamper", { isOn: true }, { isOn: false }],
      ["low-battery", "batteryLow", { isOn: true }, { isOn: false }],
      ["missing-sensor", "supervisionLoss", { isOn: true }, { isOn: false }],
      ["mains", "mainsLost", { isLost: true }, { isLost: false }],
    ] as const) {
      await bench.pull(lever, on);
      await untilShows(bench, point, 1);
      await bench.pull(lever, off);
      await untilShows(bench, point, 0);
    }
    await bench.pull("medical");
    await untilShows(bench, "emergency", 1);
    await bench.pull("restore", { what: "medical" });
    await untilShows(bench, "emergency", 0);
    await bench.pull("test");
    await untilShows(bench, "test", 1);
    expect(bench.deps.events.filter(({ kind }) => kind === "occurrence")).toHaveLength(16);
  });
});

describe("a simulated panel", () => {
  it("shows what was acknowledged and what waits, and says it again under the same number", async () => {
    await using bench = await startBench();
    bench.deps.isDiskBroken = true;
    await bench.pull("press", { zone: 1 });
    await bench.pull("test");
    expect(await untilTries(bench, 3)).toMatchObject([{ sequence: "0001" }, { sequence: "0002", tries: 0 }]);
    bench.deps.isDiskBroken = false;
    await eventually("both", () => bench.deps.commits.length === 2);
    const { acknowledged, counts } = await untilIdle(bench);
    expect(acknowledged.map(({ sequence }) => sequence)).toEqual(["0001", "0002"]);
    expect(acknowledged[0]?.tries).toBeGreaterThanOrEqual(3);
    expect(counts["acknowledged"]).toBe(2);
  });

  it("says the same again to the letter, and is one record", async () => {
    await using bench = await startBench();
    await bench.pull("press");
    await untilIdle(bench);
    for (let round = 0; round < 5; round += 1) await bench.pull("again");
    await bench.pull("test");
    await untilIdle(bench);
    expect(bench.deps.commits).toHaveLength(2);
  });

  it("goes on behind garbage and wrong CRCs, and has its clock set right", async () => {
    await using bench = await startBench();
    await bench.pull("garbage", { bytes: 500 });
    await bench.pull("wrong-crc", { count: 2 });
    await bench.pull("wrong-time", { offsetS: -7_200 });
    await bench.pull("press");
    const { counts } = await untilIdle(bench);
    expect(bench.deps.commits).toHaveLength(1);
    expect(counts["naks"]).toBeGreaterThanOrEqual(1);
    expect(bench.link.shared(Dc09Receiver).refusals("bad-crc")).toBeGreaterThanOrEqual(1);
  });

  it("is lost while it is silent, and back when it speaks", async () => {
    await using bench = await startBench({ device: { supervisionMs: 1_000, marginMs: 0 } });
    await eventually("online", () => bench.deps.lastStatus()?.state === "online");
    await bench.pull("silence");
    expect(await eventually("lost", () => bench.deps.lastStatus()?.state === "offline")).toBe(true);
    await bench.pull("behave");
    expect(await eventually("back", () => bench.deps.lastStatus()?.state === "online")).toBe(true);
  });

  it("is refused with another key, and heard with the right one", async () => {
    const hex = "00112233445566778899aabbccddeeff";
    await using bench = await startBench({ device: { key: { hex } } });
    await bench.pull("press");
    const state = await untilIdle(bench);
    expect(state.refused).toMatchObject([{ sequence: "0001" }]);
    expect(bench.deps.commits).toHaveLength(0);
    await bench.pull("key", { hex });
    await bench.pull("press");
    await untilIdle(bench);
    expect(bench.deps.commits).toHaveLength(1);
  });

  it("counts from 0001 again when it was restarted; what it says then is another record", async () => {
    await using bench = await startBench();
    await bench.pull("press", { zone: 1 });
    await untilIdle(bench);
    await bench.pull("restart");
    await bench.pull("press", { zone: 2 });
    const { acknowledged } = await untilIdle(bench);
    expect(acknowledged.map(({ sequence }) => sequence)).toEqual(["0001", "0001"]);
    expect(bench.deps.commits).toHaveLength(2);
  });

  it("refuses levers that do not fit, unknown panels, and more than it can keep", async () => {
    await using bench = await startBench();
    await bench.pull("silence");
    expect((await bench.pull("press", { zone: -1 })).status).toBe(400);
    expect((await bench.pull("press", { account: "9999" })).status).toBe(409);
    expect((await bench.pull("key", { hex: "12" })).status).toBe(400);
    for (let index = 0; index < 100; index += 1) expect((await bench.pull("say", { data: "NRP" })).status).toBe(200);
    expect((await bench.pull("say", { data: "NRP" })).status).toBe(409);
  });
});

async function untilTries(bench: Bench, tries: number): Promise<PanelState["waiting"]> {
  for (;;) {
    const { waiting } = await bench.state();
    if ((waiting[0]?.tries ?? 0) >= tries) return waiting;
    await systemClock.sleep(50);
  }
}

/** The state as soon as nothing waits. */
async function untilIdle(bench: Bench): Promise<PanelState> {
  for (;;) {
    const state = await bench.state();
    if (state.waiting.length === 0) return state;
    await systemClock.sleep(20);
  }
}

describe("many simulated panels", () => {
  it("are heard side by side on one port", async () => {
    const accounts = Array.from({ length: 20 }, (_, index) => (0x1000 + index).toString(16).toUpperCase());
    const [first = "", ...others] = accounts;
    await using bench = await startBench({ simulator: { accounts: [first, ...others] } });
    await using stack = new AsyncDisposableStack();
    const homes = await Promise.all(
      accounts.map(async (account) => {
        const deps = fakeDeps({ link: bench.link });
        const device = dc09.configure(`home-${account.toLowerCase()}`, { account });
        stack.use(await device.open(deps, AbortSignal.timeout(5_000)));
        return deps;
      }),
    );
    for (const panel of bench.simulator.panels) panel.report({ what: "press", zone: 1, isOver: false });
    await eventually("all presses", () => homes.every((deps) => deps.commits.length === 1));
    expect(homes.map((deps) => deps.last("emergency")?.reading)).toEqual(
      homes.map(() => ({ quality: "good", value: 1 })),
    );
  });
});
