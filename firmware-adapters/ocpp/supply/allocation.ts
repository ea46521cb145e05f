import { PHASES, type PerPhase, type Phase } from "../words.ts";

/** Below this a car may not draw at all: a grant is 0 or at least this. IEC 61851-1, annex A (the duty cycle for 6 A). */
export const MIN_CHARGING_A = 6;

/** A connector that wants current. */
export interface Claim {
  readonly key: string;
  /** The supply's phases it is wired to, one or three. */
  readonly phases: readonly Phase[];
  /** The most it may ever draw on each of its phases, at least `MIN_CHARGING_A`. */
  readonly maxA: number;
  /** Higher goes first when not everybody can have the minimum. */
  readonly priority: number;
}

/**
 * Shares a supply among connectors, phase by phase: first the minimum for as many as can have it, by priority and then
 * in the order given; then the rest, all rising together until a phase is used up or each has its own maximum. Pure.
 *
 * @param availableA  what the supply has for them on each phase; below 0 counts as 0.
 * @returns           amperes a phase by key: 0, or 6 and more, in steps of 0.1 downward.
 */
export function allocate(claims: readonly Claim[], availableA: PerPhase): ReadonlyMap<string, number> {
  const left = new Map<Phase, number>(PHASES.map((phase) => [phase, Math.max(0, availableA[phase])]));
  const granted = new Map<string, number>(claims.map(({ key }) => [key, 0]));
  const byPriority = claims.toSorted((a, b) => b.priority - a.priority);
  for (const { key, phases } of byPriority) {
    if (!phases.every((phase) => (left.get(phase) ?? 0) >= MIN_CHARGING_A)) continue;
    granted.set(key, MIN_CHARGING_A);
    take(left, phases, MIN_CHARGING_A);
  }
  fill(byPriority, granted, left);
  return new Map([...granted].map(([key, amperes]) => [key, floorToTenth(amperes)]));
}

/** Raises everybody who has the minimum by the same amount, again and again, until nobody can rise. */
function fill(claims: readonly Claim[], granted: Map<string, number>, left: Map<Phase, number>): void {
  let rising = claims.filter(({ key }) => (granted.get(key) ?? 0) > 0);
  while (rising.length > 0) {
    const onPhase = (phase: Phase): number => rising.filter(({ phases }) => phases.includes(phase)).length;
    const roomA = Math.min(
      ...PHASES.filter((phase) => onPhase(phase) > 0).map((phase) => (left.get(phase) ?? 0) / onPhase(phase)),
      ...rising.map(({ key, maxA }) => maxA - (granted.get(key) ?? 0)),
    );
    for (const { key, phases } of rising) {
      granted.set(key, (granted.get(key) ?? 0) + roomA);
      take(left, phases, roomA);
    }
    rising = rising.filter(
      ({ key, phases, maxA }) =>
        maxA - (granted.get(key) ?? 0) > EPSILON_A && phases.every((phase) => (left.get(phase) ?? 0) > EPSILON_A),
    );
  }
}

const EPSILON_A = 1e-6;

function take(left: Map<Phase, number>, phases: readonly Phase[], amperes: number): void {
  for (const phase of phases) left.set(phase, (left.get(phase) ?? 0) - amperes);
}

/** OCPP takes one decimal place; downward, so that the sum stays below the supply. */
function floorToTenth(amperes: number): number {
  return Math.floor((amperes + EPSILON_A) * 10) / 10;
}
