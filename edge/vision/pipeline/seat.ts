import type { PriorityClass } from "@outpost/models/algorithm.ts";
import type { Detection } from "@outpost/models/decoders/detections/detection.ts";
import type { VisionCameraSettings } from "@outpost/wire/vision.ts";

import { CameraScene, type AlgorithmUse } from "../scene/camera-scene.ts";
import { CLOSED_GATE, type GateState } from "../scene/motion-gate.ts";
import { Figures } from "./figures.ts";
import type { Waiting } from "./next-work.ts";
import type { Demand } from "./plan-rates.ts";

/** Before the first look nobody knows what one costs; a guess in milliseconds for a small detector. */
const FIRST_COST_MS = 35;
const COST_SHARE = 0.1;
const RANK: Readonly<Record<PriorityClass, number>> = { critical: 0, standard: 1, slow: 2 };

/** One model on one camera: who looks, how often, and what has come of it. */
export interface Seat {
  readonly key: string;
  readonly camera: VisionCameraSettings;
  readonly model: string;
  readonly uses: readonly AlgorithmUse[];
  readonly wantedFps: number;
  readonly priority: PriorityClass;
  readonly isGated: boolean;
  readonly figures: Figures;
  fps: number;
  shortfall: number;
  costMs: number;
  dueMs: number;
  isBusy: boolean;
  /** Of the last frame it took. */
  sequence: number;
  gate: GateState;
  passedOver: number;
  /** Made when the model is known; and anew when its classes change. */
  scene: { readonly scene: CameraScene; readonly classes: readonly string[] } | undefined;
  trouble: { readonly code: string; readonly message: string } | undefined;
}

/** A camera's algorithms by the model they share: one run a frame for all of them. */
export function seatsOf(camera: VisionCameraSettings, uses: readonly AlgorithmUse[]): readonly Seat[] {
  const models = [...new Set(uses.map(({ algorithm }) => algorithm.model))];
  return models.map((model) => {
    const own = uses.filter(({ algorithm }) => algorithm.model === model);
    const rates = own.map(({ algorithm, settings }) => settings.framesPerSecond ?? algorithm.framesPerSecond);
    const priorities = own.map(({ algorithm }) => algorithm.priority).toSorted((a, b) => RANK[a] - RANK[b]);
    return {
      key: `${camera.device} ${model}`,
      camera,
      model,
      uses: own,
      wantedFps: Math.max(...rates),
      priority: priorities[0] ?? "standard",
      isGated: camera.isGated && own.every(({ algorithm }) => algorithm.isGatingAllowed),
      figures: new Figures(),
      fps: Math.max(...rates),
      shortfall: 0,
      costMs: FIRST_COST_MS,
      dueMs: 0,
      isBusy: false,
      sequence: 0,
      gate: CLOSED_GATE,
      passedOver: 0,
      scene: undefined,
      trouble: undefined,
    };
  });
}

/** What a seat wants of the machine. */
export function demandOf({ key, wantedFps, priority, costMs }: Seat): Demand {
  return { key, wantedFps, priority, costMs };
}

/** How a seat stands in the queue; `newest` is the camera's newest picture's number, 0 where there is none. */
export function waitingOf({ key, fps, priority, dueMs, sequence, isBusy }: Seat, newest: number): Waiting {
  return { key, fps, priority, dueMs, hasFrame: newest > sequence, isBusy };
}

/** Takes the cost of a look into the mean. */
export function noteCost(seat: Seat, cpuMs: number): void {
  seat.costMs += COST_SHARE * (cpuMs - seat.costMs);
}

/** The scene for a model's classes: the one there is where they are the same, so that a new version keeps the tracks. */
export function sceneFor(seat: Seat, classes: readonly string[]): CameraScene {
  const isSame = seat.scene?.classes.join() === classes.join();
  if (seat.scene !== undefined && isSame) return seat.scene.scene;
  const scene = new CameraScene(seat.camera, seat.uses, classes);
  seat.scene = { scene, classes };
  return scene;
}

/** Six numbers a thing, as a session process answers. */
export function unpack(found: readonly number[]): readonly Detection[] {
  const detections: Detection[] = [];
  for (let at = 0; at + 5 < found.length; at += 6) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0, classIndex = 0] = found.slice(at, at + 6);
    detections.push({ box: { x1, y1, x2, y2 }, score, classIndex });
  }
  return detections;
}
