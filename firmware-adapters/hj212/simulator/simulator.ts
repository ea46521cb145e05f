import { systemClock, type Clock } from "@outpost/kernel/clock.ts";
import { silentLog, type Log } from "@outpost/kernel/log.ts";
import { z } from "zod";

import { lever, listenForLevers, nothing, type Levers } from "../../simulation/levers.ts";
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
export interface Simulator extends AsyncDisposable {
  readonly ports: { readonly control: number | undefined };
  readonly stations: readonly SimulatedStation[];
}

const which = { station: z.int().min(0).max(99).default(0) };
const code = z.string().min(1).max(20);

/** Starts stations that call the gateway and report. @throws SimulatorError where the levers' port cannot be had. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { clock = systemClock, log = silentLog } = options;
  const stations = options.mns.map((mn) => stationOf(mn, options, clock));
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
  const state = (): object => ({ stations: stations.map((station) => station.state) });
  const at = <T extends { readonly station: number }>(
    schema: z.ZodType<T>,
    act: (station: SimulatedStation, body: T) => boolean | void,
  ) =>
    lever(schema, state, (body) => {
      const station = stations[body.station];
      return station === undefined ? false : act(station, body);
    });
  const seconds = z.number().min(0).max(86_400);
  return {
    state,
    levers: {
      show: at(
        z.strictObject({ ...which, code, value: z.number().optional(), flag: z.string().max(4).optional() }),
        (station, body) => station.show(body.code, body.value, body.flag),
      ),
      report: at(z.strictObject(which).prefault({}), (station) => station.report()),
      minute: at(z.strictObject(which).prefault({}), (station) => station.report(CN.minute)),
      silence: at(z.strictObject({ ...which, seconds }), (station, body) => station.beSilent(body.seconds * 1_000)),
      "hang-up": at(z.strictObject({ ...which, stayAway: z.boolean().default(false) }).prefault({}), (station, body) =>
        station.hangUp(body.stayAway),
      ),
      "call-again": at(z.strictObject(which).prefault({}), (station) => station.callAgain()),
      split: at(z.strictObject({ ...which, parts: z.int().min(1).max(64) }), (station, body) =>
        station.split(body.parts),
      ),
      clock: at(z.strictObject({ ...which, aheadMs: z.int().min(-1e11).max(1e11) }), (station, body) =>
        station.setClockAhead(body.aheadMs),
      ),
      "ask-time": at(z.strictObject(which).prefault({}), (station) => station.askTime()),
      "wrong-crc": at(z.strictObject({ ...which, count: z.int().min(0).max(1_000) }), (station, body) =>
        station.spoilCrcs(body.count),
      ),
      garbage: at(z.strictObject({ ...which, hex: z.string().regex(/^([0-9a-f]{2}){1,1000}$/i) }), (station, body) =>
        station.sendGarbage(Buffer.from(body.hex, "hex")),
      ),
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
