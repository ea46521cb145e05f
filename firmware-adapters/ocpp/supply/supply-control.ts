import { unreachable } from "@outpost/kernel/never.ts";

import type { ConnectorStatus, PerPhase, Phase } from "../words.ts";
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
  readonly member: Member;
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

/** What became of a grant. */
export interface GrantAnswered {
  readonly kind: "answered";
  readonly key: string;
  readonly id: number;
  readonly answer: "accepted" | "refused" | "lost";
}

export type SupplyInput =
  | { readonly kind: "known"; readonly key: string; readonly known: Known }
  /** The site's meter: all that flows on each phase, our connectors included. */
  | { readonly kind: "meter"; readonly totalA: PerPhase }
  | GrantAnswered
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
    return [member.key, { member, known: UNKNOWN, exposure, callId: undefined }] as const;
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
  const taken = settleAll(settings, noteInput(settings, state, input, nowMs), nowMs);
  return planGrants(settings, taken, nowMs);
}

/**
 * Takes in what has become known of connectors, without deciding anything: the next step does. Pure.
 *
 * @param news  by the connectors' keys.
 */
export function noteKnown(
  state: SupplyState,
  news: ReadonlyMap<string, Known>,
  nowMs: number,
  { callTimeoutMs }: Pick<SupplySettings, "callTimeoutMs">,
): SupplyState {
  const members = new Map(state.members);
  for (const [key, known] of news) {
    const before = members.get(key);
    if (before === undefined) continue;
    const fallbackA = known.hasFallback ? before.member.fallbackA : before.member.maxA;
    const hasEnded = before.known.hasTransaction && !known.hasTransaction;
    // A TxProfile ends with its transaction, also one that is on its way.
    const exposure = hasEnded ? endedBy(before.exposure, nowMs + callTimeoutMs) : before.exposure;
    members.set(key, { ...before, known, exposure: { ...exposure, fallbackA } });
  }
  return { ...state, members };
}

/** Takes one input in, without deciding anything: the next step does. Pure. */
export function noteInput(
  settings: SupplySettings,
  state: SupplyState,
  input: SupplyInput,
  nowMs: number,
): SupplyState {
  switch (input.kind) {
    case "known":
      return noteKnown(state, new Map([[input.key, input.known]]), nowMs, settings);
    case "meter":
      return { ...state, meter: { totalA: input.totalA, atMs: nowMs } };
    case "answered":
      return noteAnswers(state, [input], nowMs);
    case "stopped":
      return { ...state, isStopped: input.isStopped };
    case "tick":
      return state;
    default:
      return unreachable(input);
  }
}

/** Takes in what became of grants, without deciding anything: the next step does. Pure. */
export function noteAnswers(state: SupplyState, answers: readonly GrantAnswered[], nowMs: number): SupplyState {
  if (answers.length === 0) return state;
  const members = new Map(state.members);
  for (const { key, id, answer } of answers) {
    const member = members.get(key);
    if (member !== undefined) members.set(key, afterAnswer(member, id, answer, nowMs));
  }
  return { ...state, members };
}

/** The highest grant that may be in force at a connector, for the next life of the controller; 0 without any. */
export function highestGrantA(state: SupplyState, key: string): number {
  return Math.max(0, ...(state.members.get(key)?.exposure.limits ?? []).map(({ limitA }) => limitA));
}

/** The most that may be flowing to all connectors on each phase. */
export function exposedA(state: SupplyState): PerPhase {
  const sum = { L1: 0, L2: 0, L3: 0 };
  for (const { member, exposure } of state.members.values()) {
    const amperes = exposureA(exposure);
    for (const phase of member.phases) sum[phase] += amperes;
  }
  return sum;
}

/** What the supply has for its connectors on each phase; below 0 where the rest of the site takes more than there is. */
export function availableA(settings: SupplySettings, state: SupplyState, nowMs: number): PerPhase {
  const { meter } = state;
  const isFresh = meter !== undefined && nowMs - meter.atMs <= settings.meterMaxAgeMs;
  return perPhase((phase) => {
    const others = isFresh ? Math.max(0, meter.totalA[phase] - meteredOn(state, phase)) : undefined;
    return settings.limitA[phase] - (others ?? settings.otherLoadsA[phase]);
  });
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

function settleAll(settings: SupplySettings, state: SupplyState, nowMs: number): SupplyState {
  let settled: Map<string, MemberState> | undefined;
  for (const one of state.members.values()) {
    const exposure = settle(one.exposure, nowMs, freshMeteredA(settings, one.known, nowMs), settings);
    if (exposure === one.exposure) continue;
    settled ??= new Map(state.members);
    settled.set(one.member.key, { ...one, exposure });
  }
  return settled === undefined ? state : { ...state, members: settled };
}

function planGrants(
  settings: SupplySettings,
  state: SupplyState,
  nowMs: number,
): readonly [SupplyState, readonly SendGrant[]] {
  const available = availableA(settings, state, nowMs);
  const exposed = { ...exposedA(state) };
  const targets = targetsOf(state, available);
  let members: Map<string, MemberState> | undefined;
  const grants: SendGrant[] = [];
  for (const one of state.members.values()) {
    const { key } = one.member;
    const room = { targetA: targets.get(key) ?? 0, available, exposed, id: state.nextId + grants.length };
    const grant = grantFor(settings, one, room, nowMs);
    if (grant === undefined) continue;
    grants.push(grant);
    const next = afterSending(settings, one, grant, nowMs);
    members ??= new Map(state.members);
    members.set(key, next);
    const riseA = exposureA(next.exposure) - exposureA(one.exposure);
    for (const phase of one.member.phases) exposed[phase] += riseA;
  }
  if (members === undefined) return [state, grants];
  return [{ ...state, members, nextId: state.nextId + grants.length }, grants];
}

function targetsOf(state: SupplyState, available: PerPhase): ReadonlyMap<string, number> {
  if (state.isStopped) return new Map();
  const claims: Claim[] = [];
  const shared = { ...available };
  for (const one of state.members.values()) {
    if (isClaiming(one)) claims.push(one.member);
    // Whoever cannot be told anything keeps what he may be drawing; the others share what that leaves.
    else for (const phase of one.member.phases) shared[phase] -= exposureA(one.exposure);
  }
  return allocate(claims, shared);
}

/** Wants current, and can be told how much. */
function isClaiming({ known }: MemberState): boolean {
  return known.isConnected && known.hasTransaction && known.hasFallback;
}

interface Room {
  /** The connector's fair share. */
  readonly targetA: number;
  readonly available: PerPhase;
  /** What everybody may be drawing, this connector included. */
  readonly exposed: PerPhase;
  /** Of the message, where there is one. */
  readonly id: number;
}

/** The message this connector needs now, if any. */
function grantFor(settings: SupplySettings, one: MemberState, room: Room, nowMs: number): SendGrant | undefined {
  if (one.callId !== undefined || !isClaiming(one)) return undefined;
  const last = currentLimit(one.exposure);
  const limitA = allowedA(settings, one, room, nowMs);
  const grant = { key: one.member.key, id: room.id, limitA, leaseMs: settings.leaseMs };
  if (last === undefined) return limitA === one.exposure.fallbackA ? undefined : grant;
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
function allowedA(
  settings: SupplySettings,
  { member, exposure }: MemberState,
  { targetA, available, exposed }: Room,
  nowMs: number,
): number {
  const surelyA = certainA(exposure, nowMs, settings.callTimeoutMs);
  const ownA = exposureA(exposure);
  let roomA = Number.POSITIVE_INFINITY;
  for (const phase of member.phases) roomA = Math.min(roomA, available[phase] - (exposed[phase] - ownA));
  const limitA = Math.min(targetA, roomA >= ownA ? Math.max(surelyA, roomA) : surelyA);
  return limitA < MIN_CHARGING_A ? 0 : Math.floor(limitA * 10 + 1e-6) / 10;
}

function afterSending(settings: SupplySettings, one: MemberState, grant: SendGrant, nowMs: number): MemberState {
  const untilMs = nowMs + settings.callTimeoutMs + grant.leaseMs;
  return { ...one, callId: grant.id, exposure: sent(one.exposure, { id: grant.id, limitA: grant.limitA, untilMs }) };
}

function freshMeteredA(settings: SupplySettings, known: Known, nowMs: number): number | undefined {
  const { meteredA, meteredAtMs } = known;
  if (meteredA === undefined || nowMs - meteredAtMs > settings.meterMaxAgeMs) return undefined;
  return Math.max(meteredA.L1, meteredA.L2, meteredA.L3);
}

function meteredOn(state: SupplyState, phase: Phase): number {
  let sum = 0;
  for (const { known } of state.members.values()) sum += known.meteredA?.[phase] ?? 0;
  return sum;
}

function perPhase(of: (phase: Phase) => number): PerPhase {
  return { L1: of("L1"), L2: of("L2"), L3: of("L3") };
}
