/** Head of one pump at no flow, metres. */
const SHUT_OFF_HEAD_M = 18;
/** How a pump's head falls with the square of its own flow, m/(L/s)². */
const PUMP_LOSS = 0.005;
/** How the rising main's loss grows with the square of the whole flow, m/(L/s)². */
const MAIN_LOSS = 0.001_25;
/** Where the rising main ends, metres above the floor of the well. */
const DISCHARGE_M = 10;
const EFFICIENCY = 0.6;
const NO_LOAD_KW = 1.2;
const LINE_V = 400;
const POWER_FACTOR = 0.85;
/** A soft starter lets a multiple of the working current through while it ramps up. */
const START_CURRENT_FACTOR = 3;

/** What one pump moves and draws. */
export interface PumpDuty {
  readonly flowLps: number;
  readonly powerKw: number;
  readonly currentA: number;
}

const AT_REST: PumpDuty = { flowLps: 0, powerKw: 0, currentA: 0 };

/**
 * Where the pump curve meets the system curve, for pumps that share one rising main: the second pump adds less than the
 * first.
 *
 * @param levelM  water above the floor of the well; the lower, the higher the lift.
 * @param ramps   each pump's speed, 0 at rest to 1 at full speed.
 */
export function pumpDuties(levelM: number, ramps: readonly number[]): readonly PumpDuty[] {
  const turning = ramps.filter((ramp) => ramp > 0).length;
  const liftM = DISCHARGE_M - levelM;
  const fullFlowLps = Math.sqrt(Math.max(0, SHUT_OFF_HEAD_M - liftM) / (PUMP_LOSS + MAIN_LOSS * turning ** 2));
  return ramps.map((ramp) => (ramp > 0 ? dutyAt(fullFlowLps * ramp, ramp) : AT_REST));
}

function dutyAt(flowLps: number, ramp: number): PumpDuty {
  const headM = SHUT_OFF_HEAD_M - PUMP_LOSS * flowLps ** 2;
  const hydraulicKw = (9.81 * flowLps * headM) / 1_000;
  const powerKw = NO_LOAD_KW * ramp + hydraulicKw / EFFICIENCY;
  const workingA = (powerKw * 1_000) / (Math.sqrt(3) * LINE_V * POWER_FACTOR);
  return { flowLps, powerKw, currentA: ramp < 1 ? workingA + START_CURRENT_FACTOR * 10 * (1 - ramp) : workingA };
}
