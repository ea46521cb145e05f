import { z } from "zod";

import { lever, nothing, type Levers } from "../../simulation/levers.ts";
import type { Misbehaviours } from "../../simulation/misbehaviours.ts";
import type { Meter } from "./meter.ts";
import { misbehaviour, type Misbehaviour } from "./misbehaviour.ts";

export interface ControlDeps {
  readonly meters: readonly Meter[];
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
  readonly countRequests: () => number;
}

/** The most that the digits of an active power can say. */
const MAX_KW = 79;

/** The simulator's levers: what people do to a real bus of meters. Without an address they act on all its meters. */
export function busLevers({ meters, misbehaviours, countRequests }: ControlDeps): Levers {
  const address = z
    .string()
    .refine((wanted) => meters.some((meter) => meter.address === wanted), "no meter of this address is on the bus")
    .optional();
  const load = z.strictObject({ address, kw: z.number().min(-MAX_KW).max(MAX_KW) });
  const replace = z.strictObject({ address, energyKwh: z.number().min(0).max(99_999).default(0) }).prefault({});
  const mute = z.strictObject({ address, isMute: z.boolean().default(true) }).prefault({});
  const each = (wanted: string | undefined, act: (meter: Meter) => void): void =>
    meters.filter((meter) => wanted === undefined || meter.address === wanted).forEach(act);
  const state = (): object => ({
    meters: meters.map((meter) => meter.snapshot()),
    requests: countRequests(),
    misbehavioursLeft: misbehaviours.left,
  });
  return {
    state,
    levers: {
      load: lever(load, state, (body) =>
        each(body.address, (meter) => {
          meter.loadKw = body.kw;
        }),
      ),
      replace: lever(replace, state, (body) => each(body.address, (meter) => meter.replace(body.energyKwh))),
      mute: lever(mute, state, (body) =>
        each(body.address, (meter) => {
          meter.isMute = body.isMute;
        }),
      ),
      misbehave: lever(misbehaviour, state, (next) => misbehaviours.plan(next)),
      behave: lever(nothing, state, () => misbehaviours.clear()),
    },
  };
}
