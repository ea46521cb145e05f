/** A message as far as it can be told from others. */
export interface Identity {
  /** Four digits. */
  readonly sequence: string;
  /** Of what it says: id, data and extended data, without pad and time. */
  readonly digest: string;
  /** When its sender says it sent it this time; undefined where it does not say. */
  readonly sentAtMs: number | undefined;
}

/** A message that was taken in. The caller keeps the latest ones, and all times in them. */
export interface Taken {
  readonly sequence: string;
  readonly digest: string;
  /** Under which it was, or will be, committed. */
  readonly key: string;
  /** The times it has given itself so far. */
  readonly sentAtMs: readonly number[];
  /** When it was last heard; `monotonicMs` only in this life of ours. */
  readonly seen: { readonly wallMs: number; readonly monotonicMs: number | undefined };
  readonly isCommitted: boolean;
  readonly isAcknowledged: boolean;
  /** Whether another message of the account has been taken in since. */
  readonly isOvertaken: boolean;
}

export interface Now {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly isClockConfident: boolean;
}

/** A message that was never acknowledged is waited for so long. */
const UNACKNOWLEDGED_MS = 86_400_000;
/** Between two tries of a panel that gives each its own time: it waits longer than the first, and not longer than the second. */
const RETIMED_MS = { least: 5_000, most: 45_000 };

/**
 * Finds the message that this one repeats.
 *
 * A panel repeats what was not acknowledged, or whose acknowledgement was lost, under the same sequence number; the same
 * number comes with a new message when the panel was restarted or has counted through 9999. So a repetition says the same
 * under the same number, and
 *
 * - gives a time that it gave before, or
 * - was never acknowledged, or
 * - gives no time, and comes within the longest pause between two tries, or
 * - gives a new time, as some panels do, comes after a wait for our answer, and nothing else came in between.
 *
 * @param withinMs  the longest pause between two tries.
 * @returns undefined where it is new.
 */
export function findRepeated(
  taken: readonly Taken[],
  message: Identity,
  now: Now,
  withinMs: number,
): Taken | undefined {
  return taken.findLast((one) => {
    if (one.sequence !== message.sequence || one.digest !== message.digest) return false;
    if (isSameTime(one, message)) return true;
    const ageMs = ageOf(one, now);
    if (!one.isAcknowledged) return ageMs === undefined || ageMs <= UNACKNOWLEDGED_MS;
    if (ageMs === undefined || ageMs > withinMs) return false;
    const isRetimed = message.sentAtMs !== undefined && one.sentAtMs.length > 0;
    if (!isRetimed) return true;
    return ageMs >= RETIMED_MS.least && ageMs <= RETIMED_MS.most && !one.isOvertaken;
  });
}

/** Whether a message gives itself a time that this one gave itself: then it is the same, however old. */
export function isSameTime({ sentAtMs }: Taken, message: Identity): boolean {
  return message.sentAtMs !== undefined && sentAtMs.includes(message.sentAtMs);
}

/** Undefined where it cannot be known: heard before a restart, and the wall clock is doubtful or went back. */
function ageOf({ seen }: Taken, now: Now): number | undefined {
  if (seen.monotonicMs !== undefined) return now.monotonicMs - seen.monotonicMs;
  const ageMs = now.wallMs - seen.wallMs;
  return now.isClockConfident && ageMs >= 0 ? ageMs : undefined;
}
