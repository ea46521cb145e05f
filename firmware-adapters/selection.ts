import type { CommandOutcome, RefusalReason } from "./event.ts";

/** How long a selection arms its write. */
export const SELECTION_MS = 15_000;

interface Selected {
  readonly selectionId: string;
  readonly pointId: string;
  readonly value: number;
  readonly actor: string;
}

/** One device's selection: there is at most one, so that two people cannot arm two pumps against each other. */
export type Selection =
  | { readonly phase: "idle" }
  | ({ readonly phase: "selected"; readonly expiresAtMs: number } & Selected)
  | ({ readonly phase: "operating" } & Selected);

export type SelectionInput =
  /** A select that passed every check; `selectionId` is fresh. */
  | ({ readonly kind: "select" } & Selected)
  | { readonly kind: "operate"; readonly selectionId: string; readonly actor: string }
  | { readonly kind: "cancel"; readonly selectionId: string; readonly actor: string }
  /** The write of an operate has come to its end. */
  | { readonly kind: "finished" };

export type SelectionEffect =
  | { readonly kind: "answer"; readonly outcome: CommandOutcome }
  | { readonly kind: "carry-out"; readonly pointId: string; readonly value: number }
  | { readonly kind: "none" };

/**
 * Select before operate, as one step.
 *
 * @param nowMs  monotonic.
 */
export function stepSelection(
  state: Selection,
  input: SelectionInput,
  nowMs: number,
): readonly [Selection, SelectionEffect] {
  switch (input.kind) {
    case "select":
      return select(state, input, nowMs);
    case "operate":
      return operate(state, input, nowMs);
    case "cancel":
      return cancel(state, input);
    case "finished":
      return state.phase === "operating" ? [{ phase: "idle" }, { kind: "none" }] : [state, { kind: "none" }];
  }
}

type InputOf<Kind extends SelectionInput["kind"]> = Extract<SelectionInput, { readonly kind: Kind }>;

function select(
  state: Selection,
  { selectionId, pointId, value, actor }: InputOf<"select">,
  nowMs: number,
): readonly [Selection, SelectionEffect] {
  if (state.phase === "operating") {
    return [state, refused("other-selection-active", `${state.pointId} is being operated by ${state.actor}`)];
  }
  if (state.phase === "selected" && state.expiresAtMs > nowMs && state.actor !== actor) {
    return [state, refused("other-selection-active", `${state.pointId} is selected by ${state.actor}`)];
  }
  const next: Selection = {
    phase: "selected",
    selectionId,
    pointId,
    value,
    actor,
    expiresAtMs: nowMs + SELECTION_MS,
  };
  return [next, { kind: "answer", outcome: { kind: "selected", selectionId, expiresInMs: SELECTION_MS } }];
}

function operate(state: Selection, input: InputOf<"operate">, nowMs: number): readonly [Selection, SelectionEffect] {
  const objection = notTheSelectionOf(state, input);
  if (objection !== undefined || state.phase !== "selected") return [state, objection ?? { kind: "none" }];
  if (state.expiresAtMs <= nowMs) {
    return [{ phase: "idle" }, refused("selection-expired", `selected more than ${SELECTION_MS / 1_000} s ago`)];
  }
  const { selectionId, pointId, value, actor } = state;
  return [
    { phase: "operating", selectionId, pointId, value, actor },
    { kind: "carry-out", pointId, value },
  ];
}

function cancel(state: Selection, input: InputOf<"cancel">): readonly [Selection, SelectionEffect] {
  const objection = notTheSelectionOf(state, input);
  if (objection !== undefined) return [state, objection];
  return [{ phase: "idle" }, { kind: "answer", outcome: { kind: "cancelled" } }];
}

/** @returns why this state holds no selection that the actor may use; undefined where it does. */
function notTheSelectionOf(
  state: Selection,
  { selectionId, actor }: { readonly selectionId: string; readonly actor: string },
): SelectionEffect | undefined {
  if (state.phase === "idle" || state.selectionId !== selectionId) {
    return refused("no-such-selection", "nothing is selected under this id");
  }
  if (state.phase === "operating") return refused("no-such-selection", "is being carried out already");
  return state.actor === actor ? undefined : refused("no-such-selection", `was selected by ${state.actor}`);
}

function refused(reason: RefusalReason, detail: string): SelectionEffect {
  return { kind: "answer", outcome: { kind: "refused", reason, detail } };
}
