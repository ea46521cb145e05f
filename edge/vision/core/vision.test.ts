import { readFile } from "node:fs/promises";
import { getPriority } from "node:os";

import { expect, it, vi } from "vitest";

import { SYSTEM } from "../../rules/system-alarms.ts";
import { mjpegSettings, visionRig } from "../testing/vision-rig.ts";
import { visionSite } from "../testing/vision-site.ts";

// Processes start and models are opened in each of these, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000 });

it("makes events of a camera's pictures: measurements of its zone, and what happened there", async () => {
  await using rig = await visionRig();
  const camera = await rig.addCamera();
  await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
  await rig.until("somebody is seen", () => rig.reading("gate", "perimeter.all.present") === 1);
  expect(rig.events.find(({ kind }) => kind === "occurrence")).toMatchObject({
    deviceId: "gate",
    name: "perimeter.entered",
    details: { scope: "all" },
  });
  camera.camera.isDark = true;
  await rig.until("nobody is seen", () => rig.reading("gate", "perimeter.all.present") === 0);
  await rig.until("figures", () => (rig.vision.status.beat?.cameras[0]?.analysedFps ?? 0) > 0);
  expect(rig.vision.status.beat?.models).toMatchObject([
    { model: "scene-detector", state: "ready", grade: "unmeasured" },
  ]);
});

it("runs humbly: niced, first to go when memory is short, with nothing of the core's environment", async () => {
  vi.stubEnv("OUTPOST_SECRET_TOKEN", "hunter2");
  await using rig = await visionRig();
  const camera = await rig.addCamera();
  await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
  await rig.until("vision is up", () => rig.vision.status.state.kind === "up");
  vi.unstubAllEnvs();
  const { pid = 0 } = rig.vision;
  expect(getPriority(pid)).toBe(10);
  expect((await readFile(`/proc/${pid}/oom_score_adj`, "utf8")).trim()).toBe("1000");
  expect(await readFile(`/proc/${pid}/environ`, "utf8")).not.toContain("hunter2");
});

it("is begun anew when it dies; meanwhile its points are bad and a fact says so", async () => {
  await using rig = await visionRig();
  const camera = await rig.addCamera();
  await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
  await rig.until("somebody is seen", () => rig.reading("gate", "perimeter.all.present") === 1);
  expect(rig.facts.get(SYSTEM.visionDown)).toBe(false);
  const before = rig.vision.pid ?? 0;
  process.kill(before, "SIGKILL");
  await rig.until("the points are bad", () => rig.reading("gate", "perimeter.all.present") === "bad");
  expect(rig.facts.get(SYSTEM.visionDown)).toBe(true);
  await rig.until("somebody is seen again", () => rig.reading("gate", "perimeter.all.present") === 1);
  expect(rig.facts.get(SYSTEM.visionDown)).toBe(false);
  expect(rig.vision.pid).not.toBe(before);
});

it("leaves no process behind when it is stopped", async () => {
  const rig = await visionRig();
  const camera = await rig.addCamera();
  await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
  await rig.until("vision is up", () => rig.vision.status.state.kind === "up");
  const { pid = 0 } = rig.vision;
  await rig[Symbol.asyncDispose]();
  expect(() => process.kill(-pid, 0)).toThrow(/ESRCH/);
});
