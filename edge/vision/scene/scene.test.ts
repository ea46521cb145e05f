import { parseAlgorithm } from "@outpost/models/algorithm.ts";
import type { Detection } from "@outpost/models/decoders/detections/detection.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";
import { visionSettings, type VisionCameraSettings } from "@outpost/wire/vision.ts";
import { describe, expect, it } from "vitest";

import { CameraScene, type AlgorithmUse, type SceneStep } from "./camera-scene.ts";
import { CLOSED_GATE, DEFAULT_GATE, gateAfter, gateFor } from "./motion-gate.ts";

const SHIPPED = readAlgorithms();
const NAME = { zh: "区域", en: "zone" };
const SQUARE = [
  [0.5, 0],
  [1, 0],
  [1, 1],
  [0.5, 1],
];

function camera(algorithms: readonly object[], corners: readonly (readonly number[])[] = SQUARE): VisionCameraSettings {
  const parsed = visionSettings.shape.cameras.element.parse({
    device: "gate",
    zones: [{ id: "yard", name: NAME, corners }],
    algorithms,
  });
  return parsed;
}

function uses(settings: VisionCameraSettings): readonly AlgorithmUse[] {
  return settings.algorithms.map((one) => ({ algorithm: parseAlgorithm(SHIPPED.get(one.id)), settings: one }));
}

const person = (x: number, width: number): Detection => ({
  box: { x1: x * width, y1: 0.3 * width, x2: (x + 0.1) * width, y2: 0.5 * width },
  score: 0.9,
  classIndex: 0,
});
const last = (steps: readonly SceneStep[], algorithm: string) =>
  steps.find((one) => one.algorithm === algorithm)?.evaluation.readings;

describe("a camera's scene", () => {
  it("gives every algorithm on one model its own view of the same tracks", () => {
    const settings = camera([
      { id: "perimeter", at: ["yard"] },
      { id: "loitering", at: ["yard"], parameters: { limitS: 3 } },
      { id: "illegal-parking", at: ["yard"] },
    ]);
    const scene = new CameraScene(settings, uses(settings), ["person", "car"]);
    let steps: readonly SceneStep[] = [];
    for (let frame = 0; frame < 40; frame += 1) {
      steps = scene.step([person(0.7, 640)], { width: 640, height: 360 }, frame / 5, 0.2);
    }
    expect(last(steps, "perimeter")).toEqual({ present: 1, count: 1 });
    expect(last(steps, "loitering")).toMatchObject({ over: 1 });
    expect(last(steps, "illegal-parking")).toEqual({ parked: 0, dwell: 0 });
  });

  it("keeps its tracks when the stream changes its resolution, and begins anew when it changes its shape", () => {
    const settings = camera([{ id: "perimeter", at: ["yard"] }]);
    const scene = new CameraScene(settings, uses(settings), ["person"]);
    for (let frame = 0; frame < 10; frame += 1) {
      scene.step([person(0.7, 640)], { width: 640, height: 360 }, frame / 5, 0.2);
    }
    const before = scene.tracks.map(({ id }) => id);
    const steps = scene.step([person(0.7, 1_920)], { width: 1_920, height: 1_080 }, 2, 0.2);
    expect(scene.tracks.map(({ id }) => id)).toEqual(before);
    expect(last(steps, "perimeter")).toEqual({ present: 1, count: 1 });
    expect(last(scene.step([], { width: 640, height: 480 }, 2.2, 0.2), "perimeter")).toEqual({ present: 0, count: 0 });
    expect(scene.tracks).toEqual([]);
  });

  it("stands still where pictures are passed over", () => {
    const settings = camera([{ id: "loitering", at: ["yard"], parameters: { limitS: 5 } }]);
    const scene = new CameraScene(settings, uses(settings), ["person"]);
    for (let frame = 0; frame < 10; frame += 1) {
      scene.step([person(0.7, 640)], { width: 640, height: 360 }, frame / 5, 0.2);
    }
    let steps: readonly SceneStep[] = [];
    for (let frame = 10; frame < 60; frame += 1) steps = scene.stepStill(frame / 5, 0.2);
    expect(last(steps, "loitering")).toMatchObject({ over: 1, count: 1 });
  });

  it("confirms things also at one picture in two seconds", () => {
    const settings = camera([{ id: "crowd", at: ["yard"], parameters: { mediumAt: 1, highAt: 2 } }]);
    const scene = new CameraScene(settings, uses(settings), ["person"]);
    let steps: readonly SceneStep[] = [];
    for (let frame = 0; frame < 6; frame += 1) {
      // Missed in every third picture.
      const found = frame % 3 === 1 ? [] : [person(0.7, 640)];
      steps = scene.step(found, { width: 640, height: 360 }, frame * 2, 2);
    }
    expect(last(steps, "crowd")).toMatchObject({ count: 1 });
  });

  it("refuses a model without the classes, and a zone that crosses itself", () => {
    const settings = camera([{ id: "illegal-parking", at: ["yard"] }]);
    expect(() => new CameraScene(settings, uses(settings), ["person"])).toThrow(
      expect.objectContaining({ code: "vision/no-class" }),
    );
    const crossed = camera(
      [{ id: "perimeter", at: ["yard"] }],
      [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
      ],
    );
    expect(() => new CameraScene(crossed, uses(crossed), ["person"])).toThrow(
      expect.objectContaining({ code: "models/bad-geometry" }),
    );
  });
});

describe("the motion gate", () => {
  it.each([
    ["looks at the first picture", CLOSED_GATE, 0, "look"],
    ["passes over still ones", { lookedAtMs: 0, movedAtMs: undefined }, 9_999, "if-moved"],
    ["looks again after a while all the same", { lookedAtMs: 0, movedAtMs: undefined }, 10_000, "look"],
    ["looks at all of them for a while after motion", { lookedAtMs: 5_000, movedAtMs: 4_000 }, 5_999, "look"],
    ["and not for ever", { lookedAtMs: 5_900, movedAtMs: 4_000 }, 6_000, "if-moved"],
  ] as const)("%s", (_, state, nowMs, expected) => {
    expect(gateFor(state, nowMs, DEFAULT_GATE)).toBe(expected);
  });

  it("takes an answer for motion only where that was asked", () => {
    expect(gateAfter(CLOSED_GATE, "look", "looked", 5)).toEqual({ lookedAtMs: 5, movedAtMs: undefined });
    expect(gateAfter({ lookedAtMs: 5, movedAtMs: 1 }, "if-moved", "looked", 9)).toEqual({
      lookedAtMs: 9,
      movedAtMs: 9,
    });
    expect(gateAfter({ lookedAtMs: 5, movedAtMs: 1 }, "if-moved", "still", 9)).toEqual({ lookedAtMs: 5, movedAtMs: 1 });
  });
});
