import type { AlarmRecord } from "@outpost/wire/records.ts";
import type { EscalationSettings } from "@outpost/wire/site-alarms.ts";

/** Where a chain stands for one occurrence. Step and round count from 0; times are monotonic. */
export interface ChainState {
  readonly occurrenceId: string;
  readonly step: number;
  readonly round: number;
  /** When the next one is asked; undefined once everybody was and nobody answered. */
  readonly dueMs: number | undefined;
}

export type ChainInput =
  | { readonly kind: "alarm"; readonly record: AlarmRecord; readonly nowMs: number }
  | { readonly kind: "tick"; readonly nowMs: number };

export interface ChainStep {
  /** Undefined: nobody need answer. */
  readonly state: ChainState | undefined;
  /** `ask`: the step in `state` begins. `unanswered`: everybody was asked. `end`: nobody need answer any more. */
  readonly effect: "ask" | "unanswered" | "end" | undefined;
}

type Chain = Pick<EscalationSettings, "steps" | "repeats" | "endsWhenCleared">;

/** Decides who must answer next. Pure: the alarm's steps and time in, who is asked out. */
export function stepChain(chain: Chain, state: ChainState | undefined, input: ChainInput): ChainStep {
  if (input.kind === "tick")
    return state === undefined ? { state, effect: undefined } : onTime(chain, state, input.nowMs);
  const { record, nowMs } = input;
  if (!mustBeAnswered(chain, record)) return { state: undefined, effect: state === undefined ? undefined : "end" };
  const isSame = state?.occurrenceId === record.occurrenceId;
  const comesBack = ["re-raised", "unshelved", "returned"].includes(record.change);
  if (isSame && (state.dueMs !== undefined || !comesBack)) return { state, effect: undefined };
  return { state: asking(chain, { occurrenceId: record.occurrenceId, step: 0, round: 0 }, nowMs), effect: "ask" };
}

/** Whether people must be asked. A self-test asks nobody; one of a flood is answered with the flood. */
export function mustBeAnswered(chain: Pick<Chain, "endsWhenCleared">, record: AlarmRecord): boolean {
  if (record.isTest === true || record.flood !== undefined || record.suppression.kind !== "none") return false;
  if (record.state === "active-unacknowledged") return true;
  return record.state === "cleared-unacknowledged" && !chain.endsWhenCleared;
}

function onTime(chain: Chain, state: ChainState, nowMs: number): ChainStep {
  if (state.dueMs === undefined || nowMs < state.dueMs) return { state, effect: undefined };
  const isLast = state.step + 1 >= chain.steps.length;
  if (isLast && state.round >= chain.repeats) return { state: { ...state, dueMs: undefined }, effect: "unanswered" };
  const { occurrenceId, round } = state;
  const next = isLast ? { step: 0, round: round + 1 } : { step: state.step + 1, round };
  return { state: asking(chain, { occurrenceId, ...next }, nowMs), effect: "ask" };
}

function asking(chain: Chain, at: Omit<ChainState, "dueMs">, nowMs: number): ChainState {
  return { ...at, dueMs: nowMs + (chain.steps[at.step]?.answerWithinMs ?? 0) };
}
