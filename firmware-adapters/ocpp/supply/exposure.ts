/**
 * What a connector may be drawing, whatever became of our messages: every limit that may be in force at the station.
 * Times are monotonic.
 */
export interface Exposure {
  /** In force whenever no grant is: the TxDefaultProfile we installed, or the hardware's own limit before that. */
  readonly fallbackA: number;
  /** Grants that may be in force, oldest first. */
  readonly limits: readonly PossibleLimit[];
}

export interface PossibleLimit {
  readonly id: number;
  readonly limitA: number;
  /** The station has given it up by then: its duration, and as long as it may have been under way. */
  readonly untilMs: number;
  /** Set once the station has accepted it: all older ones are superseded, and their current falls. */
  readonly acceptedAtMs: number | undefined;
}

export interface ExposureTiming {
  /** How long a station takes, at most, to bring its current down to a limit it has accepted. */
  readonly settleMs: number;
  /** Its current is below a limit where it measures no more than this above it. */
  readonly toleranceA: number;
}

/** The most the connector may be drawing on each of its phases. */
export function exposureA({ fallbackA, limits }: Exposure): number {
  // By hand: it is asked of every connector several times in each step.
  let mostA = fallbackA;
  for (const { limitA } of limits) mostA = Math.max(mostA, limitA);
  return mostA;
}

/**
 * What is allowed to it in any case: the least of what may be in force. Of what was accepted only that and what came
 * after it counts, as long as it has surely not run out.
 *
 * @param callTimeoutMs  how much later than sent a grant may have begun, and so end.
 */
export function certainA({ fallbackA, limits }: Exposure, nowMs: number, callTimeoutMs: number): number {
  const index = limits.findLastIndex(({ acceptedAtMs }) => acceptedAtMs !== undefined);
  const last = limits[index];
  const isSure = last !== undefined && nowMs < last.untilMs - callTimeoutMs;
  let leastA = isSure ? last.limitA : fallbackA;
  for (let at = isSure ? index : 0; at < limits.length; at += 1)
    leastA = Math.min(leastA, limits[at]?.limitA ?? leastA);
  return leastA;
}

/** The limit that was accepted last, or else sent last; undefined while there is none. */
export function currentLimit({ limits }: Exposure): PossibleLimit | undefined {
  return limits.at(-1);
}

/** A grant leaves now. @param untilMs  when the station has given it up, at the latest. */
export function sent(
  exposure: Exposure,
  grant: { readonly id: number; readonly limitA: number; readonly untilMs: number },
): Exposure {
  return { ...exposure, limits: [...exposure.limits, { ...grant, acceptedAtMs: undefined }] };
}

/** The station accepted it. */
export function accepted(exposure: Exposure, id: number, nowMs: number): Exposure {
  return { ...exposure, limits: exposure.limits.map((one) => (one.id === id ? { ...one, acceptedAtMs: nowMs } : one)) };
}

/** The station refused it: it was never in force. */
export function refused(exposure: Exposure, id: number): Exposure {
  return { ...exposure, limits: exposure.limits.filter((one) => one.id !== id) };
}

/** Whatever was granted is given up by then. */
export function endedBy(exposure: Exposure, atMs: number): Exposure {
  return { ...exposure, limits: exposure.limits.map((one) => ({ ...one, untilMs: Math.min(one.untilMs, atMs) })) };
}

/**
 * Forgets limits that cannot be in force any more, once the current has had its time to fall and does not show that it
 * has not: those that have run out, and those older than an accepted one. A low current alone proves nothing: the car
 * may be pausing under the old limit.
 *
 * @param meteredA  the highest current of its phases; undefined where nothing recent is known.
 */
export function settle(
  exposure: Exposure,
  nowMs: number,
  meteredA: number | undefined,
  timing: ExposureTiming,
): Exposure {
  if (exposure.limits.length === 0) return exposure;
  const isBelow = (limitA: number): boolean => meteredA === undefined || meteredA <= limitA + timing.toleranceA;
  const isRunning = ({ untilMs }: PossibleLimit): boolean =>
    nowMs < untilMs + timing.settleMs || !isBelow(exposure.fallbackA);
  const running = exposure.limits.every(isRunning) ? exposure.limits : exposure.limits.filter(isRunning);
  const settledAt = running.findLastIndex(
    ({ limitA, acceptedAtMs }) =>
      acceptedAtMs !== undefined && nowMs >= acceptedAtMs + timing.settleMs && isBelow(limitA),
  );
  const limits = settledAt > 0 ? running.slice(settledAt) : running;
  return limits.length === exposure.limits.length ? exposure : { ...exposure, limits };
}
