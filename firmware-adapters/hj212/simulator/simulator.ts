import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";
import { z } from "zod";

import { startCalling, type CallingDevices } from "../../simulation/calling/start.ts";
import { commonLevers, stateOf, stationLever, which, whichAlone } from "../../simulation/calling/station-levers.ts";
import { lever, nothing, type Lever, type Levers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { CN } from "../message/commands.ts";
import { SimulatedStation } from "./station.ts";

export interface SimulatorOptions {
  /** Whom the stations call. */
  readonly connect: Endpoint;
  readonly mns: readonly string[];
  readonly control?: Endpoint | undefined;
  readonly password?: string;
  readonly codes?: readonly string[];
  readonly realtimeEveryMs?: number;
  readonly minuteEveryMs?: number;
  readonly retryAfterMs?: number;
  readonly timeZone?: string;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Running stations. Disposing it hangs all of them up. */
export interface Simulator extends CallingDevices {
  readonly stations: readonly SimulatedStation[];
}

const code = z.string().min(1).max(20);

/** Starts stations that call the gateway and report. @throws SimulatorError where the levers' port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock = systemClock, log = silentLog } = options;
  const stations = options.mns.map((mn) => stationOf(mn, options, clock));
  const calling = await startCalling(stations, { control: options.control, levers: leversOf(stations), log });
  return { ...calling, stations };
}

function stationOf(mn: string, options: SimulatorOptions, clock: Clock): SimulatedStation {
  const { password = "123456", codes = ["w01018", "w01001", "w21003", "w01009"], timeZone = "Asia/Shanghai" } = options;
  const { connect: centre, realtimeEveryMs = 5_000, minuteEveryMs = 60_000, retryAfterMs = 5_000 } = options;
  return new SimulatedStation({
    mn,
    password,
    codes,
    centre,
    realtimeEveryMs,
    minuteEveryMs,
    retryAfterMs,
    timeZone,
    clock,
  });
}

function leversOf(stations: readonly SimulatedStation[]): Levers {
  const state = (): object => stateOf(stations);
  const at = <Body extends { readonly station: number }>(
    schema: z.ZodType<Body>,
    act: (station: SimulatedStation, body: Body) => boolean | void,
  ): Lever => stationLever(stations, schema, act);
  return {
    state,
    levers: {
      ...commonLevers(stations),
      show: at(
        z.strictObject({ ...which, code, value: z.number().optional(), flag: z.string().max(4).optional() }),
        (station, body) => station.show(body.code, body.value, body.flag),
      ),
      minute: at(whichAlone, (station) => station.report(CN.minute)),
      split: at(z.strictObject({ ...which, parts: z.int().min(1).max(64) }), (station, body) =>
        station.split(body.parts),
      ),
      "ask-time": at(whichAlone, (station) => station.askTime()),
      calm: lever(nothing, state, () => {
        for (const station of stations) {
          for (const [index, instrument] of station.instruments.entries()) {
            station.show(instrument.code, 5 + index, "N");
          }
        }
      }),
    },
  };
}
