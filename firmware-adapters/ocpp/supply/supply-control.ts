import { unreachable } from "@outpost/kernel/never.ts";

import { PHASES, type ConnectorStatus, type PerPhase, type Phase } from "../words.ts";
import { allocate, MIN_CHARGING_A, type Claim } from "./allocation.ts";
import {
  accepted,
  certainA,
  currentLimit,
  endedBy,
  exposureA,
  refused,
  sent,
  settle,
  type Exposure,
  type ExposureTiming,
} from "./exposure.ts";

/** One connector on the supply, as the site's configuration has it. */
export interface Member {
  readonly key: string;
  readonly phases: readonly Phase[];
  readonly maxA: number;
  readonly priority: number;
  /** What its station falls back to without us: its TxDefaultProfile. */
  readonly fallbackA: number;
}

export interface SupplySettings extends ExposureTiming {
  readonly limitA: PerPhase;
  readonly members: readonly Member[];
  /** What the rest of the site may draw where its meter says nothing. */
  readonly otherLoadsA: PerPhase;
  /** A meter reading older than this says nothing. */
  readonly meterMaxAgeMs: number;
  /** How long a grant is good for at the station; it is renewed at half of it. */
  readonly leaseMs: number;
  /** How long a message may be on its way, at most: beyond it our call has failed. */
  readonly callTimeoutMs: number;
  /** A rise by less than this is not worth a message. */
  readonly minRiseA: number;
}

/** What is known of a connector now. */
export interface Known {
  readonly status: ConnectorStatus;
  readonly isConnected: boolean;
  readonly hasTransaction: boolean;
  /** The station has taken our fallback profile in; before that only its hardware limits it. */
  readonly hasFallback: boolean;
  readonly meteredA: PerPhase | undefined;
  readonly meteredAtMs: number;
}

interface MemberState {
  readonly known: Known;
  readonly exposure: Exposure;
  /** A call is under way: one at a time for each connector. */
  readonly callId: number | undefined;
}

export interface SupplyState {
  readonly members: ReadonlyMap<string, MemberState>;
  readonly meter: { readonly totalA: PerPhase; readonly atMs: number } | undefined;
  readonly isStopped: boolean;
  readonly nextId: number;
}

export type SupplyInput =
  | { readonly kind: "known"; readonly key: string; readonly known: Known }
  /** The site's meter: all that flows on each phase, our connectors included. */
  | { readonly kind: "meter"; readonly totalA: PerPhase }
  | {
      readonly kind: "answered";
      readonly key: string;
      readonly id: number;
      readonly answer: "accepted" | "refused" | "lost";
    }
  /** Fire, or an order to stop: nothing is granted to anybody while it lasts. */
  | { readonly kind: "stopped"; readonly isStopped: boolean }
  | { readonly kind: "tick" };

/** Tell a station: its connector may draw `limitA` for `leaseMs` from when it takes the message in. */
export interface SendGrant {
  readonly key: string;
  readonly id: number;
  readonly limitA: number;
  readonly leaseMs: number;
}

const UNKNOWN: Known = {
  status: "unavailable",
  isConnected: false,
  hasTransaction: false,
  hasFallback: false,
  meteredA: undefined,
  meteredAtMs: Number.NEGATIVE_INFINITY,
};

/**
 * The state at the start of the controller's life. Grants of a former life may still be in force: until their leases
 * have run out, every connector counts with the highest it was granted then.
 *
 * @param former  the highest grant of each connector that was written down before it left, by key; a connector that is
 *                not named counts with its maximum.
 * @param nowMs   monotonic.
 */
export function startSupply(settings: SupplySettings, former: ReadonlyMap<string, number>, nowMs: number): SupplyState {
  const untilMs = nowMs + settings.leaseMs + settings.callTimeoutMs;
  const members = settings.members.map((member) => {
    const limit = { id: 0, limitA: former.get(member.key) ?? member.maxA, untilMs, acceptedAtMs: undefined };
    const exposure = { fallbackA: member.maxA, limits: [limit] };
    return [member.key, { known: UNKNOWN, exposure, callId: undefined }] as const;
  });
  return { members: new Map(members), meter: undefined, isStopped: false, nextId: 1 };
}

/**
 * One step of the supply. A grant is lowered at once, and raised only as far as what everybody may be drawing, whatever
 * became of our messages, leaves room: so that neither lag nor loss nor a death of the controller trips the supply. Pure.
 *
 * @param nowMs  monotonic.
 */
export function stepSupply(
  settings: SupplySettings,
  state: SupplyState,
  input: SupplyInput,
  nowMs: number,
): readonly [SupplyState, readonly SendGrant[]] {
  const taken = settleAll(settings, take(settings, state, input, nowMs), nowMs);
  return planGrants(settings, taken, nowMs);
}

/** The highest grant that may be in force at a connector, for the next life of the controller; 0 without any. */
export function highestGrantA(state: SupplyState, key: string): number {
  return Math.max(0, ...(state.members.get(key)?.exposure.limits ?? []).map(({ limitA }) => limitA));
}

/** The most that may be flowing to all connectors on each phase. */
export function exposedA(settings: SupplySettings, state: SupplyState): PerPhase {
  const sum = (phase: Phase): number =>
    settings.members.reduce((total, { key, phases }) => {
      const member = state.members.get(key);
      return member !== undefined && phases.includes(phase) ? total + exposureA(member.exposure) : total;
    }, 0);
  return perPhase(sum);
}

/** What the supply has for its connectors on each phase; below 0 where the rest of the site takes more than there is. */
export function availableA(settings: SupplySettings, state: SupplyState, nowMs: number): PerPhase {
  const { meter } = state;
  const isFresh = meter !== undefined && nowMs - meter.atMs <= settings.meterMaxAgeMs;
  return perPhase((phase) => {
    const others = isFresh ? Math.max(0, meter.totalA[phase] - meteredOn(settings, state, phase)) : undefined;
    return settings.limitA[phase] - (others ?? settings.otherLoadsA[phase]);
  });
}

function take(settings: SupplySettings, state: SupplyState, input: SupplyInput, nowMs: number): SupplyState {
  switch (input.kind) {
    case "known":
      return withMember(state, input.key, (member) => {
        const fallbackA = fallbackOf(settings, input.key, input.known);
        const hasEnded = member.known.hasTransaction && !input.known.hasTransaction;
        // A TxProfile ends with its transaction, also one that is on its way.
        const exposure = hasEnded ? endedBy(member.exposure, nowMs + settings.callTimeoutMs) : member.exposure;
        return { ...member, known: input.known, exposure: { ...exposure, fallbackA } };
      });
    case "meter":
      return { ...state, meter: { totalA: input.totalA, atMs: nowMs } };
    case "answered":
      return withMember(state, input.key, (member) => afterAnswer(member, input.id, input.answer, nowMs));
    case "stopped":
      return { ...state, isStopped: input.isStopped };
    case "tick":
      return state;
    default:
      return unreachable(input);
  }
}

function afterAnswer(
  member: MemberState,
  id: number,
  answer: "accepted" | "refused" | "lost",
  nowMs: number,
): MemberState {
  const free = member.callId === id ? { ...member, callId: undefined } : member;
  if (answer === "lost") return free;
  const { exposure } = free;
  return { ...free, exposure: answer === "accepted" ? accepted(exposure, id, nowMs) : refused(exposure, id) };
}

function fallbackOf(settings: SupplySettings, key: string, known: Known): number {
  const member = settings.members.find((one) => one.key === key);
  if (member === undefined) return 0;
  return known.hasFallback ? member.fallbackA : member.maxA;
}

function settleAll(settings: SupplySettings, state: SupplyState, nowMs: number): SupplyState {
  let next = state;
  for (const [key, member] of state.members) {
    const exposure = settle(member.exposure, nowMs, freshMeteredA(settings, member.known, nowMs), settings);
    if (exposure !== member.exposure) next = withMember(next, key, (one) => ({ ...one, exposure }));
  }
  return next;
}

function planGrants(
  settings: SupplySettings,
  state: SupplyState,
  nowMs: number,
): readonly [SupplyState, readonly SendGrant[]] {
  const targets = targetsOf(settings, state, nowMs);
  const grants: SendGrant[] = [];
  let next = state;
  for (const member of settings.members) {
    const grant = grantFor(settings, next, { member, targetA: targets.get(member.key) ?? 0 }, nowMs);
    if (grant === undefined) continue;
    grants.push(grant);
    next = { ...noteSent(settings, next, grant, nowMs), nextId: next.nextId + 1 };
  }
  return [next, grants];
}

function targetsOf(settings: SupplySettings, state: SupplyState, nowMs: number): ReadonlyMap<string, number> {
  if (state.isStopped) return new Map();
  const claims: Claim[] = settings.members.filter(({ key }) => isClaiming(state.members.get(key)));
  // Whoever cannot be told anything keeps what he may be drawing; the others share what that leaves.
  const rest = settings.members.filter((member) => !claims.includes(member));
  const available = availableA(settings, state, nowMs);
  const shared = perPhase((phase) =>
    rest.reduce((left, { key, phases }) => {
      const member = state.members.get(key);
      return member !== undefined && phases.includes(phase) ? left - exposureA(member.exposure) : left;
    }, available[phase]),
  );
  return allocate(claims, shared);
}

/** Wants current, and can be told how much. */
function isClaiming(member: MemberState | undefined): boolean {
  const known = member?.known;
  return known?.isConnected === true && known.hasTransaction && known.hasFallback;
}

interface Wanted {
  readonly member: Member;
  readonly targetA: number;
}

/** The message this connector needs now, if any. */
function grantFor(
  settings: SupplySettings,
  state: SupplyState,
  { member, targetA }: Wanted,
  nowMs: number,
): SendGrant | undefined {
  const { key } = member;
  const now = state.members.get(key);
  if (now === undefined || now.callId !== undefined || !isClaiming(now)) return undefined;
  const last = currentLimit(now.exposure);
  const limitA = allowedA(settings, state, { member, targetA }, nowMs);
  const grant = { key, id: state.nextId, limitA, leaseMs: settings.leaseMs };
  if (last === undefined) return limitA === now.exposure.fallbackA ? undefined : grant;
  const riseA = limitA - last.limitA;
  if (riseA < 0 || riseA >= settings.minRiseA || (riseA > 0 && last.limitA < MIN_CHARGING_A)) return grant;
  const isDue = nowMs >= last.untilMs - settings.callTimeoutMs - settings.leaseMs / 2;
  // Renewed as it is: what may be flowing grows by nothing.
  return isDue || last.acceptedAtMs === undefined ? { ...grant, limitA: last.limitA } : undefined;
}

/**
 * How far it may be granted towards its target. What is surely in force already may be granted at any time; anything
 * above it only where all that everybody may be drawing, this included, fits into what there is.
 */
function allowedA(settings: SupplySettings, state: SupplyState, { member, targetA }: Wanted, nowMs: number): number {
  const own = state.members.get(member.key);
  if (own === undefined) return 0;
  const surelyA = certainA(own.exposure, nowMs, settings.callTimeoutMs);
  const available = availableA(settings, state, nowMs);
  const exposed = exposedA(settings, state);
  const ownA = exposureA(own.exposure);
  const roomA = Math.min(...member.phases.map((phase) => available[phase] - (exposed[phase] - ownA)));
  const limitA = Math.min(targetA, roomA >= ownA ? Math.max(surelyA, roomA) : surelyA);
  return limitA < MIN_CHARGING_A ? 0 : Math.floor(limitA * 10 + 1e-6) / 10;
}

function noteSent(settings: SupplySettings, state: SupplyState, grant: SendGrant, nowMs: number): SupplyState {
  const untilMs = nowMs + settings.callTimeoutMs + grant.leaseMs;
  return withMember(state, grant.key, (member) => ({
    ...member,
    callId: grant.id,
    exposure: sent(member.exposure, { id: grant.id, limitA: grant.limitA, untilMs }),
  }));
}

function freshMeteredA(settings: SupplySettings, known: Known, nowMs: number): number | undefined {
  const { meteredA, meteredAtMs } = known;
  if (meteredA === undefined || nowMs - meteredAtMs > settings.meterMaxAgeMs) return undefined;
  return Math.max(...PHASES.map((phase) => meteredA[phase]));
}

function meteredOn(settings: SupplySettings, state: SupplyState, phase: Phase): number {
  return settings.members.reduce((sum, { key }) => sum + (state.members.get(key)?.known.meteredA?.[phase] ?? 0), 0);
}

function withMember(state: SupplyState, key: string, change: (member: MemberState) => MemberState): SupplyState {
  const member = state.members.get(key);
  if (member === undefined) return state;
  return { ...state, members: new Map(state.members).set(key, change(member)) };
}

function perPhase(of: (phase: Phase) => number): PerPhase {
  return { L1: of("L1"), L2: of("L2"), L3: of("L3") };
}
