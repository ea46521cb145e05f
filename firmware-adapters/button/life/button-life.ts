import { unreachable } from "@outpost/kernel/never.ts";

import type { Reading } from "../../event.ts";

/** What the caller sees of the call: nothing, raised, delivered, acknowledged by a person. */
export type Indicator = 0 | 1 | 2 | 3;

/** The number as what the caller may see, if it is one. */
export function asIndicator(value: number): Indicator | undefined {
  return value === 0 || value === 1 || value === 2 || value === 3 ? value : undefined;
}

/** `momentary` where the button does not say that it was let go; `held` until it does. */
export type Press =
  | { readonly kind: "none" }
  | { readonly kind: "momentary"; readonly isTest: boolean; readonly untilMs: number }
  | { readonly kind: "held"; readonly isTest: boolean; readonly sinceMs: number; readonly isStuck: boolean };

/** Everything a button shows. Undefined is not known yet. All times are monotonic. */
export interface ButtonState {
  readonly press: Press;
  readonly testUntilMs: number | undefined;
  readonly isCut: boolean | undefined;
  readonly isTampered: boolean | undefined;
  /** `none` where it reports no charge, on the mains for example. */
  readonly batteryPercent: number | "none" | undefined;
  readonly isBatteryLow: boolean | undefined;
  readonly linkQuality: number | undefined;
  readonly indicator: Indicator;
  /** Why what the caller sees cannot be set. */
  readonly indicatorFault: string | undefined;
}

export type Details = Readonly<Record<string, string | number | boolean>>;

export type ButtonInput =
  | { readonly kind: "press"; readonly how: "momentary" | "held"; readonly details?: Details }
  | { readonly kind: "release"; readonly details?: Details }
  /** A press that was written down before a restart and may not have become an alarm: shown again, told no second time. */
  | { readonly kind: "resume" }
  /** The press just taken turned out to be one that was written down long ago. */
  | { readonly kind: "forget-press" }
  | { readonly kind: "cut"; readonly isCut: boolean }
  | { readonly kind: "tamper"; readonly isTampered: boolean }
  | { readonly kind: "battery"; readonly percent?: number | "none" | undefined; readonly isLow?: boolean | undefined }
  | { readonly kind: "link-quality"; readonly value: number }
  /** It left its radio network, or came (back) to it. */
  | { readonly kind: "network"; readonly isIn: boolean }
  | { readonly kind: "test"; readonly isOn: boolean }
  | { readonly kind: "indicate"; readonly value: Indicator }
  | { readonly kind: "indicator-fault"; readonly reason: string | undefined }
  | { readonly kind: "tick" };

export type Happening =
  | "pressed"
  | "test-pressed"
  | "released"
  | "stuck"
  | "cut-wire"
  | "tamper"
  | "battery-low"
  | "left-network"
  | "joined-network"
  | "test-begun"
  | "test-ended";

export interface Happened {
  readonly name: Happening;
  readonly details: Details;
}

export interface LifeTimes {
  readonly momentaryMs: number;
  readonly testForMs: number;
  readonly stuckAfterMs: number;
  readonly batteryLowPercent: number;
}

/** A battery at its limit would otherwise turn low and good with each degree of temperature. */
const BATTERY_HYSTERESIS_PERCENT = 5;

export const newButton: ButtonState = {
  press: { kind: "none" },
  testUntilMs: undefined,
  isCut: undefined,
  isTampered: undefined,
  batteryPercent: undefined,
  isBatteryLow: undefined,
  linkQuality: undefined,
  indicator: 0,
  indicatorFault: undefined,
};

type Step = readonly [ButtonState, readonly Happened[]];

/**
 * The whole life of a button as one step.
 *
 * @param nowMs  monotonic.
 */
export function stepButton(state: ButtonState, input: ButtonInput, times: LifeTimes, nowMs: number): Step {
  switch (input.kind) {
    case "press":
      return takePress(state, input, times, nowMs);
    case "release":
      return takeRelease(state, input.details, nowMs);
    case "resume":
      if (state.press.kind !== "none") return [state, []];
      return [{ ...state, press: { kind: "momentary", isTest: false, untilMs: nowMs + times.momentaryMs } }, []];
    case "forget-press":
      return [{ ...state, press: { kind: "none" } }, []];
    case "cut":
      return takeCut(state, input.isCut);
    case "tamper":
      return [
        { ...state, isTampered: input.isTampered },
        input.isTampered && state.isTampered !== true ? [{ name: "tamper", details: {} }] : [],
      ];
    case "battery":
      return takeBattery(state, input, times);
    case "link-quality":
      return [{ ...state, linkQuality: input.value }, []];
    case "network":
      return [state, [{ name: input.isIn ? "joined-network" : "left-network", details: {} }]];
    case "test":
      return input.isOn ? beginTest(state, nowMs + times.testForMs) : endTest(state, "ended", nowMs);
    case "indicate":
      return [{ ...state, indicator: input.value }, []];
    case "indicator-fault":
      return [{ ...state, indicatorFault: input.reason }, []];
    case "tick":
      return tick(state, times, nowMs);
    default:
      return unreachable(input);
  }
}

/** When the next `tick` changes something; infinite where none does. */
export function nextDueMs({ press, testUntilMs }: ButtonState, { stuckAfterMs }: LifeTimes): number {
  const testMs = testUntilMs ?? Number.POSITIVE_INFINITY;
  if (press.kind === "momentary") return Math.min(testMs, press.untilMs);
  if (press.kind === "held" && !press.isStuck) return Math.min(testMs, press.sinceMs + stuckAfterMs);
  return testMs;
}

/** What each point reads in this state, whether the button has that point or not. */
export function readingsOf(state: ButtonState): Readonly<Record<string, Reading>> {
  const { press } = state;
  const isPressed = press.kind !== "none" && !press.isTest;
  const cutOff: Reading = { quality: "bad", reason: "not-available", detail: "the wire is cut" };
  return {
    pressed: state.isCut === true ? cutOff : good(isPressed),
    testPressed: state.isCut === true ? cutOff : good(press.kind !== "none" && press.isTest),
    test: good(state.testUntilMs !== undefined),
    stuck: good(press.kind === "held" && press.isStuck),
    cutWire: known(state.isCut),
    tamper: known(state.isTampered),
    battery:
      state.batteryPercent === "none"
        ? { quality: "bad", reason: "not-available", detail: "it reports no charge" }
        : known(state.batteryPercent),
    batteryLow: known(state.isBatteryLow),
    linkQuality: known(state.linkQuality),
    indicator:
      state.indicatorFault === undefined
        ? good(state.indicator)
        : { quality: "bad", reason: "not-available", detail: state.indicatorFault },
  };
}

function good(value: number | boolean): Reading {
  return { quality: "good", value: Number(value) };
}

function known(value: number | boolean | undefined): Reading {
  return value === undefined ? { quality: "bad", reason: "not-yet-read", detail: "not reported yet" } : good(value);
}

function takePress(
  state: ButtonState,
  { how, details = {} }: Extract<ButtonInput, { readonly kind: "press" }>,
  times: LifeTimes,
  nowMs: number,
): Step {
  // A loop that is open says nothing of the contact at its end.
  if (state.isCut === true) return [state, []];
  const old = state.press;
  if (how === "held" && old.kind === "held") return [state, []];
  const isTest = state.testUntilMs !== undefined;
  const happened: Happened = { name: isTest ? "test-pressed" : "pressed", details };
  if (old.kind === "held") return [state, [happened]];
  // A real press under way is not taken back by a test that began since.
  const stays = isTest && !(old.kind === "momentary" && !old.isTest);
  const next: Press =
    how === "held"
      ? { kind: "held", isTest: stays, sinceMs: nowMs, isStuck: false }
      : { kind: "momentary", isTest: stays, untilMs: nowMs + times.momentaryMs };
  return [{ ...state, press: next }, [happened]];
}

function takeRelease(state: ButtonState, details: Details = {}, nowMs: number): Step {
  if (state.press.kind !== "held") return [state, []];
  const heldMs = Math.round(nowMs - state.press.sinceMs);
  return [{ ...state, press: { kind: "none" } }, [{ name: "released", details: { ...details, heldMs } }]];
}

function takeCut(state: ButtonState, isCut: boolean): Step {
  if (!isCut) return [{ ...state, isCut }, []];
  const news: readonly Happened[] = state.isCut === true ? [] : [{ name: "cut-wire", details: {} }];
  return [{ ...state, isCut, press: { kind: "none" } }, news];
}

function takeBattery(
  state: ButtonState,
  { percent, isLow }: Extract<ButtonInput, { readonly kind: "battery" }>,
  { batteryLowPercent }: LifeTimes,
): Step {
  const limit = batteryLowPercent + (state.isBatteryLow === true ? BATTERY_HYSTERESIS_PERCENT : 0);
  const byCharge = percent === undefined ? undefined : percent !== "none" && percent <= limit;
  const isBatteryLow = isLow ?? byCharge ?? state.isBatteryLow;
  const batteryPercent = percent ?? state.batteryPercent;
  const isNews = isBatteryLow === true && state.isBatteryLow !== true;
  const details: Details = typeof batteryPercent === "number" ? { percent: batteryPercent } : {};
  return [{ ...state, batteryPercent, isBatteryLow }, isNews ? [{ name: "battery-low", details }] : []];
}

function beginTest(state: ButtonState, testUntilMs: number): Step {
  const news: readonly Happened[] = state.testUntilMs === undefined ? [{ name: "test-begun", details: {} }] : [];
  return [{ ...state, testUntilMs }, news];
}

function endTest(state: ButtonState, how: string, nowMs: number): Step {
  if (state.testUntilMs === undefined) return [state, []];
  const ended: ButtonState = { ...state, testUntilMs: undefined };
  const news: Happened = { name: "test-ended", details: { how } };
  if (state.press.kind !== "held" || !state.press.isTest) return [ended, [news]];
  // Somebody holds the button who has not let go for the end of the test: that may be no test any more.
  const held: Press = { kind: "held", isTest: false, sinceMs: nowMs, isStuck: state.press.isStuck };
  return [{ ...ended, press: held }, [news, { name: "pressed", details: { how: "still held when the test ended" } }]];
}

function tick(state: ButtonState, times: LifeTimes, nowMs: number): Step {
  let next = state;
  const news: Happened[] = [];
  if (next.press.kind === "momentary" && nowMs >= next.press.untilMs) next = { ...next, press: { kind: "none" } };
  if (next.press.kind === "held" && !next.press.isStuck && nowMs >= next.press.sinceMs + times.stuckAfterMs) {
    news.push({ name: "stuck", details: { heldMs: Math.round(nowMs - next.press.sinceMs) } });
    next = { ...next, press: { ...next.press, isStuck: true } };
  }
  if (next.testUntilMs !== undefined && nowMs >= next.testUntilMs) {
    const [ended, more] = endTest(next, "its time was over", nowMs);
    next = ended;
    news.push(...more);
  }
  return [next, news];
}
