import { z } from "zod";

import { lever, nothing, type Levers } from "../../simulation/levers.ts";
import type { Misbehaviours } from "../../simulation/misbehaviours.ts";
import { stationFault } from "./fault.ts";
import { misbehaviour, type Misbehaviour } from "./server/misbehaviour.ts";
import type { Station } from "./station.ts";

export interface ControlDeps {
  readonly station: Station;
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
  /** How many requests to our unit came in, by any line. */
  readonly countRequests: () => number;
}

const storm = z.strictObject({ minutes: z.number().min(1).max(1_440).default(30) }).prefault({});

/** The simulator's levers: what people do to a real station. */
export function stationLevers({ station, misbehaviours, countRequests }: ControlDeps): Levers {
  const state = (): object => ({
    ...station.snapshot(),
    requests: countRequests(),
    misbehavioursLeft: misbehaviours.left,
  });
  return {
    state,
    levers: {
      storm: lever(storm, state, ({ minutes }) => station.beginStorm(minutes)),
      calm: lever(nothing, state, () => station.endStorm()),
      fault: lever(stationFault, state, (fault) => station.apply(fault)),
      misbehave: lever(misbehaviour, state, (next) => misbehaviours.plan(next)),
      behave: lever(nothing, state, () => misbehaviours.clear()),
    },
  };
}
