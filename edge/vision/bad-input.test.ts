import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { simulate } from "@outpost/firmware-adapters/camera/testing/rig.ts";
import { writeTinyPackage } from "@outpost/models/testing/tiny-package.ts";
import sharp from "sharp";
import { describe, expect, it, vi } from "vitest";

import { SYSTEM } from "../rules/system-alarms.ts";
import type { CameraStats } from "./ipc/core-messages.ts";
import { brightJpeg, mjpegSettings, visionRig, type VisionRig } from "./testing/vision-rig.ts";
import { visionSite } from "./testing/vision-site.ts";

// Processes start and models are opened in each of these, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000 });

function statsOf(rig: VisionRig, camera: string): CameraStats | undefined {
  return rig.vision.status.beat?.cameras.find((one) => one.camera === camera);
}

async function filmCamera(rig: VisionRig, name: string, pictures: Readonly<Record<string, Buffer>>) {
  const folder = join(rig.folder, name);
  await mkdir(folder);
  for (const [file, jpeg] of Object.entries(pictures)) await writeFile(join(folder, `${file}.jpg`), jpeg);
  return await simulate({ folder, framesPerSecond: 10 });
}

/** A JPEG without its segments of one kind. */
function withoutSegments(jpeg: Buffer, marker: number): Buffer {
  const kept = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (jpeg[at + 1] !== marker) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...kept, jpeg.subarray(at)]);
}

describe("bad pictures", () => {
  it("of one camera are named, and the others go on", async () => {
    await using rig = await visionRig();
    const good = await rig.addCamera();
    // All markers are there but the quantisation tables, without which nobody can read the rest.
    const spoilt = withoutSegments(await brightJpeg(), 0xdb);
    await using cut = await filmCamera(rig, "cut", { spoilt });
    await using silent = await rig.addCamera();
    silent.camera.isSilent = true;
    await using garbage = await rig.addCamera();
    garbage.camera.plan({ kind: "garbage", bytes: Buffer.alloc(0) }, 500);
    garbage.camera.plan({ kind: "garbage", bytes: Buffer.from("no picture at all") }, 500);
    const cameras = Object.entries({ good, cut, silent, garbage });
    await rig.vision.apply(visionSite(cameras.map(([id, camera]) => ({ id, settings: mjpegSettings(camera) }))));
    await rig.until("the good one is seen", () => rig.reading("good", "perimeter.all.present") === 1);
    await rig.until("the cut one is named", () => statsOf(rig, "cut")?.trouble?.code === "models/bad-picture");
    await rig.until("the silent one is named", () => statsOf(rig, "silent")?.trouble?.code === "camera/timeout");
    await rig.until("the garbage is named", () => statsOf(rig, "garbage")?.trouble?.code === "camera/bad-stream");
    expect(rig.reading("cut", "perimeter.all.present")).toBe("bad");
    expect(statsOf(rig, "good")?.trouble).toBe(null);
    const events = rig.events.length;
    await rig.until("the good one goes on", () => rig.events.length > events + 3);
    expect(rig.vision.status.state).toEqual({ kind: "up" });
  });

  it("grey, CMYK, 8K and another resolution in turn change nothing", async () => {
    await using rig = await visionRig();
    const bright = await brightJpeg();
    await using camera = await filmCamera(rig, "mixed", {
      a: bright,
      b: await sharp(bright).greyscale().jpeg().toBuffer(),
      c: await sharp(bright).toColourspace("cmyk").jpeg().toBuffer(),
      d: await brightJpeg(1_920, 1_080),
      e: await brightJpeg(7_680, 4_320),
    });
    await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
    await rig.until("somebody is seen", () => rig.reading("gate", "perimeter.all.present") === 1);
    const looks = rig.events.length;
    await rig.until("all of them are looked at", () => rig.events.length > looks + 12);
    const names = rig.events.flatMap((one) => (one.kind === "occurrence" ? [one.name] : []));
    expect(names).toEqual(["perimeter.entered"]);
    expect(statsOf(rig, "gate")?.trouble).toBe(null);
  });
});

describe("bad models", () => {
  it.each([
    ["answers NaN", "nan", "models/not-finite"],
    ["never returns", "endless", "vision/hangs"],
    ["has an unknown operator", "unknown-operator", "models/unrunnable"],
    ["has another shape", "wrong-shape", "models/does-not-fit"],
  ] as const)(
    "one that %s is marked unhealthy by name; vision lives on, and a good one heals it",
    async (_, misdeed, code) => {
      await using rig = await visionRig(misdeed);
      const camera = await rig.addCamera();
      await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }]));
      await rig.until("it is unhealthy", () => rig.vision.status.beat?.models[0]?.state === "unhealthy");
      expect(rig.vision.status.beat?.models[0]?.reason).toContain(code);
      expect(rig.facts.get(SYSTEM.visionModel)).toBe(true);
      expect(rig.vision.status.state).toEqual({ kind: "up" });
      await rig.vision.swap("scene-detector", await writeTinyPackage(join(rig.folder, "good"), "scene-detector"));
      await rig.until("somebody is seen", () => rig.reading("gate", "perimeter.all.present") === 1);
      await rig.until("it is healthy", () => rig.facts.get(SYSTEM.visionModel) === false);
    },
  );

  it("one that is not there is told as missing", async () => {
    await using rig = await visionRig();
    const camera = await rig.addCamera();
    const evidence = { faceModel: "no-such-model" };
    await rig.vision.apply(visionSite([{ id: "gate", settings: mjpegSettings(camera) }], { vision: { evidence } }));
    await rig.until("somebody is seen", () => rig.reading("gate", "perimeter.all.present") === 1);
    await rig.until("figures", () => rig.vision.status.beat !== undefined);
    const models = rig.vision.status.beat?.models.map(({ model, state }) => `${model} ${state}`);
    expect(models).toEqual(expect.arrayContaining(["scene-detector ready", "no-such-model missing"]));
  });
});
