import type { Stream } from "@outpost/wire/streams.ts";

import type { DiskLadder } from "../journal.ts";

/** Each rung is climbed at its own fill and left again this much lower, so that the ladder does not flutter. */
export const RELAX_BY = 0.1;

/** What each rung gives up of what is stored, and which new entries it turns away; it keeps what the rungs below do. */
export const RUNGS = [
  { level: "normal", enterAt: 0, givesUp: undefined },
  { level: "no-evidence", enterAt: 0.75, givesUp: "evidence" },
  { level: "thin-measurements", enterAt: 0.8, givesUp: "thin" },
  { level: "no-measurements", enterAt: 0.88, givesUp: "measurement" },
  { level: "no-occurrences", enterAt: 0.94, givesUp: "occurrence" },
] as const satisfies readonly {
  level: DiskLadder;
  enterAt: number;
  givesUp: Stream | "thin" | undefined;
}[];

/** Streams that give up rows where the disk runs short. Alarms and results never do. */
export type GivingStream = "evidence" | "measurement" | "occurrence";

/** How the journal stands on its disk. */
export interface LadderInput {
  readonly level: DiskLadder;
  /** Live bytes over live bytes plus room for anything but alarms: 0 empty, 1 full. */
  readonly fill: number;
  /** A write just found no space, whatever the fill says. */
  readonly isFull: boolean;
  /** Records held that are no voids. */
  readonly held: Readonly<Record<GivingStream, number>>;
  /** The finest window by which stored measurements can still be thinned, in milliseconds. */
  readonly thinnableMs: number | undefined;
}

export type LadderStep =
  | { readonly kind: "rest" }
  | { readonly kind: "give-up"; readonly stream: GivingStream }
  | { readonly kind: "thin"; readonly windowMs: number };

/**
 * Plans one step of the disk ladder: at most one rung up or down, and what is to be given up on the rung then reached.
 * The next rung is climbed only when the one below has nothing left to give, so that evidence always goes before
 * measurements are thinned, and these before any is dropped.
 */
export function planLadder(input: LadderInput): { readonly level: DiskLadder; readonly step: LadderStep } {
  const pressure = input.isFull ? 1 : input.fill;
  const index = nextRung(input, pressure);
  const rung = RUNGS[index] ?? RUNGS[0];
  const isAboveTarget = index > 0 && pressure >= rung.enterAt - RELAX_BY;
  return { level: rung.level, step: (isAboveTarget ? stepOn(index, input) : undefined) ?? { kind: "rest" } };
}

/** Whether new entries of the stream are turned away at this level. */
export function isTurnedAway(stream: Stream, level: DiskLadder): boolean {
  const index = rungOf(level);
  switch (stream) {
    case "alarm":
    case "result":
      return false;
    case "evidence":
      return index >= rungOf("no-evidence");
    case "measurement":
      return index >= rungOf("no-measurements");
    case "occurrence":
      return index >= rungOf("no-occurrences");
  }
}

/** The rung's place on the ladder, 0 for normal. */
export function rungOf(level: DiskLadder): number {
  return RUNGS.findIndex((rung) => rung.level === level);
}

function nextRung(input: LadderInput, pressure: number): number {
  const index = rungOf(input.level);
  const above = RUNGS[index + 1];
  const rung = RUNGS[index];
  if (above !== undefined && pressure >= above.enterAt && stepOn(index, input) === undefined) return index + 1;
  if (rung !== undefined && pressure < rung.enterAt - RELAX_BY) return index - 1;
  return index;
}

/** The first thing the rungs up to `index` can still give, or undefined: they are exhausted. */
function stepOn(index: number, input: LadderInput): LadderStep | undefined {
  for (const { givesUp } of RUNGS.slice(0, index + 1)) {
    if (givesUp === undefined) continue;
    if (givesUp === "thin") {
      if (input.thinnableMs !== undefined) return { kind: "thin", windowMs: input.thinnableMs };
    } else if (input.held[givesUp] > 0) {
      return { kind: "give-up", stream: givesUp };
    }
  }
  return undefined;
}
