/** A code that the gateway's record says was accepted. */
export interface AcceptedCode {
  /** The mark by which people may speak of the code. */
  readonly reference: string;
  readonly door: number;
}

export interface DoorFigures {
  /** Codes that were accepted. */
  readonly redeemed: number;
  /** Codes that were accepted once more, and openings of a door beyond the codes that were accepted for it. */
  readonly twice: number;
  /** Openings that were told to somebody and did not happen, or are not on record. */
  readonly untrue: number;
}

/** By door. */
type Counts = ReadonlyMap<number, number>;

/**
 * Holds three accounts of the doors against one another. A code that was accepted just before a kill may have opened
 * nothing: it is used up all the same.
 *
 * @param accepted  what the fleet holds.
 * @param told      how often somebody was told that a code had opened a door.
 * @param pulses    how often its latch was let go.
 */
export function judgeDoors(accepted: readonly AcceptedCode[], told: Counts, pulses: Counts): DoorFigures {
  const references = new Set(accepted.map(({ reference }) => reference));
  const byDoor = new Map<number, number>();
  for (const { door } of accepted) byDoor.set(door, (byDoor.get(door) ?? 0) + 1);
  const beyond = (more: Counts, than: Counts): number =>
    [...more].reduce((sum, [door, count]) => sum + Math.max(0, count - (than.get(door) ?? 0)), 0);
  return {
    redeemed: references.size,
    twice: accepted.length - references.size + beyond(pulses, byDoor),
    untrue: beyond(told, pulses) + beyond(told, byDoor),
  };
}
