import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { simulate } from "@outpost/firmware-adapters/camera/testing/rig.ts";
import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";
import type { Misdeed } from "@outpost/models/testing/tiny-onnx.ts";
import { writeTinyPackage } from "@outpost/models/testing/tiny-package.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import sharp from "sharp";

import { Vision } from "../core/vision.ts";
import { EvidenceStore, type EvidenceAbout } from "../evidence/evidence-store.ts";

export type SimulatedCamera = Awaited<ReturnType<typeof simulate>>;

const NAME = { zh: "测试", en: "test" };

/** Cameras, models and vision as a gateway has them, and all that vision said. */
export interface VisionRig extends AsyncDisposable {
  readonly folder: string;
  readonly modelFolder: string;
  readonly vision: Vision;
  readonly events: readonly DeviceEvent[];
  readonly facts: ReadonlyMap<string, boolean>;
  /** A motion-JPEG camera that shows a bright picture, on which the tiny detector sees a person; dark on request. */
  addCamera(): Promise<SimulatedCamera>;
  /** Waits until `isSo`, for as long as a slow machine may take. @throws Error with what was waited for. */
  until(what: string, isSo: () => boolean): Promise<void>;
  /** Raises an alarm about a camera, as the engine would. @returns what was kept of it. */
  keepEvidence(device: string): Promise<EvidenceAbout>;
  /** The newest reading of a point; undefined before the first, "bad" where it is bad. */
  reading(device: string, point: string): number | "bad" | undefined;
}

const PATIENCE_MS = 150_000;

/** @param misdeed  what the model does wrong. */
export async function visionRig(misdeed?: Misdeed): Promise<VisionRig> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "outpost-vision-rig-"));
  stack.defer(async () => await rm(folder, { recursive: true, force: true }));
  const modelFolder = join(folder, "models");
  await writeTinyPackage(modelFolder, "scene-detector", misdeed === undefined ? {} : { misdeed });
  const film = join(folder, "film");
  await mkdir(film);
  await writeFile(join(film, "bright.jpg"), await brightJpeg());
  const events: DeviceEvent[] = [];
  const facts = new Map<string, boolean>();
  const vision = stack.use(
    new Vision({
      clock: systemClock,
      log: silentLog,
      algorithms: readAlgorithms(),
      modelFolders: [modelFolder],
      evidenceFolder: join(folder, "evidence"),
      publish: (event) => events.push(event),
      setFact: (id, isSo) => facts.set(id, isSo),
    }),
  );
  const evidence = new EvidenceStore(join(folder, "evidence"), { maxBytes: 1e9, keepDays: 1 });
  const kept = stack.move();
  return {
    folder,
    modelFolder,
    vision,
    events,
    facts,
    addCamera: async () => kept.use(await simulate({ folder: film })),
    until: async (what, isSo) => {
      const untilMs = systemClock.monotonicMs() + PATIENCE_MS;
      while (!isSo()) {
        if (systemClock.monotonicMs() > untilMs) throw new Error(`waited in vain for: ${what}`);
        await systemClock.sleep(20);
      }
    },
    keepEvidence: async (device) => {
      vision.onAlarm(alarmAbout(device));
      const untilMs = systemClock.monotonicMs() + PATIENCE_MS;
      for (;;) {
        const [first] = await evidence.list();
        if (first !== undefined) return first;
        if (systemClock.monotonicMs() > untilMs) throw new Error("waited in vain for evidence");
        await systemClock.sleep(50);
      }
    },
    reading: (device, point) => {
      const event = events.findLast(
        (one) => one.kind === "measurement" && one.deviceId === device && one.pointId === point,
      );
      if (event?.kind !== "measurement") return undefined;
      return event.reading.quality === "good" ? event.reading.value : "bad";
    },
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

function alarmAbout(deviceId: string): AlarmRecord {
  const nowMs = Date.now();
  return {
    kind: "alarm",
    occurrenceId: "a".repeat(32),
    version: 1,
    ruleId: "intrusion",
    deviceId,
    priority: "high",
    state: "active-unacknowledged",
    suppression: { kind: "none" },
    change: "raised",
    message: NAME,
    value: 1,
    raisedAtMs: nowMs,
    occurredAtMs: nowMs,
    clockConfidence: "plausible",
  };
}

/** The settings of a simulated camera's motion JPEG. */
export function mjpegSettings({ ports }: SimulatedCamera): object {
  return {
    source: { kind: "mjpeg", url: `http://127.0.0.1:${ports.http}/mjpeg` },
    timeoutMs: 5_000,
    staleAfterMs: 5_000,
  };
}

/** A picture so bright that the tiny detector sees somebody. */
export async function brightJpeg(width = 640, height = 360): Promise<Buffer> {
  const background = { r: 230, g: 230, b: 230 };
  return await sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}
