import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import type { Adapter, OpenDevice } from "./adapter.ts";
import type { BadReason, DeviceStatus, Measurement } from "./event.ts";
import { openLink } from "./links/open-link.ts";
import type { LinkSettings } from "./links/settings.ts";
import { eventually, fakeDeps, type FakeDeps } from "./testing/fake-deps.ts";
import { openResources } from "./testing/open-resources.ts";
import { seededRandom } from "./testing/random.ts";

/** A device that speaks its real bytes, and the ways in which it can be lost. */
export interface Rig extends AsyncDisposable {
  /** Absent for families that are on no link. */
  readonly link?: LinkSettings;
  readonly otherLinks?: readonly LinkSettings[];
  /** The device's settings, as the site file has them. */
  readonly settings: unknown;
  /** The same with one field wrong, and the name of that field. */
  readonly badSettings: { readonly settings: unknown; readonly path: string };
  /** A point with a good value while all is well: read at least once a second, or told by `speak`. */
  readonly pointId: string;
  /** The values that may ever be good on that point, whatever bytes come. */
  isPossible(value: number): boolean;
  /** A device that is not asked says something now, as soon as its link is there. Absent for those that are polled. */
  speak?(): Promise<void>;
  /** The way to the device breaks, and stays broken … */
  breakLine(): Promise<void>;
  /** … until it is there again. */
  mendLine(): Promise<void>;
  /** From now on the device takes requests and answers none, or says nothing by itself. */
  fallSilent(): void;
  /** Why its values are bad while it is silent; `timeout` where absent. */
  readonly silentReason?: BadReason;
  /** Resolves when the device next takes a request. Absent for devices that are not asked. */
  untilAsked?(): Promise<void>;
  /** Sends us bytes in the device's place, by themselves or instead of its next answers. */
  sendGarbage(bytes: Buffer): Promise<void>;
}

type MakeRig = () => Promise<Rig>;

const OPEN_TIMEOUT_MS = 20_000;
const SPEAK_AGAIN_MS = 200;
const GARBAGE_ROUNDS = 25;

/**
 * The suite every adapter passes: it opens, reports, loses the link, reopens, survives garbage, never says a wrong
 * value is good, stops at once on abort, and leaks nothing.
 *
 * @param name     for people: the adapter and the way to its device.
 * @param makeRig  makes a fresh device for each test.
 */
export function describeAdapter(name: string, adapter: Adapter, makeRig: MakeRig): void {
  describe(`the adapter contract: ${name}`, () => {
    describeOpening(adapter, makeRig);
    describeLosing(adapter, makeRig);
    describeGarbage(adapter, makeRig);
    describeStopping(adapter, makeRig);
  });
}

function describeOpening(adapter: Adapter, makeRig: MakeRig): void {
  it("names its points before anything is opened, and refuses settings that do not fit, with their place", async () => {
    await using rig = await makeRig();
    const device = adapter.configure("device", rig.settings);
    expect(device.points.map((point) => point.id)).toContain(rig.pointId);
    expect(device.profile).not.toBe("");
    expect(() => adapter.configure("device", { nonsense: true })).toThrow(Error);
    expect(() => adapter.configure("device", rig.badSettings.settings)).toThrow(rig.badSettings.path);
  });

  it("opens, and reports good readings and that it is online", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    const first = await bench.measurement("good");
    expect(first).toMatchObject({ deviceId: "device", clockConfidence: "plausible" });
    expect(first.reading.quality === "good" && rig.isPossible(first.reading.value)).toBe(true);
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
    const call = { kind: "call", methodId: "no such method", arguments: {}, actor: "test" } as const;
    expect(await bench.device.execute(call, never)).toMatchObject({ kind: "refused", reason: "unknown-method" });
  });
}

function describeLosing(adapter: Adapter, makeRig: MakeRig): void {
  it("reports bad readings and that it is offline when the line breaks, and comes back when it is mended", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    await bench.status("online");
    await bench.measurement("good");
    await rig.breakLine();
    expect(await bench.measurement("bad")).toMatchObject({ isReportable: true });
    expect((await bench.status("offline")).reason).not.toBe("");
    await rig.mendLine();
    await bench.status("online");
    await bench.measurement("good");
  });

  it("gives no value while the device is silent", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    await bench.status("online");
    await bench.measurement("good");
    rig.fallSilent();
    bench.hush();
    await bench.status("offline");
    const lost = await bench.measurement("bad");
    expect(lost.reading).toMatchObject({ quality: "bad", reason: rig.silentReason ?? "timeout" });
  });
}

function describeGarbage(adapter: Adapter, makeRig: MakeRig): void {
  it("never takes garbage for a value, and reads on after it", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    await bench.status("online");
    const random = seededRandom();
    console.log(`garbage from seed ${random.seed}`);
    for (let round = 0; round < GARBAGE_ROUNDS; round += 1) {
      await rig.sendGarbage(random.bytes(random.whole(1, 300)));
      await systemClock.sleep(10);
    }
    const until = bench.deps.events.length;
    await eventually("a good value after the garbage", () =>
      bench.deps.events.slice(until).some((event) => isGood(event, rig.pointId)),
    );
    const good = bench.deps.events.filter((event) => isGood(event, rig.pointId));
    expect(good.filter(({ reading }) => reading.quality === "good" && !rig.isPossible(reading.value))).toEqual([]);
  });
}

function isGood(event: FakeDeps["events"][number], pointId: string): event is Measurement {
  return event.kind === "measurement" && event.pointId === pointId && event.reading.quality === "good";
}

function describeStopping(adapter: Adapter, makeRig: MakeRig): void {
  it("stops at once in the middle of its work, and says nothing more", async () => {
    await using rig = await makeRig();
    await using bench = await startBench(adapter, rig);
    await bench.status("online");
    rig.fallSilent();
    bench.hush();
    await rig.untilAsked?.();
    await bench.device[Symbol.asyncDispose]();
    await bench.device.ended;
    const saidSoFar = bench.deps.events.length;
    await systemClock.sleep(100);
    expect(bench.deps.events.length).toBe(saidSoFar);
  });

  it("does not open once its signal has aborted", async () => {
    await using rig = await makeRig();
    await using stack = new AsyncDisposableStack();
    const opening = adapter
      .configure("device", rig.settings)
      .open(depsOf(rig, stack), AbortSignal.abort(new Error("stopped")));
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
  readonly deps: FakeDeps;
  /** From now on a device that is not asked says nothing. */
  hush(): void;
  /** The last measurement of the rig's point, as soon as it is of this quality. */
  measurement(quality: "good" | "bad"): Promise<Measurement>;
  /** The last status, as soon as it is this one. */
  status(state: DeviceStatus["state"]): Promise<DeviceStatus>;
}

function depsOf(rig: Rig, stack: AsyncDisposableStack): FakeDeps {
  const opened = (settings: LinkSettings) => stack.use(openLink(settings, { clock: systemClock, log: silentLog }));
  return fakeDeps({
    link: rig.link === undefined ? undefined : opened(rig.link),
    otherLinks: (rig.otherLinks ?? []).map(opened),
  });
}

async function startBench(adapter: Adapter, rig: Rig): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const deps = depsOf(rig, stack);
  const device = stack.use(
    await adapter.configure("device", rig.settings).open(deps, AbortSignal.timeout(OPEN_TIMEOUT_MS)),
  );
  const quiet = new AbortController();
  const speaking = keepSpeaking(rig, quiet.signal);
  return {
    device,
    deps,
    hush: () => quiet.abort(),
    measurement: (quality) =>
      eventually(`a ${quality} measurement of ${rig.pointId}`, () => {
        const last = deps.last(rig.pointId);
        return last?.reading.quality === quality && last;
      }),
    status: (state) =>
      eventually(`status ${state}`, () => {
        const last = deps.lastStatus();
        return last?.state === state && last;
      }),
    async [Symbol.asyncDispose]() {
      quiet.abort();
      await speaking;
      await stack.disposeAsync();
    },
  };
}

async function keepSpeaking(rig: Rig, quiet: AbortSignal): Promise<void> {
  while (rig.speak !== undefined && !quiet.aborted) {
    // The way to us may be broken just now, which is what some tests are about.
    await rig.speak().catch(() => undefined);
    await systemClock.sleep(SPEAK_AGAIN_MS, quiet).catch(() => undefined);
  }
}

async function openAndClose(adapter: Adapter, rig: Rig): Promise<void> {
  await using bench = await startBench(adapter, rig);
  await bench.status("online");
}
