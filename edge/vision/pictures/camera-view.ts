import type { VisionCameraSettings } from "@outpost/wire/vision.ts";

import type { PipelineCamera } from "../pipeline/pipeline.ts";
import type { CameraView } from "./picture-server.ts";

/** What the technician sees drawn over a camera's still: tracks, zones and lines, as shares of the picture. */
export function cameraView(
  { id, ring, seats }: PipelineCamera,
  { zones, lines }: Pick<VisionCameraSettings, "zones" | "lines">,
): CameraView {
  const seen = ring.newest;
  return {
    camera: id,
    capturedAtMs: seen?.capturedAtMs ?? null,
    size: seen === undefined ? null : { width: seen.width, height: seen.height },
    tracks: seats.flatMap((seat) => {
      const scene = seat.scene?.scene;
      const plane = scene?.plane;
      if (scene === undefined || plane === undefined) return [];
      return scene.tracks.map(({ id: trackId, phase, classIndex, score, box }) => ({
        id: trackId,
        phase,
        className: scene.className(classIndex),
        score,
        box: [box.x1 / plane.width, box.y1 / plane.height, box.x2 / plane.width, box.y2 / plane.height] as const,
      }));
    }),
    zones: zones.map((zone) => ({ id: zone.id, corners: zone.corners })),
    lines: lines.map((line) => ({ id: line.id, from: line.from, to: line.to })),
  };
}
