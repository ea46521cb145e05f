import { ModelError } from "../errors.ts";
import type { Day } from "./engine/daylight.ts";
import { Dice } from "./engine/dice.ts";
import type { Frame, FrameTruth } from "./engine/frame.ts";
import { Renderer, type FrameOptions } from "./engine/render.ts";
import type { Place, Split } from "./place.ts";
import { PLACE_NAMES, PLACES } from "./places.ts";

/** Which scene, and how it is looked at. */
export interface SceneRequest {
  readonly scene: string;
  readonly seed: number;
  readonly split: Split;
  /** One structure of the split by name; the seed's choice where absent. */
  readonly structure?: string;
  /** Weather and hour; the seed's choice where absent. */
  readonly day?: Day;
  readonly width?: number;
  readonly height?: number;
  /** Inner pixels a pixel, each way: 2 (unless given) has smooth edges, 1 is some three times faster. */
  readonly fineness?: 1 | 2;
}

/** A scene in time. The same request gives the same frames, whichever are asked for and in whatever order. */
export interface Scene {
  readonly name: string;
  readonly split: Split;
  readonly structure: string;
  readonly seed: number;
  readonly jpegQuality: number;
  /** RGB with the truth about it. */
  frameAt(atMs: number, options?: FrameOptions): Frame;
  /** The truth alone, without the lens. */
  truthAt(atMs: number): FrameTruth;
}

const SIDES = { least: 64, most: 4_096 } as const;

/** @throws ModelError `models/bad-scene` for a name, structure or size that there is not. */
export async function openScene(request: SceneRequest): Promise<Scene> {
  const { seed, split, width = 640, height = 360, fineness = 2 } = request;
  const place = placeNamed(request.scene);
  const structure = structureOf(place, request);
  for (const side of [width, height]) {
    if (!(Number.isInteger(side) && side >= SIDES.least && side <= SIDES.most && side % 2 === 0)) {
      throw new ModelError(
        "models/bad-scene",
        `width and height are even numbers of ${SIDES.least} to ${SIDES.most}, not ${side}`,
      );
    }
  }
  const world = await place.build({ seed, structure, ...(request.day === undefined ? {} : { day: request.day }) });
  const renderer = new Renderer(world, { width, height, fineness });
  return {
    name: place.name,
    split,
    structure,
    seed,
    jpegQuality: world.lens.jpegQuality,
    frameAt: (atMs, options) => renderer.frameAt(atMs, options),
    truthAt: (atMs) => renderer.truthAt(atMs),
  };
}

function placeNamed(name: string): Place {
  const place = PLACES.find((one) => one.name === name);
  if (place === undefined)
    throw new ModelError("models/bad-scene", `no scene "${name}"; there are ${PLACE_NAMES.join(", ")}`);
  return place;
}

function structureOf(place: Place, { seed, split, structure }: SceneRequest): string {
  const names = place.structures.filter((one) => one.split === split).map(({ name }) => name);
  if (structure === undefined) return new Dice(seed).fork("structure").pick(names);
  if (!names.includes(structure)) {
    throw new ModelError(
      "models/bad-scene",
      `${place.name} has no "${structure}" in ${split}; there are ${names.join(", ")}`,
    );
  }
  return structure;
}
