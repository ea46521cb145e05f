import type { RefusedReason, VerifierKind } from "../verifiers/verifier.ts";

/** The rules of one doorway. Times in milliseconds. */
export interface FlowRules {
  readonly wantsTemperature: boolean;
  readonly feverAtC: number;
  /** Below this nobody was measured: a wall, a sleeve, the air. */
  readonly bodyFromC: number;
  readonly measureWithinMs: number;
  readonly repeatMs: number;
  readonly maxCodesPerMinute: number;
}

/** Verifiers bound their own time; this is for one that does not keep its word. */
export const VERIFY_WITHIN_MS = 45_000;
/** One fever is reported once, however often a person who stands there is measured. */
export const FEVER_AGAIN_MS = 10_000;
const MINUTE_MS = 60_000;
/** How many times `repeatMs` a code that is seen all the time counts as one scan. */
const MAX_HELD = 5;

/** One scan under way. `code` is its salted hash; `scan` tells it from others of the same code. */
interface Scan {
  readonly scan: number;
  readonly code: string;
  /** The first temperature of a person since the code was read. */
  readonly celsius: number | undefined;
}

/** Who let the person in, as the occurrence will say. */
export interface Admission {
  readonly by: VerifierKind;
  readonly isUnverified: boolean;
}

type Phase =
  | { readonly phase: "idle" }
  | ({ readonly phase: "verifying"; readonly untilMs: number } & Scan)
  | ({ readonly phase: "measuring"; readonly untilMs: number; readonly admission: Admission } & Scan);

/** Where a doorway stands. */
export interface FlowState {
  readonly at: Phase;
  readonly scans: number;
  /** The last code, when it was taken up and when it was last seen. */
  readonly lastCode: { readonly code: string; readonly takenAtMs: number; readonly seenAtMs: number } | undefined;
  /** When codes of the last minute came: at most as many as are let through. */
  readonly codesAtMs: readonly number[];
  /** That there are too many has been said. */
  readonly isFlooded: boolean;
  readonly feverAtMs: number | undefined;
}

export const IDLE: FlowState = {
  at: { phase: "idle" },
  scans: 0,
  lastCode: undefined,
  codesAtMs: [],
  isFlooded: false,
  feverAtMs: undefined,
};

export type FlowInput =
  /** A code was read; `code` is its hash. */
  | { readonly kind: "code"; readonly code: string }
  /** The verifiers have judged a scan. */
  | { readonly kind: "verified"; readonly scan: number; readonly verdict: FlowVerdict }
  | { readonly kind: "temperature"; readonly celsius: number }
  | { readonly kind: "tick" }
  /** The terminal was lost: nobody stands there as far as we know. */
  | { readonly kind: "lost" };

export type FlowVerdict =
  | ({ readonly kind: "admit" } & Admission)
  | { readonly kind: "refuse"; readonly reason: RefusedReason };

export type FlowEffect =
  /** Ask the verifiers about the code that was just read. */
  | { readonly kind: "verify"; readonly scan: number }
  /** Ask the thermometer for a measurement. */
  | { readonly kind: "measure" }
  /** Open the gate, and say who was let in. */
  | ({ readonly kind: "admit"; readonly code: string; readonly celsius: number | undefined } & Admission)
  | { readonly kind: "refuse"; readonly code: string; readonly reason: RefusedReason }
  /** `code` where it is known whose fever it is. */
  | { readonly kind: "fever"; readonly celsius: number; readonly code: string | undefined };

type Step = readonly [FlowState, readonly FlowEffect[]];

/**
 * One step of a doorway: a code is read, verified, the person measured where the site wants that, and let in or not.
 *
 * @param nowMs  monotonic.
 */
export function stepFlow(state: FlowState, input: FlowInput, rules: FlowRules, nowMs: number): Step {
  switch (input.kind) {
    case "code":
      return codeRead(state, input.code, rules, nowMs);
    case "verified":
      return verified(state, input, rules, nowMs);
    case "temperature":
      return measured(state, input.celsius, rules, nowMs);
    case "tick":
      return ticked(state, nowMs);
    case "lost":
      return [{ ...state, at: { phase: "idle" } }, []];
  }
}

function codeRead(state: FlowState, code: string, rules: FlowRules, nowMs: number): Step {
  const { lastCode } = state;
  // A code held before the scanner is read again and again; each reading puts the end of that off, but not for ever:
  // a person who is impatient gets another scan.
  const isRepeat =
    lastCode?.code === code &&
    nowMs - lastCode.seenAtMs < rules.repeatMs &&
    nowMs - lastCode.takenAtMs < rules.repeatMs * MAX_HELD;
  const takenAtMs = isRepeat ? lastCode.takenAtMs : nowMs;
  const seen: FlowState = { ...state, lastCode: { code, takenAtMs, seenAtMs: nowMs } };
  const isUnderWay = state.at.phase !== "idle" && state.at.code === code;
  if (isRepeat || isUnderWay) return [seen, []];
  const codesAtMs = state.codesAtMs.filter((atMs) => nowMs - atMs < MINUTE_MS);
  if (codesAtMs.length >= rules.maxCodesPerMinute) {
    const flooded: FlowState = { ...seen, codesAtMs, isFlooded: true };
    return [flooded, state.isFlooded ? [] : [{ kind: "refuse", code, reason: "too-many-codes" }]];
  }
  const counted: FlowState = { ...seen, codesAtMs: [...codesAtMs, nowMs], isFlooded: false };
  if (state.at.phase !== "idle") return [counted, [{ kind: "refuse", code, reason: "busy" }]];
  const scan = state.scans + 1;
  const at: Phase = { phase: "verifying", scan, code, celsius: undefined, untilMs: nowMs + VERIFY_WITHIN_MS };
  return [{ ...counted, scans: scan, at }, [{ kind: "verify", scan }]];
}

function verified(
  state: FlowState,
  { scan, verdict }: Extract<FlowInput, { readonly kind: "verified" }>,
  rules: FlowRules,
  nowMs: number,
): Step {
  const { at } = state;
  // The verdict on a scan that is over already concerns nobody.
  if (at.phase !== "verifying" || at.scan !== scan) return [state, []];
  if (verdict.kind === "refuse") return ended(state, { kind: "refuse", code: at.code, reason: verdict.reason });
  const { by, isUnverified } = verdict;
  const admission: Admission = { by, isUnverified };
  if (!rules.wantsTemperature) return ended(state, admit(at, admission, at.celsius));
  if (at.celsius !== undefined) return judged(state, at, admission, { celsius: at.celsius, rules });
  const { code, celsius } = at;
  const untilMs = nowMs + rules.measureWithinMs;
  return [{ ...state, at: { phase: "measuring", scan, code, celsius, admission, untilMs } }, [{ kind: "measure" }]];
}

function measured(before: FlowState, celsius: number, rules: FlowRules, nowMs: number): Step {
  const { at } = before;
  const [state, fever] = feverSeen(before, celsius, rules, nowMs);
  if (celsius < rules.bodyFromC || at.phase === "idle") return [state, fever];
  if (at.phase === "verifying") {
    // The hottest counts: the first may have been the air in between.
    return [{ ...state, at: { ...at, celsius: Math.max(celsius, at.celsius ?? celsius) } }, fever];
  }
  const [next, effects] = judged(state, at, at.admission, { celsius, rules });
  return [next, [...fever, ...effects]];
}

function feverSeen(state: FlowState, celsius: number, rules: FlowRules, nowMs: number): Step {
  const wasJustSaid = state.feverAtMs !== undefined && nowMs - state.feverAtMs < FEVER_AGAIN_MS;
  if (celsius < rules.feverAtC || wasJustSaid) return [state, []];
  const code = state.at.phase === "idle" ? undefined : state.at.code;
  return [{ ...state, feverAtMs: nowMs }, [{ kind: "fever", celsius, code }]];
}

function judged(
  state: FlowState,
  scan: Scan,
  admission: Admission,
  { celsius, rules }: { readonly celsius: number; readonly rules: FlowRules },
): Step {
  if (celsius >= rules.feverAtC) return ended(state, { kind: "refuse", code: scan.code, reason: "fever" });
  return ended(state, admit(scan, admission, celsius));
}

function ticked(state: FlowState, nowMs: number): Step {
  const { at } = state;
  if (at.phase === "idle" || nowMs < at.untilMs) return [state, []];
  const reason = at.phase === "verifying" ? "verifier-down" : "not-measured";
  return ended(state, { kind: "refuse", code: at.code, reason });
}

function admit({ code }: Scan, { by, isUnverified }: Admission, celsius: number | undefined): FlowEffect {
  return { kind: "admit", code, by, isUnverified, celsius };
}

function ended(state: FlowState, effect: FlowEffect): Step {
  return [{ ...state, at: { phase: "idle" } }, [effect]];
}
