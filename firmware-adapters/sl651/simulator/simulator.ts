import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";
import { z } from "zod";

import { startCalling, type CallingDevices } from "../../simulation/calling/start.ts";
import { commonLevers, stateOf, stationLever, which, whichAlone } from "../../simulation/calling/station-levers.ts";
import { lever, nothing, type Lever, type Levers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { FN } from "../message/functions.ts";
import { SimulatedStation } from "./station.ts";

export interface SimulatorOptions {
  /** Whom the stations call. */
  readonly connect: Endpoint;
  /** Ten hexadecimal digits each. */
  readonly stations: readonly string[];
  readonly transport?: "tcp" | "udp";
  readonly control?: Endpoint | undefined;
  readonly centre?: number;
  readonly password?: string;
  readonly reportEveryMs?: number;
  readonly keepAliveEveryMs?: number;
  readonly retryAfterMs?: number;
  readonly alarmLevelM?: number;
  readonly timeZone?: string;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Running stations. Disposing it hangs all of them up. */
export interface Simulator extends CallingDevices {
  readonly stations: readonly SimulatedStation[];
}

/** Starts stations that call the gateway and report. @throws SimulatorError where the levers' port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock = systemClock, log = silentLog } = options;
  const stations = options.stations.map((station) => stationOf(station, options, clock));
  const calling = await startCalling(stations, { control: options.control, levers: leversOf(stations), log });
  return { ...calling, stations };
}

function stationOf(station: string, options: SimulatorOptions, clock: Clock): SimulatedStation {
  const { connect: endpoint, transport = "tcp", centre = 1, password = "1234", alarmLevelM = 4 } = options;
  const { reportEveryMs = 10_000, keepAliveEveryMs = 30_000, retryAfterMs = 10_000 } = options;
  const { timeZone = "Asia/Shanghai" } = options;
  return new SimulatedStation({
    station,
    centre,
    password,
    endpoint,
    transport,
    reportEveryMs,
    keepAliveEveryMs,
    retryAfterMs,
    alarmLevelM,
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
      flood: at(
        z.strictObject({ ...which, mPerHour: z.number().min(-1_000).max(1_000).default(60) }).prefault({}),
        (station, body) => {
          station.river.riseMPerHour = body.mPerHour;
        },
      ),
      rain: at(
        z.strictObject({ ...which, mmPerHour: z.number().min(0).max(300).default(80) }).prefault({}),
        (station, body) => {
          station.river.rainMmPerHour = body.mmPerHour;
        },
      ),
      level: at(z.strictObject({ ...which, m: z.number().min(-1).max(12) }), (station, body) => {
        station.river.levelM = body.m;
      }),
      battery: at(z.strictObject({ ...which, v: z.number().min(0).max(99) }), (station, body) => {
        station.river.batteryV = body.v;
      }),
      sensor: at(z.strictObject({ ...which, isWorking: z.boolean() }), (station, body) =>
        station.setSensor(body.isWorking),
      ),
      hour: at(whichAlone, (station) => station.report(FN.hour)),
      split: at(
        z.strictObject({ ...which, packets: z.int().min(1).max(32), lost: z.int().min(0).max(100).default(0) }),
        (station, body) => station.split(body.packets, body.lost),
      ),
      calm: lever(nothing, state, () => {
        for (const { river } of stations) {
          Object.assign(river, { levelM: 2.5, batteryV: 12.6, riseMPerHour: 0, rainMmPerHour: 0 });
        }
      }),
    },
  };
}
