import type { Frame } from "@outpost/firmware-adapters/camera/sources/frame-source.ts";
import { Bell } from "@outpost/kernel/bell.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";
import { visionSettings } from "@outpost/wire/vision.ts";
import { expect, it } from "vitest";

import { FrameRing } from "../evidence/frame-ring.ts";
import type { SessionPool } from "../sessions/session-pool.ts";
import { Pipeline } from "./pipeline.ts";
import { seatsOf } from "./seat.ts";

const ZONE = {
  id: "all",
  name: { zh: "全", en: "all" },
  corners: [
    [0, 0],
    [1, 0],
    [1, 1],
  ],
};

it("a picture that waits is looked at as soon as the look before it is over, without waiting for the clock", async () => {
  const camera = visionSettings.shape.cameras.element.parse({
    device: "gate",
    zones: [ZONE],
    algorithms: [{ id: "perimeter", at: ["all"] }],
    isGated: false,
  });
  const algorithm = readAlgorithms().get("perimeter");
  const settings = camera.algorithms[0];
  if (algorithm === undefined || settings === undefined) throw new Error("perimeter is not shipped");
  const bell = new Bell();
  const clock = new ManualClock();
  const model = { kind: "ready", version: "1.0.0", grade: "real", classes: ["person"] } as const;
  let looks = 0;
  // As the pool does: it rings when a process has answered, before whoever asked has the answer.
  const pool: Pick<SessionPool, "free" | "look" | "models"> = {
    models: new Map([["scene-detector", model]]),
    free: () => Object.create(null),
    look: async () => {
      looks += 1;
      await Promise.resolve();
      bell.ring();
      return { kind: "answered", answer: { kind: "looked", id: 1, found: [], cpuMs: 1 }, body: Buffer.alloc(0) };
    },
  };
  let frame: Frame = { format: "jpeg", bytes: Buffer.alloc(1), width: 640, height: 360, capturedAtMs: 0, sequence: 1 };
  const reader = {
    get newest() {
      return frame;
    },
    take: () => {
      // Five pictures, each there when the one before is taken.
      if (frame.sequence < 5) frame = { ...frame, sequence: frame.sequence + 1, capturedAtMs: frame.capturedAtMs + 1 };
    },
    stats: () => undefined,
    dropped: 0,
    trouble: undefined,
  };
  const seats = seatsOf(camera, [{ algorithm, settings }]).map((seat) => ({
    ...seat,
    wantedFps: Infinity,
    fps: Infinity,
  }));
  const ring = new FrameRing({ keepMs: 1_000, maxBytes: 1_000 });
  const pipeline = new Pipeline({
    clock,
    log: silentLog,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the pipeline asks these three things of a pool
    pool: pool as SessionPool,
    bell,
    cameras: [{ id: "gate", reader, ring, seats }],
    budgetMsPerS: Infinity,
    onScene() {},
    onLooked() {},
  });
  const stop = new AbortController();
  const running = pipeline.run(stop.signal);
  // The clock stands still all the while.
  for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
  expect(looks).toBe(5);
  stop.abort();
  await running;
});
