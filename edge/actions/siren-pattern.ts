/** A siren that sounds and pauses in turn, beginning with sounding. Milliseconds. */
export interface SirenPattern {
  readonly onMs: number;
  readonly offMs: number;
}

/** Whether it sounds `afterMs` after it was called. Pure. */
export function isInSounding({ onMs, offMs }: SirenPattern, afterMs: number): boolean {
  return afterMs % (onMs + offMs) < onMs;
}

/** How long until it changes, counted from `afterMs` after it was called; more than 0. Pure. */
export function untilNextEdgeMs({ onMs, offMs }: SirenPattern, afterMs: number): number {
  const intoMs = afterMs % (onMs + offMs);
  return intoMs < onMs ? onMs - intoMs : onMs + offMs - intoMs;
}
