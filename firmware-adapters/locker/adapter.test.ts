import { systemClock } from "@outpost/kernel/clock.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import { serialWay } from "../links/testing/serial-way.ts";
import { eventually, fakeDeps } from "../testing/fake-deps.ts";
import { locker } from "./adapter.ts";
import { PROTOCOL_NAMES, type Protocol } from "./settings.ts";
import { startSimulator, type Simulator } from "./simulator/simulator.ts";
import { cabinetSettings, lineTo, openCabinet } from "./testing/cabinet-bench.ts";

const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped on a pseudo terminal: ${noSocat}`);
const FOREVER = { kind: "silence", requests: 100_000 } as const;

/** A wall that may be stopped and started again at the same port. */
async function wallAt(protocol: Protocol) {
  let asked = Promise.withResolvers<void>();
  const onRequest = (): void => {
    asked.resolve();
    asked = Promise.withResolvers<void>();
  };
  const start = (port: number): Promise<Simulator> =>
    startSimulator({ protocol, tcp: { host: "127.0.0.1", port }, pulseMs: 20, onRequest });
  let simulator = await start(0);
  const port = simulator.ports.tcp ?? 0;
  const settings = cabinetSettings(protocol);
  return {
    port,
    stop: async () => {
      await simulator[Symbol.asyncDispose]();
    },
    start: async () => {
      simulator = await start(port);
    },
    rig: {
      settings,
      badSettings: { settings: { ...settings, board: 256 }, path: "board" },
      pointId: "door1.open",
      // Nobody opens anything here.
      isPossible: (value: number) => value === 0,
      fallSilent: () => {
        simulator.misbehaviours.plan(FOREVER);
      },
      untilAsked: () => asked.promise,
      sendGarbage: async (bytes: Buffer) => simulator.say(bytes),
    },
  };
}

async function socketRig(protocol: Protocol): Promise<Rig> {
  const { port, stop, start, rig } = await wallAt(protocol);
  return {
    ...rig,
    link: { id: "line", kind: "serial-server", host: "127.0.0.1", port, gapMs: 2 },
    breakLine: stop,
    mendLine: start,
    [Symbol.asyncDispose]: stop,
  };
}

async function serialRig(protocol: Protocol): Promise<Rig> {
  const { port, stop, rig } = await wallAt(protocol);
  return { ...rig, ...(await serialWay({ port, stop })) };
}

for (const protocol of PROTOCOL_NAMES) {
  describeAdapter(`locker ${protocol} on a serial server`, locker, () => socketRig(protocol));
}
describe.skipIf(noSocat !== undefined)("with a pseudo terminal", () => {
  describeAdapter("locker xor on a serial line", locker, () => serialRig("xor"));
  describeAdapter("locker kerong-cu16 on a serial line", locker, () => serialRig("kerong-cu16"));
});

describe("configuring", () => {
  const compartments = [{ number: 1, id: "a01" }];

  it.each<[string, object, string]>([
    ["a board that the protocol cannot name", { protocol: "kerong-cu16", board: 10 }, "board"],
    ["a lock that the board does not have", { compartments: [{ number: 25, id: "a25" }] }, "number"],
    ["two compartments of one lock", { compartments: [...compartments, { number: 1, id: "a02" }] }, "number"],
    ["two compartments of one name", { compartments: [...compartments, { number: 2, id: "a01" }] }, "id"],
    [
      "a sensor that the protocol does not carry",
      { compartments: [{ number: 1, id: "a01", hasOccupancySensor: true }] },
      "hasOccupancySensor",
    ],
    ["a pulse that the board cannot be told", { protocol: "wkly", board: 0, pulseMs: 2_000 }, "pulseMs"],
    ["a secret that is too short", { codes: { cabinetId: "c1", numeric: { secret: "AAAA" } } }, "secret"],
    ["codes of no kind", { codes: { cabinetId: "c1" } }, "codes"],
  ])("refuses %s", (_, change, path) => {
    const settings = { protocol: "xor", board: 1, cabinet: "parcel", compartments, ...change };
    expect(() => locker.configure("device", settings)).toThrow(path);
  });

  it("has the points and methods that its settings call for", () => {
    const settings = cabinetSettings("kerong-cu16", {
      compartments: [{ number: 3, id: "a03", hasOccupancySensor: true }],
    });
    const device = locker.configure("device", settings);
    expect(device.points.map(({ id }) => id)).toEqual([
      "door3.open",
      "door3.occupied",
      "door3.forced",
      "door3.leftOpen",
      "door3.failed",
      "openAll",
    ]);
    expect(device.methods.map(({ id }) => id)).toEqual(["learn-polarity"]);
  });
});

describe("several boards on one line", () => {
  it("share it, each with its own doors, and each hears its own board's word whoever has the line", async () => {
    await using bench = await openCabinet({ simulator: { boards: [1, 2] }, settings: { pollIntervalMs: 100 } });
    const other = fakeDeps({ link: bench.link });
    // The other cabinet looks once a minute by itself: what it learns in time, its board's push has told it.
    const settings = cabinetSettings("xor", { board: 2, pollIntervalMs: 60_000 });
    await using _ = await locker.configure("locker-2", settings).open(other, AbortSignal.timeout(20_000));
    await eventually("the other one online", () => other.lastStatus()?.state === "online");
    bench.simulator.wall.pry(2, 3);
    bench.simulator.wall.close(2, 3);
    bench.simulator.wall.pry(2, 1);
    bench.simulator.wall.pry(2, 3);
    bench.simulator.wall.close(2, 3);
    await eventually("door 1 of the other board", () => {
      const reading = other.last("door1.open")?.reading;
      return reading?.quality === "good" && reading.value === 1;
    });
    expect(bench.deps.last("door1.open")?.reading).toEqual({ quality: "good", value: 0 });
  });

  it("are never the same board, nor of two protocols", async () => {
    await using bench = await openCabinet();
    const opening = (settings: object) =>
      locker.configure("second", settings).open(fakeDeps({ link: bench.link }), AbortSignal.timeout(5_000));
    await expect(opening(cabinetSettings("xor"))).rejects.toMatchObject({ code: "locker/line-conflict" });
    await expect(opening(cabinetSettings("wkly"))).rejects.toMatchObject({ code: "locker/line-conflict" });
  });

  it("are not held up by one that is dead", async () => {
    await using bench = await openCabinet({ simulator: { boards: [1] } });
    const dead = fakeDeps({ link: bench.link });
    await using _ = await locker
      .configure("dead", cabinetSettings("xor", { board: 2 }))
      .open(dead, AbortSignal.timeout(20_000));
    await eventually("the dead one offline", () => dead.lastStatus()?.state === "offline");
    const startedMs = systemClock.monotonicMs();
    expect(await bench.open(1)).toMatchObject({ kind: "done" });
    expect(systemClock.monotonicMs() - startedMs).toBeLessThan(10_000);
    expect(bench.deps.lastStatus()?.state).toBe("online");
  });
});

it("a line to nowhere leaves the cabinet offline, with every point bad", async () => {
  await using link = lineTo(1);
  const deps = fakeDeps({ link });
  await using _ = await locker.configure("locker-1", cabinetSettings("xor")).open(deps, AbortSignal.timeout(5_000));
  await eventually("offline", () => deps.lastStatus()?.state === "offline");
  expect(deps.last("door1.open")?.reading).toMatchObject({ quality: "bad", reason: "link-down" });
});
