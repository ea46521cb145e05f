import { z } from "zod";

import { lever, type Lever, type Levers } from "../../simulation/levers.ts";
import type { SimulatedChargePoint } from "./charge-point.ts";
import type { SharedSupply } from "./charger/shared-supply.ts";
import { misbehaviour } from "./line/misbehaviour.ts";

/** Which station; the first where absent. */
const station = z.string().max(48).optional();
const connector = z.int().min(1).max(32).default(1);

const which = z.strictObject({ station }).prefault({});
const place = z.strictObject({ station, connector }).prefault({});
const plug = z
  .strictObject({
    station,
    connector,
    wantsA: z.number().min(0).max(500).default(32),
    phases: z.union([z.literal(1), z.literal(3)]).default(3),
    batteryWh: z.number().min(1).max(1_000_000).default(60_000),
    chargedWh: z.number().min(0).max(1_000_000).default(12_000),
  })
  .prefault({});
const tag = z.string().min(1).max(20);
const arrival = z.strictObject({ ...plug.unwrap().shape, idTag: tag });
const wants = z.strictObject({ station, connector, wantsA: z.number().min(0).max(500) });
const swipe = z.strictObject({ station, connector, idTag: tag });
/** Errors of 1.6 section 7.6. */
const fault = z
  .strictObject({
    station,
    connector,
    errorCode: z
      .enum([
        "ConnectorLockFailure",
        "EVCommunicationError",
        "GroundFailure",
        "HighTemperature",
        "InternalError",
        "OtherError",
        "OverCurrentFailure",
        "OverVoltage",
        "PowerMeterFailure",
        "PowerSwitchFailure",
        "ReaderFailure",
        "UnderVoltage",
        "WeakSignal",
      ])
      .default("GroundFailure"),
  })
  .prefault({});
const cut = z.strictObject({ station, forS: z.number().min(0).max(86_400).default(10) }).prefault({});
const reboot = z
  .strictObject({ station, reason: z.enum(["PowerLoss", "SoftReset", "HardReset"]).default("PowerLoss") })
  .prefault({});
const lag = z.strictObject({ station, connector: connector.optional(), lagMs: z.int().min(0).max(60_000) });
const garbage = z.strictObject({ station, bytes: z.int().min(1).max(4_096).default(200) }).prefault({});
const misbehave = z.strictObject({ station, ...misbehaviour.partial().shape });

/** The simulator's levers: what drivers, electricians and bad luck do to charge points. */
export function chargePointLevers(
  stations: readonly [SimulatedChargePoint, ...SimulatedChargePoint[]],
  supply?: SharedSupply,
): Levers {
  const state = (): object => ({
    ...(supply === undefined ? {} : { supply: supply.state() }),
    stations: stations.map((one) => one.state()),
  });
  /** A lever of the station that its body names; false where there is none, or it cannot be done now. */
  const on = <T extends { station?: string | undefined }>(
    schema: z.ZodType<T>,
    act: (one: SimulatedChargePoint, body: T) => Promise<boolean> | boolean | void,
  ): Lever =>
    lever(schema, state, (body) => {
      const one = body.station === undefined ? stations[0] : stations.find(({ identity }) => identity === body.station);
      return one === undefined ? false : act(one, body);
    });
  return {
    state,
    levers: {
      plug: on(plug, (one, { connector: id, ...car }) => one.plug(id, car)),
      arrive: on(arrival, (one, { connector: id, idTag, ...car }) => one.arrive(id, idTag, car)),
      wants: on(wants, (one, body) => one.setWish(body.connector, body.wantsA)),
      unplug: on(place, (one, body) => one.unplug(body.connector)),
      // What became of it stands in the state: a refused tag is no failure of the lever.
      swipe: on(swipe, async (one, body) => (await one.swipe(body.connector, body.idTag)) !== "not-possible"),
      stop: on(place, (one, body) => one.endTransaction(body.connector)),
      fault: on(fault, (one, body) => one.fault(body.connector, body.errorCode)),
      "clear-fault": on(place, (one, body) => one.clearFault(body.connector)),
      cut: on(cut, (one, { forS }) => one.cut(forS * 1_000)),
      reboot: on(reboot, (one, { reason }) => one.reboot(reason)),
      lag: on(lag, (one, body) => one.setLag(body.lagMs, body.connector)),
      garbage: on(garbage, (one, { bytes }) => one.sendGarbage(bytes)),
      misbehave: on(misbehave, (one, body) => one.misbehave(body)),
      behave: on(which, (one) => one.behave()),
    },
  };
}
