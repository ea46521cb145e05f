import { TAG } from "./car-park.ts";

/** Meter values in each transaction of the mix. */
export const METER_VALUES = 20;
/** A heartbeat goes with so many other messages. */
const PER_HEARTBEAT = 10;

export interface MixCall {
  readonly action: string;
  readonly payload: object;
}

/** Messages in one mix, at most: a start, meter values, a stop, and the heartbeats between them. */
export const MIX_CALLS = METER_VALUES + 2 + Math.floor((METER_VALUES + 2) / PER_HEARTBEAT);

/**
 * One transaction of one station: start, 20 meter values, stop, a heartbeat with every tenth. Each message says the time
 * at which it is taken from here: what is older than a few minutes is dealt with otherwise.
 *
 * @param meterStartWh  higher for each mix of a station, so that no start is another's retry.
 * @param meterValues   fewer than 20 where a station is to be out of step with the others.
 * @param numberOf      the transaction's number, once the start was answered.
 */
export function* mixOf(meterStartWh: number, meterValues: number, numberOf: () => number): Generator<MixCall> {
  let sent = 0;
  const withHeartbeat = function* (call: MixCall): Generator<MixCall> {
    yield call;
    sent += 1;
    if (sent % PER_HEARTBEAT === 0) yield { action: "Heartbeat", payload: {} };
  };
  const start = { connectorId: 1, idTag: TAG, meterStart: meterStartWh, timestamp: isoNow() };
  yield* withHeartbeat({ action: "StartTransaction", payload: start });
  for (let index = 1; index <= meterValues; index += 1) {
    const payload = { connectorId: 1, transactionId: numberOf(), meterValue: [meterValue(meterStartWh + index)] };
    yield* withHeartbeat({ action: "MeterValues", payload });
  }
  const meterStop = meterStartWh + meterValues + 1;
  const stop = { transactionId: numberOf(), idTag: TAG, meterStop, timestamp: isoNow(), reason: "Local" };
  yield* withHeartbeat({ action: "StopTransaction", payload: stop });
}

/** As the stations of the measurement are set to meter: energy, power and three currents. */
function meterValue(energyWh: number): object {
  return {
    timestamp: isoNow(),
    sampledValue: [
      { value: String(energyWh), measurand: "Energy.Active.Import.Register", unit: "Wh" },
      { value: "10971", measurand: "Power.Active.Import", unit: "W" },
      current("L1"),
      current("L2"),
      current("L3"),
    ],
  };
}

function current(phase: string): object {
  return { value: "15.9", measurand: "Current.Import", phase, unit: "A" };
}

function isoNow(): string {
  return new Date().toISOString();
}
