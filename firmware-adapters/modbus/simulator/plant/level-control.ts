/** How many pumps there are: one on duty, one standing by. */
export type PumpIndex = 0 | 1;

/** The levels that start and stop pumps, metres above the floor of the well. */
export interface LevelSettings {
  readonly startM: number;
  readonly stopM: number;
  readonly assistM: number;
  /** Where the station wants to be seen as too high. It starts nothing. */
  readonly highM: number;
}

/** What somebody at a distance asked of a pump; `auto` is the station's own level control. */
export type RemoteOrder =
  | { readonly kind: "auto" }
  | { readonly kind: "run" }
  | { readonly kind: "hold"; readonly untilMs: number };

/** What the controller remembers. */
export interface ControlState {
  /** The pump that starts first; the other takes over after each stop. */
  readonly duty: PumpIndex;
  /** How many pumps the level calls for. */
  readonly called: 0 | 1 | 2;
  /** Without a level sensor: pumps called by the float run on until then. */
  readonly runOnUntilMs: number;
  readonly lastStartAtMs: number;
  readonly orders: readonly [RemoteOrder, RemoteOrder];
}

/** What the controller sees. `levelM` is absent while the level sensor is broken. */
export interface ControlInput {
  readonly nowMs: number;
  readonly levelM: number | undefined;
  readonly isFloatUp: boolean;
  /** No fault, not isolated, mains there. */
  readonly canRun: readonly [boolean, boolean];
  readonly isOn: readonly [boolean, boolean];
  readonly settings: LevelSettings;
}

/** Below this a pump would draw air: the station stops it whoever asked for it. */
export const DRY_RUN_LEVEL_M = 0.5;
/** Pumps never start together: the soft starters share a supply. */
const STAGGER_MS = 5_000;
const FLOAT_RUN_ON_MS = 120_000;
const AUTO: RemoteOrder = { kind: "auto" };

export const RESTING: ControlState = {
  duty: 0,
  called: 0,
  runOnUntilMs: 0,
  lastStartAtMs: -STAGGER_MS,
  orders: [AUTO, AUTO],
};

/**
 * Duty and standby control by level, with alternation, an assisting second pump, a high-level float that overrides what
 * was held off, and remote runs that end at the stop level.
 *
 * @returns the controller's next state and which contactors are closed.
 */
export function controlPumps(state: ControlState, input: ControlInput): [ControlState, readonly [boolean, boolean]] {
  const { called, runOnUntilMs } = callPumps(state, input);
  const duty = called === 0 && state.called > 0 ? other(state.duty) : state.duty;
  const orders: ControlState["orders"] = [endOrder(state.orders[0], input), endOrder(state.orders[1], input)];
  const next = { ...state, called, runOnUntilMs, duty, orders };
  const wanted = wantedPumps(next, input);
  const isOn: [boolean, boolean] = [wanted[0] && input.isOn[0], wanted[1] && input.isOn[1]];
  const starting = ([duty, other(duty)] as const).find((index) => wanted[index] && !isOn[index]);
  if (starting === undefined || input.nowMs - state.lastStartAtMs < STAGGER_MS) return [next, isOn];
  isOn[starting] = true;
  return [{ ...next, lastStartAtMs: input.nowMs }, isOn];
}

/** The controller with another order for one pump. */
export function withOrder(state: ControlState, pump: PumpIndex, order: RemoteOrder): ControlState {
  return { ...state, orders: pump === 0 ? [order, state.orders[1]] : [state.orders[0], order] };
}

/** The controller with the station back on its own level control. */
export function withoutOrders(state: ControlState): ControlState {
  return { ...state, orders: [AUTO, AUTO] };
}

function callPumps(state: ControlState, input: ControlInput): Pick<ControlState, "called" | "runOnUntilMs"> {
  const { levelM, settings, nowMs } = input;
  if (input.isFloatUp) return { called: 2, runOnUntilMs: nowMs + FLOAT_RUN_ON_MS };
  const { runOnUntilMs } = state;
  if (levelM === undefined) return { called: nowMs < runOnUntilMs ? state.called : 0, runOnUntilMs };
  if (levelM <= settings.stopM) return { called: 0, runOnUntilMs };
  if (levelM >= settings.assistM) return { called: 2, runOnUntilMs };
  if (levelM >= settings.startM && state.called === 0) return { called: 1, runOnUntilMs };
  return { called: state.called, runOnUntilMs };
}

function endOrder(order: RemoteOrder, { nowMs, levelM, settings, isFloatUp }: ControlInput): RemoteOrder {
  switch (order.kind) {
    case "auto":
      return order;
    case "run":
      return levelM !== undefined && levelM <= settings.stopM ? AUTO : order;
    case "hold":
      return isFloatUp || nowMs >= order.untilMs ? AUTO : order;
  }
}

function wantedPumps(state: ControlState, { canRun, levelM }: ControlInput): [boolean, boolean] {
  const wanted: [boolean, boolean] = [false, false];
  if (levelM !== undefined && levelM < DRY_RUN_LEVEL_M) return wanted;
  let free = state.called;
  for (const index of [state.duty, other(state.duty)] as const) {
    const order = state.orders[index].kind;
    if (!canRun[index] || order === "hold") continue;
    wanted[index] = order === "run" || free > 0;
    if (wanted[index] && free > 0) free -= 1;
  }
  return wanted;
}

function other(index: PumpIndex): PumpIndex {
  return index === 0 ? 1 : 0;
}
