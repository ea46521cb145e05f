import { parameterFaults, scopesOf, type AlgorithmManifest } from "@outpost/models/algorithm.ts";
import { parsePolygon } from "@outpost/models/zones/polygon.ts";

import type { VisionCameraSettings, VisionSettings } from "./vision.ts";

interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What the schema cannot see, because it takes the algorithm packages to know. */
export function visionCheck(
  vision: VisionSettings | undefined,
  algorithms: ReadonlyMap<string, AlgorithmManifest>,
): readonly Fault[] {
  return (vision?.cameras ?? []).flatMap((camera, index) => {
    const at = ["vision", "cameras", index];
    return [...zoneFaults(camera, at), ...useFaults(camera, algorithms, at)];
  });
}

function zoneFaults({ zones }: VisionCameraSettings, at: readonly PropertyKey[]): readonly Fault[] {
  return zones.flatMap(({ corners }, index) => {
    try {
      parsePolygon(corners.map(([x, y]) => ({ x: x * 1_280, y: y * 720 })));
      return [];
    } catch (error) {
      return [
        { path: [...at, "zones", index, "corners"], message: error instanceof Error ? error.message : String(error) },
      ];
    }
  });
}

function useFaults(
  camera: VisionCameraSettings,
  algorithms: ReadonlyMap<string, AlgorithmManifest>,
  at: readonly PropertyKey[],
): readonly Fault[] {
  return camera.algorithms.flatMap(({ id, at: scopes, parameters }, index) => {
    const path = [...at, "algorithms", index];
    const algorithm = algorithms.get(id);
    if (algorithm === undefined) {
      const known = [...algorithms.keys()].toSorted().join(", ");
      return [{ path: [...path, "id"], message: `expected an algorithm (${known}), found "${id}"` }];
    }
    const takes = scopesOf(algorithm);
    const wrongScopes = scopes.flatMap((scope, place) => {
      const kind = camera.zones.some((one) => one.id === scope) ? "zone" : "line";
      const takesIt = takes.some((one) => one === kind);
      return takesIt
        ? []
        : [{ path: [...path, "at", place], message: `expected a ${takes.join(" or ")}, found the ${kind} "${scope}"` }];
    });
    const wrongParameters = parameterFaults(algorithm, parameters).map(({ name, message }) => {
      return { path: [...path, "parameters", name], message };
    });
    return [...wrongScopes, ...wrongParameters];
  });
}
