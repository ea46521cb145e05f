/** Volts between a phase and neutral: what turns watts into amperes here. */
export const PHASE_V = 230;
const DAY_MS = 86_400_000;

/** What a charging profile limits. `max` is the whole station, `tx-default` each transaction, `tx` one transaction. */
export type Purpose = "max" | "tx-default" | "tx";

/** One period of a schedule: this limit from so long after the schedule's start. */
interface Period {
  readonly fromMs: number;
  readonly limit: number;
  /** Phases that a limit in watts is shared by; 3 where absent. */
  readonly phases?: number | undefined;
}

/** A charging profile, in neither version's words. Instants are the station's own clock, Unix milliseconds. */
export interface ChargingProfile {
  readonly id: number;
  /** 0: all connectors. */
  readonly connectorId: number;
  readonly stackLevel: number;
  readonly purpose: Purpose;
  readonly kind: "Absolute" | "Relative" | "Recurring";
  readonly recurrency?: "Daily" | "Weekly" | undefined;
  readonly transactionId?: string | undefined;
  readonly validFromMs?: number | undefined;
  readonly validToMs?: number | undefined;
  readonly startMs?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly unit: "A" | "W";
  readonly periods: readonly Period[];
}

/** Which profiles `clearProfiles` takes away: those that fit all that is given. */
export interface ProfileCriteria {
  readonly id?: number | undefined;
  readonly connectorId?: number | undefined;
  readonly purpose?: Purpose | undefined;
  readonly stackLevel?: number | undefined;
}

/** For whom and when a limit is asked. */
export interface LimitQuestion {
  readonly connectorId: number;
  readonly phases: number;
  /** What the hardware lets through, in amperes a phase. */
  readonly hardwareA: number;
  readonly transaction: { readonly id: string | undefined; readonly startedAtMs: number } | undefined;
  readonly nowMs: number;
  /** Connectors that charge now and share what the station as a whole may draw; at least 1. */
  readonly sharedBy: number;
}

/** The limit in force, in amperes on each phase, and what it comes from. */
export interface Limit {
  readonly limitA: number;
  readonly source: "hardware" | Purpose;
}

/** Profiles with one more: it replaces those of its id, and those of its connector, purpose and stack level. */
export function installProfile(
  profiles: readonly ChargingProfile[],
  profile: ChargingProfile,
): readonly ChargingProfile[] {
  const isReplaced = (one: ChargingProfile): boolean =>
    one.id === profile.id ||
    (one.connectorId === profile.connectorId &&
      one.purpose === profile.purpose &&
      one.stackLevel === profile.stackLevel);
  return [...profiles.filter((one) => !isReplaced(one)), profile];
}

/** Profiles without those that fit the criteria. An id alone decides where it is given. */
export function clearProfiles(
  profiles: readonly ChargingProfile[],
  { id, connectorId, purpose, stackLevel }: ProfileCriteria,
): readonly ChargingProfile[] {
  if (id !== undefined) return profiles.filter((one) => one.id !== id);
  const isCleared = (one: ChargingProfile): boolean =>
    (connectorId === undefined || one.connectorId === connectorId) &&
    (purpose === undefined || one.purpose === purpose) &&
    (stackLevel === undefined || one.stackLevel === stackLevel);
  return profiles.filter((one) => !isCleared(one));
}

/** A transaction has ended, and its profiles with it. */
export function withoutTransaction(
  profiles: readonly ChargingProfile[],
  connectorId: number,
): readonly ChargingProfile[] {
  return profiles.filter((one) => one.purpose !== "tx" || one.connectorId !== connectorId);
}

/**
 * The limit in force for a connector: within each purpose the highest stack level that says something now; a TxProfile
 * before a TxDefaultProfile, one for the connector before one for all; and of that and the station's maximum the lower.
 *
 * @see OCPP 1.6 edition 2, section 3.13; OCPP 2.0.1 part 2, K01
 */
export function limitNow(profiles: readonly ChargingProfile[], question: LimitQuestion): Limit {
  const { connectorId, hardwareA, transaction, sharedBy } = question;
  const best = (purpose: Purpose, on: number): number | undefined => {
    const found = profiles
      .filter((one) => one.purpose === purpose && one.connectorId === on && isFor(one, question))
      .toSorted((a, b) => b.stackLevel - a.stackLevel);
    for (const profile of found) {
      const limitA = profileLimitA(profile, question);
      if (limitA !== undefined) return limitA;
    }
    return undefined;
  };
  const maxA = best("max", 0);
  const txA = transaction === undefined ? undefined : best("tx", connectorId);
  const defaultA = best("tx-default", connectorId) ?? best("tx-default", 0);
  const candidates: Limit[] = [{ limitA: hardwareA, source: "hardware" }];
  if (maxA !== undefined) candidates.push({ limitA: maxA / Math.max(1, sharedBy), source: "max" });
  if (txA !== undefined) candidates.push({ limitA: txA, source: "tx" });
  else if (defaultA !== undefined) candidates.push({ limitA: defaultA, source: "tx-default" });
  return candidates.reduce((least, one) => (one.limitA <= least.limitA ? one : least));
}

/** When something may change next by itself after now: for a composite schedule. Undefined where nothing will. */
export function nextChangeMs(profiles: readonly ChargingProfile[], question: LimitQuestion): number | undefined {
  const { nowMs } = question;
  const instants = profiles.flatMap((profile) => {
    const startMs = startOf(profile, question);
    const ends = profile.durationMs === undefined || startMs === undefined ? [] : [startMs + profile.durationMs];
    const periods = startMs === undefined ? [] : profile.periods.map(({ fromMs }) => startMs + fromMs);
    return [profile.validFromMs, profile.validToMs, ...ends, ...periods].filter((one) => one !== undefined);
  });
  const later = instants.filter((one) => one > nowMs);
  return later.length === 0 ? undefined : Math.min(...later);
}

function isFor({ purpose, transactionId }: ChargingProfile, { transaction }: LimitQuestion): boolean {
  if (purpose !== "tx" || transactionId === undefined) return true;
  return transactionId === transaction?.id;
}

/** @returns undefined where the profile says nothing now. */
function profileLimitA(profile: ChargingProfile, question: LimitQuestion): number | undefined {
  const { nowMs, phases } = question;
  const { validFromMs = Number.NEGATIVE_INFINITY, validToMs = Number.POSITIVE_INFINITY } = profile;
  if (nowMs < validFromMs || nowMs >= validToMs) return undefined;
  const startMs = startOf(profile, question);
  if (startMs === undefined) return undefined;
  const elapsedMs = nowMs - startMs;
  if (elapsedMs < 0 || (profile.durationMs !== undefined && elapsedMs >= profile.durationMs)) return undefined;
  const period = profile.periods.findLast(({ fromMs }) => fromMs <= elapsedMs);
  if (period === undefined) return undefined;
  return profile.unit === "A" ? period.limit : period.limit / (PHASE_V * Math.min(phases, period.phases ?? 3));
}

function startOf(profile: ChargingProfile, { nowMs, transaction }: LimitQuestion): number | undefined {
  switch (profile.kind) {
    case "Absolute":
      return profile.startMs ?? transaction?.startedAtMs ?? nowMs;
    case "Relative":
      return transaction?.startedAtMs ?? nowMs;
    case "Recurring": {
      if (profile.startMs === undefined) return undefined;
      const everyMs = profile.recurrency === "Weekly" ? 7 * DAY_MS : DAY_MS;
      return profile.startMs + Math.floor((nowMs - profile.startMs) / everyMs) * everyMs;
    }
  }
}
