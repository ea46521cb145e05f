import { FFMPEG, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import type { Occurrence } from "../../event.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { camera } from "../adapter.ts";
import { simulate } from "../testing/rig.ts";

const never = new AbortController().signal;
const noFfmpeg = missingPeer(FFMPEG);
if (noFfmpeg !== undefined) console.warn(`skipped without brightness: ${noFfmpeg}`);

function settings(port: number, more: object = {}): object {
  const source = { kind: "snapshot", url: `http://127.0.0.1:${port}/snapshot.jpg` };
  return { source, checkEveryMs: 500, timeoutMs: 5_000, isBrightnessMeasured: false, ...more };
}

function occurrence(deps: FakeDeps, name: string): Occurrence | undefined {
  return deps.events.find((event): event is Occurrence => event.kind === "occurrence" && event.name === name);
}

function value(deps: FakeDeps, pointId: string): number | undefined {
  const reading = deps.last(pointId)?.reading;
  return reading?.quality === "good" ? reading.value : undefined;
}

describe("the checks of a camera", () => {
  it("sees that the picture is frozen, and that it moves again", async () => {
    await using simulator = await simulate();
    const deps = fakeDeps();
    await using _ = await camera.configure("gate", settings(simulator.ports.http)).open(deps, never);
    await eventually("a moving picture", () => value(deps, "frozen") === 0);
    simulator.camera.freeze();
    const frozen = await eventually("frozen", () => occurrence(deps, "frozen"));
    expect(frozen.details["checks"]).toBe(3);
    await eventually("the point", () => value(deps, "frozen") === 1);
    simulator.camera.thaw();
    expect((await eventually("restored", () => occurrence(deps, "restored"))).details["was"]).toBe("frozen");
    await eventually("the point again", () => value(deps, "frozen") === 0);
    expect(deps.lastStatus()?.state).toBe("online");
  });

  it("is a fault when credentials are refused, says so without them, and asks no second time", async () => {
    const guard = { username: "admin", password: "right", scheme: "MD5" } as const;
    await using simulator = await simulate({ guard });
    const deps = fakeDeps();
    const wrong = { username: "someone", password: "wrong-password" };
    await using _ = await camera.configure("gate", settings(simulator.ports.http, wrong)).open(deps, never);
    const status = await eventually("a fault", () => deps.lastStatus());
    expect(status).toMatchObject({ state: "fault", reason: expect.stringContaining("credentials refused") });
    expect(deps.last("frameAge")?.reading).toMatchObject({ quality: "bad", reason: "device-refused" });
    expect(JSON.stringify(deps.events)).not.toMatch(/wrong-password|someone/);
    expect(simulator.camera.requests).toBe(2);
  });

  it("comes back from a camera that cut its pictures off", async () => {
    await using simulator = await simulate();
    const deps = fakeDeps();
    await using _ = await camera.configure("gate", settings(simulator.ports.http)).open(deps, never);
    await eventually("online", () => deps.lastStatus()?.state === "online");
    simulator.camera.plan({ kind: "cut" }, 2);
    await eventually("offline", () => deps.lastStatus()?.state === "offline");
    expect((await eventually("restored", () => occurrence(deps, "restored"))).details["was"]).toBe("lost");
    expect(deps.lastStatus()?.state).toBe("online");
  });

  it("times out on a camera that is too slow", async () => {
    await using simulator = await simulate();
    simulator.camera.bytesPerSecond = 50;
    const deps = fakeDeps();
    const impatient = settings(simulator.ports.http, { timeoutMs: 500 });
    await using _ = await camera.configure("gate", impatient).open(deps, never);
    const status = await eventually("offline", () => deps.lastStatus());
    expect(status).toMatchObject({ state: "offline", reason: expect.stringContaining("timeout") });
  });

  it("says the frame rate of a stream that stays open", async () => {
    await using simulator = await simulate();
    const deps = fakeDeps();
    const source = { kind: "mjpeg", url: `http://127.0.0.1:${simulator.ports.http}/mjpeg` };
    const open = settings(simulator.ports.http, { source, watch: "stream" });
    await using _ = await camera.configure("gate", open).open(deps, never);
    await eventually("a rate", () => (value(deps, "frameRate") ?? 0) > 1);
    expect(value(deps, "frameRate")).toBeLessThan(40);
  });
});

describe.skipIf(noFfmpeg !== undefined)("the brightness of a camera's picture", () => {
  it("is measured, and dark where there is next to none", async () => {
    await using simulator = await simulate();
    const deps = fakeDeps();
    const measured = settings(simulator.ports.http, { isBrightnessMeasured: true });
    await using _ = await camera.configure("gate", measured).open(deps, never);
    await eventually("light", () => value(deps, "dark") === 0);
    expect(value(deps, "brightness")).toBeGreaterThan(20);
    simulator.camera.isDark = true;
    await eventually("dark", () => value(deps, "dark") === 1);
    expect(value(deps, "brightness")).toBeLessThan(5);
  });
});
