import { parametersOf, type AlgorithmManifest } from "@outpost/models/algorithm.ts";
import type { Detection } from "@outpost/models/decoders/detections/detection.ts";
import type { Evaluation, Evaluator, Scope } from "@outpost/models/evaluators/evaluator.ts";
import { RULE_KINDS } from "@outpost/models/evaluators/rule-kinds.ts";
import type { Size } from "@outpost/models/preprocess/placement.ts";
import {
  DEFAULT_TRACKER,
  EMPTY_TRACKER,
  stepTracker,
  type TrackerSettings,
  type TrackerState,
} from "@outpost/models/tracking/byte-tracker.ts";
import type { Track } from "@outpost/models/tracking/track.ts";
import type { VisionCameraSettings } from "@outpost/wire/vision.ts";

import { VisionError } from "../errors.ts";
import { groupsOf } from "./class-groups.ts";
import { onPlane, planeOf, scopesOf } from "./plane.ts";

/** An algorithm at work on a camera: the package, and what the site says of it. */
export interface AlgorithmUse {
  readonly algorithm: AlgorithmManifest;
  readonly settings: VisionCameraSettings["algorithms"][number];
}

/** What an algorithm said of one frame at one of its scopes. */
export interface SceneStep {
  readonly algorithm: string;
  readonly scope: string;
  readonly evaluation: Evaluation;
}

interface Seat {
  readonly algorithm: string;
  readonly scope: string;
  readonly classIndexes: ReadonlySet<number>;
  evaluator: Evaluator;
}

/**
 * What one model's detections on one camera come to: tracks, and what every algorithm on this model makes of them. The
 * algorithms share the model's run and its tracks. Another resolution changes nothing; another shape of the picture
 * begins anew, since then the camera looks elsewhere.
 */
export class CameraScene {
  readonly #camera: VisionCameraSettings;
  readonly #uses: readonly AlgorithmUse[];
  readonly #classes: readonly string[];
  readonly #groups: readonly number[];
  #plane: Size | undefined;
  #tracker: TrackerState = EMPTY_TRACKER;
  #seats: readonly Seat[] = [];
  #last: readonly Detection[] = [];

  /**
   * @param classes  the model's, in channel order.
   * @throws VisionError `vision/no-class`; ModelError `models/bad-geometry` where a zone cannot be used as drawn.
   */
  constructor(camera: VisionCameraSettings, uses: readonly AlgorithmUse[], classes: readonly string[]) {
    this.#camera = camera;
    this.#uses = uses;
    this.#classes = classes;
    this.#groups = groupsOf(classes);
    for (const { algorithm } of uses) indexesOf(algorithm, classes);
    // A picture of some shape shows whether the zones can be used, before the first real one is here.
    scopesOf(camera, planeOf({ width: 16, height: 9 }));
  }

  get tracks(): readonly Track[] {
    return this.#tracker.tracks;
  }

  get plane(): Size | undefined {
    return this.#plane;
  }

  className(classIndex: number): string {
    return this.#classes[classIndex] ?? "";
  }

  /**
   * Takes one frame's detections.
   *
   * @param found    in pixels of `picture`.
   * @param periodS  how far apart frames are meant to be: a track must outlive a few of them, whatever the rate.
   * @returns        nothing where the frame is not newer than the last one.
   */
  step(found: readonly Detection[], picture: Size, atS: number, periodS: number): readonly SceneStep[] {
    const plane = planeOf(picture);
    if (this.#plane?.height !== plane.height) this.#begin(plane);
    this.#last = onPlane(found, picture, plane);
    return this.#advance(atS, periodS);
  }

  /** Takes a frame in which nothing moved: everything is where it was. */
  stepStill(atS: number, periodS: number): readonly SceneStep[] {
    return this.#plane === undefined ? [] : this.#advance(atS, periodS);
  }

  #begin(plane: Size): void {
    this.#plane = plane;
    this.#tracker = EMPTY_TRACKER;
    const scopes = scopesOf(this.#camera, plane);
    this.#seats = this.#uses.flatMap(({ algorithm, settings }) =>
      settings.at.flatMap((id) => {
        const scope = scopes.get(id);
        return scope === undefined ? [] : [seatOf({ algorithm, settings }, id, scope, this.#classes)];
      }),
    );
  }

  #advance(atS: number, periodS: number): readonly SceneStep[] {
    const stepped = stepTracker(this.#tracker, this.#last, atS, this.#settings(periodS));
    if (stepped.kind === "stale") return [];
    this.#tracker = stepped.state;
    return this.#seats.map((seat) => {
      const objects = stepped.state.tracks
        .filter(({ classIndex }) => seat.classIndexes.has(classIndex))
        .map(({ id, phase, classIndex, box, score }) => ({ trackId: id, phase, classIndex, box, score }));
      const { next, evaluation } = seat.evaluator.step({ atS, objects });
      seat.evaluator = next;
      return { algorithm: seat.algorithm, scope: seat.scope, evaluation };
    });
  }

  /** With few frames a second a track is dropped after so many frames instead of so much time. */
  #settings(periodS: number): TrackerSettings {
    return {
      ...DEFAULT_TRACKER,
      dropTentativeAfterS: Math.max(DEFAULT_TRACKER.dropTentativeAfterS, 1.5 * periodS),
      weakWithinS: Math.max(DEFAULT_TRACKER.weakWithinS, 2 * periodS),
      keepLostS: Math.max(DEFAULT_TRACKER.keepLostS, 4 * periodS),
      groups: this.#groups,
    };
  }
}

function seatOf(
  { algorithm, settings }: AlgorithmUse,
  scopeId: string,
  scope: Scope,
  classes: readonly string[],
): Seat {
  const rule = RULE_KINDS[algorithm.rule.kind];
  return {
    algorithm: algorithm.id,
    scope: scopeId,
    classIndexes: indexesOf(algorithm, classes),
    evaluator: rule.begin(scope, parametersOf(algorithm, settings.parameters)),
  };
}

function indexesOf({ id, classes: wanted }: AlgorithmManifest, classes: readonly string[]): ReadonlySet<number> {
  const indexes = classes.flatMap((one, index) => (wanted.includes(one) ? [index] : []));
  if (indexes.length > 0) return new Set(indexes);
  throw new VisionError("vision/no-class", `${id} looks for ${wanted.join(", ")}, of which the model knows none`);
}
