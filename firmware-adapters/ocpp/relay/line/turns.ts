import { unreachable } from "@outpost/kernel/never.ts";

/** A call on its way to the station. */
export interface Outgoing {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Whose call the station is at. A station answers one call at a time, and here two call it: upstream through us, and we.
 * Answers take no turns: they pass at once.
 */
export interface Turns {
  /** Upstream's calls that the station has not answered, with when it got them. */
  readonly theirs: ReadonlyMap<string, number>;
  /** Ours that it has not answered. */
  readonly ours: string | undefined;
  /** Ours that wait for their turn. */
  readonly wanted: readonly Outgoing[];
  /** Upstream's that came while it was our turn, or while we waited for it. */
  readonly held: readonly Outgoing[];
  /** The turn before this one was ours: the next is upstream's, if it wants it. */
  readonly wasOurs: boolean;
}

export const NO_TURNS: Turns = { theirs: new Map(), ours: undefined, wanted: [], held: [], wasOurs: false };

export type TurnInput =
  | { readonly kind: "upstream-calls"; readonly call: Outgoing }
  | { readonly kind: "we-call"; readonly call: Outgoing }
  /** The station has answered a call, whoever's. */
  | { readonly kind: "answered"; readonly id: string }
  /** We wait for the answer to our own call no longer, or do not want to make it any more. */
  | { readonly kind: "given-up"; readonly id: string }
  | { readonly kind: "tick" };

/** A station that has not answered upstream for so long does not keep us waiting any more. */
export const UPSTREAM_TURN_MS = 15_000;
/** Calls of upstream's remembered: more than one at a time is against the standard already. */
const MAX_THEIRS = 64;

/**
 * One step. @returns the calls to be sent to the station now, in order.
 *
 * @see OCPP-J 1.6, section 4.1.1; OCPP 2.0.1 part 4, section 4.1.1 (one outstanding call in each direction)
 */
export function stepTurns(turns: Turns, input: TurnInput, nowMs: number): readonly [Turns, readonly Outgoing[]] {
  switch (input.kind) {
    case "upstream-calls": {
      const { call } = input;
      const isOurTurn = turns.ours !== undefined || turns.wanted.length > 0 || turns.held.length > 0;
      return isOurTurn ? next({ ...turns, held: [...turns.held, call] }, nowMs) : theirTurn(turns, [call], nowMs);
    }
    case "we-call":
      return next({ ...turns, wanted: [...turns.wanted, input.call] }, nowMs);
    case "answered":
    case "given-up":
      return next(without(turns, input.id), nowMs);
    case "tick":
      return next(turns, nowMs);
    default:
      return unreachable(input);
  }
}

/** Bytes of upstream's calls that wait here. */
export function heldBytes({ held }: Turns): number {
  return held.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function without(turns: Turns, id: string): Turns {
  return {
    ...turns,
    theirs: new Map([...turns.theirs].filter(([one]) => one !== id)),
    ours: turns.ours === id ? undefined : turns.ours,
    wanted: turns.wanted.filter((one) => one.id !== id),
  };
}

function next(turns: Turns, nowMs: number): readonly [Turns, readonly Outgoing[]] {
  if (turns.ours !== undefined) return [turns, []];
  const { held, wanted } = turns;
  if (wanted.length === 0) return held.length > 0 ? theirTurn({ ...turns, held: [] }, held, nowMs) : [turns, []];
  const isAtTheirs = [...turns.theirs.values()].some((atMs) => nowMs - atMs < UPSTREAM_TURN_MS);
  if (isAtTheirs) return [turns, []];
  if (turns.wasOurs && held.length > 0) return theirTurn({ ...turns, held: [] }, held, nowMs);
  const [first, ...others] = wanted;
  if (first === undefined) return [turns, []];
  return [{ ...turns, theirs: new Map(), ours: first.id, wanted: others, wasOurs: true }, [first]];
}

function theirTurn(turns: Turns, calls: readonly Outgoing[], nowMs: number): readonly [Turns, readonly Outgoing[]] {
  const theirs = [...turns.theirs, ...calls.map(({ id }) => [id, nowMs] as const)].slice(-MAX_THEIRS);
  return [{ ...turns, theirs: new Map(theirs), wasOurs: false }, calls];
}
