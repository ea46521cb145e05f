import type { Detection } from "@outpost/models/decoders/detections/detection.ts";
import type { Scope } from "@outpost/models/evaluators/evaluator.ts";
import type { Size } from "@outpost/models/preprocess/placement.ts";
import { fitGroundPlane, type GroundPlane } from "@outpost/models/zones/ground-plane.ts";
import { parsePolygon } from "@outpost/models/zones/polygon.ts";
import type { VisionCameraSettings } from "@outpost/wire/vision.ts";

/** Every camera's pictures are laid on a plane of this width, so that zones and thresholds outlive a change of resolution. */
export const PLANE_WIDTH = 1_280;

/** The plane for pictures of this shape. */
export function planeOf({ width, height }: Size): Size {
  return { width: PLANE_WIDTH, height: Math.round((PLANE_WIDTH * height) / width) };
}

/** Detections in pixels of a picture, laid on its plane. */
export function onPlane(detections: readonly Detection[], picture: Size, plane: Size): readonly Detection[] {
  const [sx, sy] = [plane.width / picture.width, plane.height / picture.height];
  return detections.map(({ box, score, classIndex }) => ({
    box: { x1: box.x1 * sx, y1: box.y1 * sy, x2: box.x2 * sx, y2: box.y2 * sy },
    score,
    classIndex,
  }));
}

/**
 * A camera's zones and lines on its plane, by id.
 *
 * @throws ModelError `models/bad-geometry` where a zone crosses itself or the marks lie on no plane.
 */
export function scopesOf(camera: VisionCameraSettings, plane: Size): ReadonlyMap<string, Scope> {
  const at = ([x, y]: readonly [number, number]) => ({ x: x * plane.width, y: y * plane.height });
  const ground = groundOf(camera, plane);
  const zones = camera.zones.map(({ id, corners }) => {
    return [id, { kind: "zone", polygon: parsePolygon(corners.map(at)), plane, ground }] as const;
  });
  const lines = camera.lines.map(({ id, from, to }) => [id, { kind: "line", a: at(from), b: at(to), plane }] as const);
  return new Map<string, Scope>([...zones, ...lines]);
}

function groundOf({ ground }: VisionCameraSettings, plane: Size): GroundPlane | undefined {
  if (ground === undefined) return undefined;
  return fitGroundPlane(
    ground.map(({ at: [x, y], metres: [east, north] }) => ({
      pixel: { x: x * plane.width, y: y * plane.height },
      metres: { x: east, y: north },
    })),
  );
}
