import type { PointDescription } from "@outpost/firmware-adapters/adapter.ts";
import { outputsOf, type AlgorithmManifest } from "@outpost/models/algorithm.ts";

import type { VisionCameraSettings } from "./vision.ts";

/** A camera's points beside those of its device: one for every output of every algorithm at every zone or line. */
export type VisionPoint = PointDescription & {
  /** A change up to this is not worth keeping. */
  readonly deadband: number;
};

/** The id of an output's point. */
export function visionPointId(algorithm: string, scope: string, output: string): string {
  return `${algorithm}.${scope}.${output}`;
}

/** Changes up to this are not worth keeping: a stay grows with every second. */
const DEADBANDS: Readonly<Record<string, number>> = { s: 10, "%": 5, "km/h": 5, "/min": 2, "1/s": 1 };

const OWN: readonly VisionPoint[] = [
  {
    id: "vision.fps",
    unit: "1/s",
    name: { zh: "分析帧率", en: "Pictures looked at" },
    deadband: DEADBANDS["1/s"] ?? 0,
  },
  {
    id: "vision.shortfall",
    unit: "%",
    name: { zh: "算力不足", en: "Missing of the wanted rate" },
    deadband: DEADBANDS["%"] ?? 0,
  },
];

/** Algorithms that are not here, and zones that do not fit, have no points; the site check says so. */
export function visionPoints(
  camera: VisionCameraSettings,
  algorithms: ReadonlyMap<string, AlgorithmManifest>,
): readonly VisionPoint[] {
  const points = camera.algorithms.flatMap(({ id, at }) => {
    const algorithm = algorithms.get(id);
    if (algorithm === undefined) return [];
    return at.flatMap((scopeId) => {
      const zone = camera.zones.find((one) => one.id === scopeId);
      const scope = zone ?? camera.lines.find((one) => one.id === scopeId);
      if (scope === undefined) return [];
      return outputsOf(algorithm, zone === undefined ? "line" : "zone").map((output) => ({
        id: visionPointId(id, scopeId, output.id),
        unit: output.unit,
        name: {
          zh: `${algorithm.name.zh}·${scope.name.zh}·${output.name.zh}`,
          en: `${algorithm.name.en}, ${scope.name.en}: ${output.name.en}`,
        },
        deadband: DEADBANDS[output.unit] ?? 0,
      }));
    });
  });
  return [...points, ...OWN];
}
