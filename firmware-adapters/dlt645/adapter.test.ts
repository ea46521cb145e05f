import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import type { Occurrence } from "../event.ts";
import { openLink } from "../links/open-link.ts";
import type { LineSettings } from "../links/settings.ts";
import { serialWay } from "../links/testing/serial-way.ts";
import { eventually, fakeDeps, type FakeDeps } from "../testing/fake-deps.ts";
import { dlt645 } from "./adapter.ts";
import { startSimulator, type Simulator, type SimulatorOptions } from "./simulator/simulator.ts";
import { METER, OTHER_METER, serialServer, startBench, type BenchLine } from "./testing/bench-line.ts";

const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped on a pseudo terminal: ${noSocat}`);

const settings = {
  address: METER,
  items: ["voltage.a", "energy"],
  fastEveryMs: 200,
  slowEveryMs: 400,
  timeoutMs: 400,
};
const VOLTS = 220;

/** One steady meter, and how it is made to misbehave. */
function moods(bus: () => Simulator) {
  let asked = 0;
  return {
    settings,
    badSettings: { settings: { ...settings, address: "12345" }, path: "address" },
    pointId: "voltage.a",
    isPossible: (value: number) => value === VOLTS,
    fallSilent: () => {
      bus().misbehaviours.clear();
      bus().misbehaviours.plan({ kind: "silence", requests: 100_000 });
    },
    untilAsked: async () => {
      asked = bus().countRequests();
      await eventually("a request", () => bus().countRequests() > asked);
    },
    sendGarbage: async (bytes: Buffer) => {
      // Instead of the next answer, whatever was planned before.
      bus().misbehaviours.clear();
      bus().misbehaviours.plan({ kind: "bytes", hex: bytes.toString("hex"), requests: 1 });
    },
  };
}

async function startBus(port = 0): Promise<Simulator> {
  const options: SimulatorOptions = { addresses: [METER, OTHER_METER], isSteady: true, replyAfterMs: 2 };
  return await startSimulator({ ...options, serialServer: { host: "127.0.0.1", port } });
}

async function serverRig(): Promise<Rig> {
  let bus = await startBus();
  const link = serialServer(bus);
  return {
    ...moods(() => bus),
    link,
    breakLine: async () => {
      await bus[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      bus = await startBus("port" in link ? link.port : 0);
    },
    [Symbol.asyncDispose]: async () => {
      await bus[Symbol.asyncDispose]();
    },
  };
}

async function serialRig(): Promise<Rig> {
  const bus = await startBus();
  const port = bus.ports.serialServer ?? 0;
  const stop = () => bus[Symbol.asyncDispose]();
  return { ...moods(() => bus), ...(await serialWay({ baudRate: 2_400, port, stop })) };
}

describeAdapter("DL/T 645 on a serial server", dlt645, serverRig);
describe.skipIf(noSocat !== undefined)("with a pseudo terminal", () => {
  describeAdapter("DL/T 645 on a serial line", dlt645, serialRig);
});

describe("configuring", () => {
  it.each<[string, object, string]>([
    ["a short address", { address: "1" }, "twelve digits"],
    ["the broadcast address", { address: "999999999999" }, "broadcast"],
    ["an item it does not know", { address: METER, items: ["voltage.d"] }, "items"],
    ["an item twice", { address: METER, items: ["power", "power"] }, "twice"],
    ["energies read more often than powers", { address: METER, fastEveryMs: 900, slowEveryMs: 800 }, "slowEveryMs"],
  ])("refuses %s", (_, bad, reason) => {
    expect(() => dlt645.configure("meter", bad)).toThrow(reason);
  });

  it("names its points in both languages, and whether a meter was exchanged where it counts energy", () => {
    const { points } = dlt645.configure("meter", { address: METER });
    expect(points.map((point) => point.id)).toEqual([
      "energy",
      "power",
      "voltage.a",
      "current.a",
      "powerFactor",
      "replaced",
    ]);
    expect(points[0]).toEqual({
      id: "energy",
      unit: "kWh",
      name: { zh: "正向有功总电能", en: "Forward active energy" },
    });
    expect(dlt645.configure("meter", { address: METER, items: ["power"] }).points).toHaveLength(1);
  });
});

/** One meter of a bench under the adapter. */
async function openMeter(
  bench: BenchLine,
  more: object = {},
  deps: FakeDeps = fakeDeps({ link: bench.link }),
): Promise<AsyncDisposable & { readonly deps: FakeDeps }> {
  const device = await dlt645.configure("meter", { ...settings, ...more }).open(deps, AbortSignal.timeout(5_000));
  return {
    deps,
    async [Symbol.asyncDispose]() {
      await device[Symbol.asyncDispose]();
    },
  };
}

function goodValue(deps: FakeDeps, pointId: string): number | undefined {
  const reading = deps.last(pointId)?.reading;
  return reading?.quality === "good" ? reading.value : undefined;
}

function badReason(deps: FakeDeps, pointId: string): string | undefined {
  const reading = deps.last(pointId)?.reading;
  return reading?.quality === "bad" ? reading.reason : undefined;
}

describe("a meter", () => {
  it("gives its values with sign and scale", async () => {
    await using bench = await startBench({ loadKw: -6 });
    const items = ["energy", "energy.t1", "energyReverse", "power", "power.a", "current.a", "powerFactor", "frequency"];
    await using meter = await openMeter(bench, { items });
    await eventually("the frequency", () => goodValue(meter.deps, "frequency"));
    expect(goodValue(meter.deps, "energy")).toBeCloseTo(1_234.56, 2);
    expect(goodValue(meter.deps, "energy.t1")).toBeCloseTo(120.11, 2);
    expect(goodValue(meter.deps, "power")).toBe(-6);
    expect(goodValue(meter.deps, "power.a")).toBe(-2);
    expect(goodValue(meter.deps, "current.a")).toBeCloseTo(-9.569, 2);
    expect(goodValue(meter.deps, "powerFactor")).toBe(-0.95);
    expect(meter.deps.last("power")).toMatchObject({ unit: "kW" });
  });

  it("says that a phase it does not have is not available, and is online all the same", async () => {
    await using bench = await startBench({ phases: 1 });
    await using meter = await openMeter(bench, { items: ["voltage.b", "voltage.a"] });
    await eventually("phase a", () => goodValue(meter.deps, "voltage.a") === VOLTS);
    expect(badReason(meter.deps, "voltage.b")).toBe("not-available");
    await eventually("online", () => meter.deps.lastStatus()?.state === "online");
  });

  it("says which item it is refused, and reads the others", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "refused", errorWord: 2 });
    await using meter = await openMeter(bench);
    await eventually("the energy", () => goodValue(meter.deps, "energy"));
    expect(badReason(meter.deps, "voltage.a")).toBe("device-refused");
    expect(meter.deps.lastStatus()?.state).toBe("online");
  });

  it("asks again for an answer that was lost", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "silence" });
    await using meter = await openMeter(bench);
    await eventually("the voltage", () => goodValue(meter.deps, "voltage.a"));
    expect(meter.deps.events.filter((event) => event.kind === "status")).toMatchObject([{ state: "online" }]);
  });

  it("is at fault where it answers what nobody can understand, and comes back", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "garbage", requests: 2 });
    await using meter = await openMeter(bench);
    await eventually("fault", () => meter.deps.lastStatus()?.state === "fault");
    await eventually("online", () => meter.deps.lastStatus()?.state === "online");
    expect(goodValue(meter.deps, "voltage.a")).toBe(VOLTS);
  });

  it("is at fault and left in peace where it refuses everything", async () => {
    await using bench = await startBench();
    bench.behave({ kind: "refused", errorWord: 2, requests: 10 });
    const items = ["voltage.a", "voltage.b", "voltage.c"];
    await using meter = await openMeter(bench, { items });
    await eventually("refusals", () => items.every((id) => badReason(meter.deps, id) === "device-refused"));
    await eventually("fault", () => meter.deps.lastStatus()?.state === "fault");
    // What was refused is not asked for again at once, so the meter is left in peace.
    await systemClock.sleep(700);
    expect(bench.bus.countRequests()).toBe(3);
  });

  it("shares the line with another that is dead", async () => {
    await using bench = await startBench();
    const [, other] = bench.bus.meters;
    if (other === undefined) throw new Error("no meter");
    other.isMute = true;
    await using dead = await openMeter(bench, { address: OTHER_METER });
    await using alive = await openMeter(bench);
    await eventually("the dead one", () => dead.deps.lastStatus()?.state === "offline");
    await eventually("the live one", () => alive.deps.lastStatus()?.state === "online");
    other.isMute = false;
    await eventually("both", () => dead.deps.lastStatus()?.state === "online");
    expect(alive.deps.events.filter((event) => event.kind === "status")).toMatchObject([{ state: "online" }]);
  });

  it("refuses to be written to", async () => {
    await using bench = await startBench();
    const deps = fakeDeps({ link: bench.link });
    await using device = await dlt645.configure("meter", settings).open(deps, AbortSignal.timeout(5_000));
    const write = { kind: "write", pointId: "energy", value: 0, actor: "ann" } as const;
    expect(await device.execute(write, AbortSignal.timeout(5_000))).toMatchObject({ reason: "not-writable" });
  });
});

describe("an exchanged meter", () => {
  it("gives no energy until it has been seen three times, and is then reported once", async () => {
    await using bench = await startBench();
    await using meter = await openMeter(bench);
    await eventually("the energy", () => goodValue(meter.deps, "energy"));
    await eventually("nothing replaced", () => goodValue(meter.deps, "replaced") === 0);
    bench.bus.meters[0]?.replace(0.5);
    await eventually("doubt", () => badReason(meter.deps, "energy") === "out-of-range");
    await eventually("replaced", () => meter.deps.events.some(isReplaced));
    expect(goodValue(meter.deps, "energy")).toBeCloseTo(0.5, 2);
    await eventually("the round's end", () => goodValue(meter.deps, "replaced") === 0);
    expect(meter.deps.events.filter(isReplaced)).toMatchObject([
      { details: { pointId: "energy", beforeKwh: 1_234.56 } },
    ]);
    const shown = meter.deps.events.flatMap((event) =>
      event.kind === "measurement" && event.pointId === "replaced" && event.reading.quality === "good"
        ? [event.reading.value]
        : [],
    );
    expect(shown).toContain(1);
  });

  it("is known again after a restart of the gateway", async () => {
    await using bench = await startBench();
    await using stack = new AsyncDisposableStack();
    const before = stack.use(await openMeter(bench));
    await eventually("a memory", () => before.deps.memory.rows.get("counter/energy") === "1234.56");
    await before[Symbol.asyncDispose]();
    bench.bus.meters[0]?.replace(0);
    await using after = await openMeter(bench, {}, before.deps.restarted());
    await eventually("replaced", () => after.deps.events.some(isReplaced));
    expect(after.deps.events.find((event) => event.kind === "measurement" && event.pointId === "energy")).toMatchObject(
      {
        reading: { quality: "bad", reason: "out-of-range" },
      },
    );
  });

  it("is read on where nothing can be remembered", async () => {
    await using bench = await startBench();
    const deps = fakeDeps({ link: bench.link });
    deps.isDiskBroken = true;
    await using meter = await openMeter(bench, {}, deps);
    await eventually("the energy", () => goodValue(meter.deps, "energy"));
    expect(deps.memory.rows.size).toBe(0);
  });
});

function isReplaced(event: FakeDeps["events"][number]): event is Occurrence {
  return event.kind === "occurrence" && event.name === "meter-replaced";
}

describe("a line set to another parity", () => {
  it("is warned of", async () => {
    const warned: string[] = [];
    const log = { ...silentLog, warn: (message: string) => warned.push(message) };
    const line: LineSettings = {
      id: "line",
      kind: "serial",
      path: "/dev/outpost-no-such-port",
      baudRate: 2_400,
      parity: "none",
      dataBits: 8,
      stopBits: 1,
      gapMs: 2,
    };
    await using link = openLink(line, { clock: systemClock, log: silentLog });
    const deps = { ...fakeDeps({ link }), log };
    await using device = await dlt645.configure("meter", settings).open(deps, AbortSignal.timeout(5_000));
    expect(device).toBeDefined();
    expect(warned).toEqual(["a meter's line has even parity"]);
  });
});
