import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { writeTinyPackage } from "@outpost/models/testing/tiny-package.ts";
import { expect, it, vi } from "vitest";

import { mjpegSettings, visionRig } from "./testing/vision-rig.ts";
import { visionSite } from "./testing/vision-site.ts";

// Processes start and models are opened in each of these, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000 });

it("a new model takes over while a camera is watched: no track ends, and the old processes go", async () => {
  await using rig = await visionRig();
  const camera = await rig.addCamera();
  await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
  await rig.until("somebody is seen", () => rig.reading("gate", "perimeter.all.present") === 1);
  const children = await childrenOf(rig.vision.pid ?? 0);
  const other = await writeTinyPackage(join(rig.folder, "other"), "scene-detector", { version: "2.0.0" });
  await rig.vision.swap("scene-detector", other);
  await rig.until("the new version", () => rig.vision.status.beat?.models[0]?.version === "2.0.0");
  const now = await childrenOf(rig.vision.pid ?? 0);
  expect(now.filter((pid) => children.includes(pid))).toEqual([]);
  const events = rig.events.length;
  await rig.until("it goes on", () => rig.events.length > events + 3);
  const happened = rig.events.flatMap((one) => (one.kind === "occurrence" ? [one.name] : []));
  expect(happened).toEqual(["perimeter.entered"]);
});

it("a new model that cannot be used is refused with the reason, and the old one works on", async () => {
  await using rig = await visionRig();
  const camera = await rig.addCamera();
  await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
  await rig.until("somebody is seen", () => rig.reading("gate", "perimeter.all.present") === 1);
  const bad = await writeTinyPackage(join(rig.folder, "bad"), "scene-detector", { misdeed: "wrong-shape" });
  await expect(rig.vision.swap("scene-detector", bad)).rejects.toMatchObject({
    code: "vision/refused",
    message: expect.stringContaining("models/does-not-fit"),
  });
  const events = rig.events.length;
  await rig.until("the old one works on", () => rig.events.length > events + 3);
  expect(rig.vision.status.beat?.models).toMatchObject([{ version: "1.0.0", state: "ready" }]);
});

it("a shadow run sees the same pictures and tells agreement, latency and would-be alarms", async () => {
  await using rig = await visionRig();
  const camera = await rig.addCamera();
  await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
  await rig.until("somebody is seen", () => rig.reading("gate", "perimeter.all.present") === 1);
  // The candidate wants more light than there is: it sees nobody.
  const blind = await writeTinyPackage(join(rig.folder, "candidate"), "scene-detector", {
    version: "3.0.0",
    score: 0.99,
  });
  await rig.vision.beginShadow("scene-detector", blind, 0.5);
  await rig.until("twenty pictures", () => (rig.vision.shadowReport?.frames ?? 0) >= 20);
  const told = rig.vision.shadowReport;
  expect(told).toMatchObject({ activeVersion: "1.0.0", candidateVersion: "3.0.0", agreement: 0, failures: 0 });
  expect(told?.active).toMatchObject({ alarms: 1 });
  expect(told?.candidate).toMatchObject({ things: 0, alarms: 0 });
  expect(told?.candidate.p95Ms).toBeGreaterThan(0);
  const same = await writeTinyPackage(join(rig.folder, "same"), "scene-detector", { version: "4.0.0" });
  await rig.vision.beginShadow("scene-detector", same, 0.5);
  await rig.until("the other candidate", () => {
    const report = rig.vision.shadowReport;
    return report?.candidateVersion === "4.0.0" && report.frames >= 10;
  });
  expect(rig.vision.shadowReport).toMatchObject({ agreement: 1 });
  expect(rig.vision.status.beat?.models).toMatchObject([{ version: "1.0.0" }]);
  await rig.vision.endShadow();
  await rig.until("its end", () => rig.vision.shadowReport === undefined);
});

/** Processes whose parent is `pid`. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((one) => one > 0);
  const parents = await Promise.all(
    pids.map(async (one) => {
      const stat = await readFile(`/proc/${one}/stat`, "utf8").catch(() => "");
      return { one, parent: Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]) };
    }),
  );
  return parents.filter(({ parent }) => parent === pid).map(({ one }) => one);
}
