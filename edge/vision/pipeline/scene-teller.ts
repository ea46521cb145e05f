import type { SceneMessage } from "../ipc/core-messages.ts";
import type { SceneStep } from "../scene/camera-scene.ts";

/** However little changes, the numbers are told this often: rules watch for points that fall silent. */
const TELL_EVERY_MS = 1_000;
const MAX_HAPPENINGS = 100;

interface Told {
  readonly atMs: number;
  readonly counts: string;
}

/** Turns an algorithm's steps into messages: at once what happened and whatever counts, the rest once a second. */
export class SceneTeller {
  readonly #told = new Map<string, Told>();

  /** @returns undefined where there is nothing to tell yet. */
  tell(camera: string, { algorithm, scope, evaluation }: SceneStep, capturedAtMs: number): SceneMessage | undefined {
    const { readings, happenings } = evaluation;
    const key = `${camera} ${algorithm} ${scope}`;
    const before = this.#told.get(key);
    // Times and shares move with every frame; counts, levels and bits are what rules act upon.
    const counts = Object.values(readings)
      .map((value) => (value === undefined || Number.isInteger(value) ? String(value) : ""))
      .join();
    const isDue = before === undefined || capturedAtMs - before.atMs >= TELL_EVERY_MS || before.counts !== counts;
    if (!isDue && happenings.length === 0) return undefined;
    this.#told.set(key, { atMs: capturedAtMs, counts });
    return {
      kind: "scene",
      camera,
      algorithm,
      scope,
      capturedAtMs,
      readings: Object.entries(readings).map(([output, value]) => [output, value ?? null]),
      happenings: happenings.slice(0, MAX_HAPPENINGS).map(({ name, trackId, score, details }) => {
        return { name, trackId, score: Math.min(1, Math.max(0, score)), details: { ...details } };
      }),
    };
  }
}
