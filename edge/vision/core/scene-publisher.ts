import { eventTime, type DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { PointBoard } from "@outpost/firmware-adapters/point-board.ts";
import type { Clock, Instant } from "@outpost/kernel/clock.ts";
import type { AlgorithmManifest } from "@outpost/models/algorithm.ts";
import { visionPointId, visionPoints } from "@outpost/wire/vision-points.ts";
import type { VisionSettings } from "@outpost/wire/vision.ts";

import type { Beat, SceneMessage } from "../ipc/core-messages.ts";

export interface ScenePublisherDeps {
  readonly clock: Clock;
  readonly algorithms: ReadonlyMap<string, AlgorithmManifest>;
  publish(event: DeviceEvent): void;
}

interface Camera {
  readonly board: PointBoard;
  readonly pointIds: ReadonlySet<string>;
  isBlind: boolean;
}

/** A time in the future, or of long ago, is no picture's: then it is now. */
const OLDEST_MS = 60_000;

/**
 * Makes events of the camera's device of what the vision process tells: a measurement for every output, an occurrence for
 * everything that happened, at the time of the picture. What the site does not know is dropped.
 */
export class ScenePublisher {
  readonly #deps: ScenePublisherDeps;
  readonly #cameras = new Map<string, Camera>();
  #time: Instant;

  constructor(vision: VisionSettings, deps: ScenePublisherDeps) {
    this.#deps = deps;
    this.#time = deps.clock.now();
    const { clock, algorithms } = deps;
    const pictureClock: Clock = {
      now: () => this.#time,
      monotonicMs: () => clock.monotonicMs(),
      sleep: async (ms, signal) => await clock.sleep(ms, signal),
    };
    for (const camera of vision.cameras) {
      const points = visionPoints(camera, algorithms);
      const board = new PointBoard(camera.device, points, {
        clock: pictureClock,
        publish: (event) => deps.publish(event),
      });
      this.#cameras.set(camera.device, { board, pointIds: new Set(points.map(({ id }) => id)), isBlind: false });
    }
  }

  /** One algorithm's word on one frame. */
  scene({ camera: id, algorithm, scope, capturedAtMs, readings, happenings }: SceneMessage): void {
    const camera = this.#cameras.get(id);
    if (camera === undefined) return;
    this.#time = this.#at(capturedAtMs);
    camera.isBlind = false;
    for (const [output, value] of readings) {
      const pointId = visionPointId(algorithm, scope, output);
      if (!camera.pointIds.has(pointId)) continue;
      if (value === null) camera.board.bad(pointId, "not-available", "it cannot be told yet");
      else camera.board.good(pointId, value);
    }
    for (const { name, trackId, score, details } of happenings) {
      this.#deps.publish({
        kind: "occurrence",
        deviceId: id,
        name: `${algorithm}.${name}`,
        details: { ...details, scope, trackId, score: Math.round(score * 100) / 100 },
        ...eventTime(this.#time),
      });
    }
  }

  /** How the cameras fare: a camera that nobody sees has no values, good or old. */
  beat({ cameras }: Beat): void {
    this.#time = this.#deps.clock.now();
    for (const stats of cameras) {
      const camera = this.#cameras.get(stats.camera);
      if (camera === undefined) continue;
      camera.board.good("vision.fps", Math.round(stats.analysedFps * 10) / 10);
      camera.board.good("vision.shortfall", Math.round(stats.shortfall * 100));
      if (stats.trouble !== null && stats.analysedFps === 0) this.#blind(camera, stats.trouble.message);
    }
  }

  /** Vision is down: nobody may take the last values for what is so now. */
  down(reason: string): void {
    this.#time = this.#deps.clock.now();
    for (const camera of this.#cameras.values()) this.#blind(camera, `vision: ${reason}`);
  }

  #blind(camera: Camera, reason: string): void {
    if (camera.isBlind) return;
    camera.isBlind = true;
    for (const id of camera.pointIds) {
      if (!id.startsWith("vision.")) camera.board.bad(id, "not-available", reason.slice(0, 200));
    }
  }

  /** The moment of a picture, by both clocks. */
  #at(capturedAtMs: number): Instant {
    const now = this.#deps.clock.now();
    const agoMs = now.monotonicMs - capturedAtMs;
    if (!(agoMs >= 0 && agoMs <= OLDEST_MS)) return now;
    return { ...now, monotonicMs: capturedAtMs, wallMs: now.wallMs - agoMs };
  }
}
