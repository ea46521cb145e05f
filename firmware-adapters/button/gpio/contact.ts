/** A contact and what its bouncing has led to. Times are monotonic. */
export interface ContactState {
  /** As confirmed; undefined before the first reading. */
  readonly isPressed: boolean | undefined;
  /** Since an edge was taken: what the last edge said, and when that is believed. */
  readonly settling: { readonly saidLast: boolean; readonly untilMs: number } | undefined;
}

export type ContactInput =
  /** Read while nothing moved. */
  | { readonly kind: "level"; readonly isPressed: boolean }
  | { readonly kind: "edge"; readonly isPressed: boolean }
  | { readonly kind: "tick" };

export type ContactEffect = "press" | "release";

/** Edges this soon after the first are bouncing; what the last of them said is believed then. */
export const SETTLE_MS = 50;

export const unknownContact: ContactState = { isPressed: undefined, settling: undefined };

/**
 * Debounces a contact so that a press is told with its first edge, and a release only once it has held. An edge to
 * released of a contact that was released means a press that nobody saw, between two readings for example.
 */
export function stepContact(
  state: ContactState,
  input: ContactInput,
  nowMs: number,
): readonly [ContactState, readonly ContactEffect[]] {
  switch (input.kind) {
    case "level":
      return [{ isPressed: input.isPressed, settling: undefined }, changed(state.isPressed === true, input.isPressed)];
    case "edge":
      return edge(state, input.isPressed, nowMs);
    case "tick": {
      if (state.settling === undefined || nowMs < state.settling.untilMs) return [state, []];
      const { saidLast } = state.settling;
      return [{ isPressed: saidLast, settling: undefined }, changed(state.isPressed === true, saidLast)];
    }
  }
}

function edge(
  { isPressed, settling }: ContactState,
  saysPressed: boolean,
  nowMs: number,
): readonly [ContactState, readonly ContactEffect[]] {
  if (settling !== undefined && nowMs < settling.untilMs) {
    return [{ isPressed, settling: { ...settling, saidLast: saysPressed } }, []];
  }
  const begun = { saidLast: saysPressed, untilMs: nowMs + SETTLE_MS };
  // Overdue: whatever settled last counts first, and this edge begins anew.
  const [from, before] =
    settling === undefined
      ? ([isPressed === true, []] as const)
      : ([settling.saidLast, changed(isPressed === true, settling.saidLast)] as const);
  // A release is told when it has settled. A press is told at once, one that was missed too.
  return [{ isPressed: true, settling: begun }, from ? before : [...before, "press"]];
}

function changed(from: boolean, to: boolean): readonly ContactEffect[] {
  return from === to ? [] : [to ? "press" : "release"];
}
