import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";
import { z } from "zod";

import { lever, listenForLevers, nothing, type Levers } from "../../simulation/levers.ts";
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
export interface Simulator extends AsyncDisposable {
  readonly ports: { readonly control: number | undefined };
  readonly stations: readonly SimulatedStation[];
}

const which = { station: z.int().min(0).max(99).default(0) };

/** Starts stations that call the gateway and report. @throws SimulatorError where the levers' port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock = systemClock, log = silentLog } = options;
  const stations = options.stations.map((station) => stationOf(station, options, clock));
  const stop = new AbortController();
  const running = stations.map((station) => station.run(stop.signal));
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => {
    stop.abort();
    await Promise.all(running);
  });
  const control = options.control && stack.use(await listenForLevers(options.control, leversOf(stations), log));
  const opened = stack.move();
  return {
    ports: { control: control?.port },
    stations,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
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
  const state = (): object => ({ stations: stations.map((station) => station.state) });
  const at = <T extends { readonly station: number }>(
    schema: z.ZodType<T>,
    act: (station: SimulatedStation, body: T) => boolean | void,
  ) =>
    lever(schema, state, (body) => {
      const station = stations[body.station];
      return station === undefined ? false : act(station, body);
    });
  const alone = z.strictObject(which).prefault({});
  return {
    state,
    levers: {
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
      report: at(alone, (station) => station.report()),
      hour: at(alone, (station) => station.report(FN.hour)),
      silence: at(z.strictObject({ ...which, seconds: z.number().min(0).max(86_400) }), (station, body) =>
        station.beSilent(body.seconds * 1_000),
      ),
      "hang-up": at(z.strictObject({ ...which, stayAway: z.boolean().default(false) }).prefault({}), (station, body) =>
        station.hangUp(body.stayAway),
      ),
      "call-again": at(alone, (station) => station.callAgain()),
      split: at(
        z.strictObject({ ...which, packets: z.int().min(1).max(32), lost: z.int().min(0).max(100).default(0) }),
        (station, body) => station.split(body.packets, body.lost),
      ),
      clock: at(z.strictObject({ ...which, aheadMs: z.int().min(-1e11).max(1e11) }), (station, body) =>
        station.setClockAhead(body.aheadMs),
      ),
      "wrong-crc": at(z.strictObject({ ...which, count: z.int().min(0).max(1_000) }), (station, body) =>
        station.spoilCrcs(body.count),
      ),
      garbage: at(z.strictObject({ ...which, hex: z.string().regex(/^([0-9a-f]{2}){1,1000}$/i) }), (station, body) =>
        station.sendGarbage(Buffer.from(body.hex, "hex")),
      ),
      calm: lever(nothing, state, () => {
        for (const { river } of stations) {
          Object.assign(river, { levelM: 2.5, batteryV: 12.6, riseMPerHour: 0, rainMmPerHour: 0 });
        }
      }),
    },
  };
}
