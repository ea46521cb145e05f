import type { FrameTruth, SeenThing } from "../engine/frame.ts";
import { KINDS, type Kind } from "../engine/world.ts";

/** Labels of a set of frames in the manner of COCO: boxes are x, y, width, height in pixels. */
export interface CocoLabels {
  readonly info: Readonly<Record<string, string | number>>;
  readonly categories: readonly { readonly id: number; readonly name: Kind }[];
  readonly images: CocoImage[];
  readonly annotations: CocoAnnotation[];
}

interface CocoImage {
  readonly id: number;
  readonly file_name: string;
  /** The frame's pixels by thing: a 16-bit PNG whose values are the annotations' `thing`. */
  readonly ids_file_name: string;
  readonly width: number;
  readonly height: number;
  readonly scene: string;
  readonly split: string;
  readonly structure: string;
  readonly seed: number;
  readonly at_ms: number;
  readonly facts: FrameTruth["facts"];
  readonly regions: FrameTruth["regions"];
}

interface CocoAnnotation {
  readonly id: number;
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  /** Pixels that are seen; 0 for parts such as faces, whose pixels belong to their thing. */
  readonly area: number;
  readonly iscrowd: 0;
  readonly thing: number;
  readonly visible: number;
  readonly is_cut: boolean;
  readonly state?: string;
  readonly text?: string;
  readonly facts?: SeenThing["facts"];
}

export function emptyLabels(info: CocoLabels["info"]): CocoLabels {
  return { info, categories: KINDS.map((name, index) => ({ id: index + 1, name })), images: [], annotations: [] };
}

/** Adds one frame. Things of which less than `leastVisible` is seen are left out. */
export function addFrame(
  labels: CocoLabels,
  truth: FrameTruth,
  image: Omit<CocoImage, "id" | "width" | "height" | "at_ms" | "facts" | "regions">,
  leastVisible = 0.1,
): void {
  const imageId = labels.images.length + 1;
  const { width, height, atMs, facts, regions } = truth;
  labels.images.push({ id: imageId, ...image, width, height, at_ms: atMs, facts, regions });
  for (const thing of truth.things) {
    if (thing.visibleShare < leastVisible) continue;
    const { box, kind, id, pixels, visibleShare, isCut, state, text, facts: own } = thing;
    labels.annotations.push({
      id: labels.annotations.length + 1,
      image_id: imageId,
      category_id: KINDS.indexOf(kind) + 1,
      bbox: [tenth(box.x1), tenth(box.y1), tenth(box.x2 - box.x1), tenth(box.y2 - box.y1)],
      area: pixels,
      iscrowd: 0,
      thing: id,
      visible: Math.round(visibleShare * 100) / 100,
      is_cut: isCut,
      ...(state === undefined ? {} : { state }),
      ...(text === undefined ? {} : { text }),
      ...(own === undefined ? {} : { facts: own }),
    });
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
