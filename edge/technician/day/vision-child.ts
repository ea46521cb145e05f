import { json } from "node:stream/consumers";

import { cameraSettings } from "@outpost/firmware-adapters/camera/settings.ts";
import { makeSource } from "@outpost/firmware-adapters/camera/sources/make-source.ts";
import { takePicture } from "@outpost/firmware-adapters/camera/sources/take-picture.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { scopesOf } from "@outpost/models/algorithm.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";

import type { AlgorithmView } from "../server/views.ts";

/**
 * A process of its own for what would hold up the alarm path. `still`: takes camera settings as JSON from standard
 * input and writes one JPEG. `algorithms`: writes the list of the algorithms that are here, as JSON.
 */
const [, , what] = process.argv;
if (what === "still") {
  const settings = cameraSettings.parse(await json(process.stdin));
  const source = makeSource(settings, { clock: systemClock, log: silentLog });
  const deps = { clock: systemClock, limits: settings };
  const { bytes } = await takePicture(source, deps, new AbortController().signal);
  process.stdout.write(bytes);
} else {
  const list = [...readAlgorithms().values()].map((algorithm): AlgorithmView => {
    const { id, name } = algorithm;
    return { id, name, scopes: [...scopesOf(algorithm)] };
  });
  process.stdout.write(JSON.stringify(list));
}
