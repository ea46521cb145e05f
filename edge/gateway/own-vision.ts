import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";

import { Vision } from "../vision/core/vision.ts";
import type { Core } from "./core.ts";

/** The packages that come with the gateway. */
const SHIPPED_WEIGHTS = fileURLToPath(new URL("../../models/weights", import.meta.url));

/**
 * Vision of this gateway: its own models go before those that were shipped, its evidence lies in the state directory, and
 * every alarm about a camera asks for some.
 */
export function ownVision(deps: {
  readonly clock: Clock;
  readonly log: Log;
  readonly stateDirectory: string;
  readonly core: Pick<Core, "engine" | "publish">;
}): Vision {
  const { clock, log, stateDirectory, core } = deps;
  const vision = new Vision({
    clock,
    log,
    algorithms: readAlgorithms(),
    modelFolders: [SHIPPED_WEIGHTS, join(stateDirectory, "models")],
    evidenceFolder: join(stateDirectory, "evidence"),
    publish: (event) => core.publish(event),
    setFact: (ruleId, isSo) => core.engine.setFact(ruleId, isSo),
  });
  core.engine.subscribe((record) => vision.onAlarm(record));
  return vision;
}
