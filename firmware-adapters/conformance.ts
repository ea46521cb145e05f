import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import type { Adapter, OpenDevice } from "./adapter.ts";
import type { DeviceEvent, DeviceStatus, Measurement } from "./event.ts";
import type { Link } from "./links/link.ts";
import { openLink } from "./links/open-link.ts";
import type { LinkSettings } from "./links/settings.ts";

/** A device that speaks its real bytes, and the ways in which it can be lost. */
export interface Rig extends AsyncDisposable {
  readonly link: LinkSettings;
  /** The device's settings, as the site file has them. */
  readonly settings: unknown;
  /** A point that is read at least once a second. */
  readonly pointId: string;
  /** The way to the device breaks, and stays broken … */
  breakLine(): Promise<void>;
  /** … until it is there again. */
  mendLine(): Promise<void>;
  /** From now on the device takes requests and answers none. */
  fallSilent(): void;
  /** Resolves when the device next takes a request. */
  untilAsked(): Promise<void>;
}

/** Open devices of ours in this process must not leave these behind. */
const RESOURCES = new Set(["TCPSocketWrap", "PipeWrap", "Timeout", "TTYWrap"]);
/** How soon anything below must have happened: long enough for a machine that is busy with other tests. */
const WITHIN_MS = 20_000;

/**
 * The suite every adapter passes: it opens, reports, loses the link, reopens, stops at once on abort, and leaks nothing.
 *
 * @param name     for people: the adapter and the way to its device.
 * @param makeRig  makes a fresh device for each test.
 */
export function describeAdapter(name: string, adapter: Adapter, makeRig: () => Promise<Rig>): void {
  describe(`the adapter contract: ${name}`, () => {
    describeOpening(adapter, makeRig);
    describeLosing(adapter, makeRig);
    describeStopping(adapter, makeRig);
  });
}

type MakeRig = () => Promise<Rig>;

function describeOpening(adapter: Adapter, makeRig: MakeRig): void {
  it("names its points before anything is opened, and refuses settings that are none", async () => {
    await using rig = await makeRig();
    const device = adapter.configure("device", rig.settings);
    expect(device.points.map((point) => point.id)).toContain(rig.pointId);
    expect(() => adapter.configure("device", { nonsense: true })).toThrow(Error);
  });

  it("opens, and reports good readings and that it is online", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    const first = await bench.measurement(rig.pointId, "good");
    expect(first).toMatchObject({ deviceId: "device", isReportable: true, clockConfidence: "plausible" });
    expect(await bench.status("online")).toMatchObject({ deviceId: "device" });
  });

  it("refuses commands it does not know", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    await bench.status("online");
    const never = new AbortController().signal;
    const write = { kind: "write", pointId: "no such point", value: 1, actor: "test" } as const;
    expect(await bench.device.execute(write, never)).toMatchObject({ kind: "refused", reason: "unknown-point" });
    const operate = { kind: "operate", selectionId: "00", actor: "test" } as const;
    expect(await bench.device.execute(operate, never)).toMatchObject({ kind: "refused" });
  });
}

function describeLosing(adapter: Adapter, makeRig: MakeRig): void {
  it("reports bad readings and that it is offline when the line breaks, and comes back when it is mended", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    await bench.status("online");
    await rig.breakLine();
    expect(await bench.measurement(rig.pointId, "bad")).toMatchObject({ isReportable: true });
    expect((await bench.status("offline")).reason).not.toBe("");
    await rig.mendLine();
    await bench.status("online");
    await bench.measurement(rig.pointId, "good");
  });

  it("gives no value while the device is silent", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    await bench.status("online");
    rig.fallSilent();
    await bench.status("offline");
    const lost = await bench.measurement(rig.pointId, "bad");
    expect(lost.reading).toMatchObject({ quality: "bad", reason: "timeout" });
  });
}

function describeStopping(adapter: Adapter, makeRig: MakeRig): void {
  it("stops at once in the middle of a request that nobody answers, and says nothing more", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    await bench.status("online");
    rig.fallSilent();
    await rig.untilAsked();
    const saidSoFar = bench.events.length;
    await bench.device[Symbol.asyncDispose]();
    await bench.device.ended;
    await systemClock.sleep(100);
    expect(bench.events.length).toBe(saidSoFar);
  });

  it("does not open once its signal has aborted", async () => {
    await using rig = await makeRig();
    await using link = openLink(rig.link, { clock: systemClock, log: silentLog });
    const deps = { clock: systemClock, log: silentLog, link, publish: () => undefined };
    const opening = adapter.configure("device", rig.settings).open(deps, AbortSignal.abort(new Error("stopped")));
    await expect(opening).rejects.toThrow("stopped");
  });

  it("leaves nothing open behind, however often it is opened", async () => {
    await using rig = await makeRig();
    await openAndClose(adapter, rig);
    const before = await openResources();
    for (let round = 0; round < 3; round += 1) await openAndClose(adapter, rig);
    expect(await openResources()).toEqual(before);
  });
}

/** One open device with everything it says. */
interface Bench extends AsyncDisposable {
  readonly device: OpenDevice;
  readonly events: readonly DeviceEvent[];
  /** The last measurement of a point, as soon as it is of this quality. */
  measurement(pointId: string, quality: "good" | "bad"): Promise<Measurement>;
  /** The last status, as soon as it is this one. */
  status(state: DeviceStatus["state"]): Promise<DeviceStatus>;
}

async function startBench(adapter: Adapter, rig: Rig): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const link: Link = stack.use(openLink(rig.link, { clock: systemClock, log: silentLog }));
  const events: DeviceEvent[] = [];
  const deps = { clock: systemClock, log: silentLog, link, publish: (event: DeviceEvent) => events.push(event) };
  const device = stack.use(await adapter.configure("device", rig.settings).open(deps, AbortSignal.timeout(WITHIN_MS)));
  return {
    device,
    events,
    measurement: (pointId, quality) =>
      eventually(`a ${quality} measurement of ${pointId}`, () => {
        const last = events.findLast(
          (event): event is Measurement => event.kind === "measurement" && event.pointId === pointId,
        );
        return last?.reading.quality === quality ? last : undefined;
      }),
    status: (state) =>
      eventually(`status ${state}`, () => {
        const last = events.findLast((event): event is DeviceStatus => event.kind === "status");
        return last?.state === state ? last : undefined;
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function openAndClose(adapter: Adapter, rig: Rig): Promise<void> {
  await using bench = await startBench(adapter, rig);
  await bench.status("online");
}

async function eventually<T>(what: string, look: () => T | undefined): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + WITHIN_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`${what} did not come`);
    await systemClock.sleep(10);
  }
}

/** What this process holds open, once what is closing has closed. */
async function openResources(): Promise<readonly string[]> {
  await systemClock.sleep(200);
  return process
    .getActiveResourcesInfo()
    .filter((resource) => RESOURCES.has(resource))
    .toSorted();
}
