import type { PanelEvent } from "../events/panel-event.ts";
import { isAlarm, isMomentary, POINTS, type CodeMeaning, type PointKind } from "./points.ts";

/**
 * What a panel has reported and not taken back: by point, the zones where it is so, each with the monotonic time at which
 * it ends by itself (infinite where it does not). Zone 0 stands for the panel itself and for "somewhere".
 */
export type Conditions = ReadonlyMap<PointKind, ReadonlyMap<number, number>>;

export const NO_CONDITIONS: Conditions = new Map();

/** Beyond so many zones a point stays on for "somewhere": that it is on matters more than where. */
const MAX_ZONES = 1_000;

export interface Timing {
  /** Monotonic. */
  readonly nowMs: number;
  readonly momentaryMs: number;
}

/** The conditions after an event. */
export function applyEvent(
  before: Conditions,
  event: Pick<PanelEvent, "zone">,
  meaning: Pick<CodeMeaning, "raises" | "clears">,
  timing: Timing,
): Conditions {
  const after = new Map(before);
  for (const kind of meaning.clears ?? []) setZones(after, kind, cleared(before.get(kind), event.zone));
  if (meaning.raises !== undefined) setZones(after, meaning.raises, raised(after, meaning.raises, event.zone, timing));
  return after;
}

/** The conditions at a time. @returns the same object where nothing has ended. */
export function expire(before: Conditions, nowMs: number): Conditions {
  const ended = [...before].filter(([, zones]) => [...zones.values()].some((endMs) => endMs <= nowMs));
  if (ended.length === 0) return before;
  const after = new Map(before);
  for (const [kind, zones] of ended) setZones(after, kind, new Map([...zones].filter(([, endMs]) => endMs > nowMs)));
  return after;
}

/** When the next condition ends by itself; infinite where none does. */
export function nextEndMs(conditions: Conditions): number {
  return Math.min(Number.POSITIVE_INFINITY, ...[...conditions.values()].map((zones) => Math.min(...zones.values())));
}

/** 1 while there is a zone where it is so. */
export function pointValue(conditions: Conditions, kind: PointKind): 0 | 1 {
  return (conditions.get(kind)?.size ?? 0) > 0 ? 1 : 0;
}

/** 1 while a zone calls for help. */
export function zoneValue(conditions: Conditions, zone: number): 0 | 1 {
  return [...conditions].some(([kind, zones]) => isAlarm(kind) && zones.has(zone)) ? 1 : 0;
}

/** The zones of a point as a row of the device's memory; null where there are none. */
export function conditionRow(conditions: Conditions, kind: PointKind): string | null {
  const zones = conditions.get(kind);
  return zones === undefined || zones.size === 0 ? null : JSON.stringify([...zones.keys()]);
}

/**
 * The conditions that were written down before a restart. A call that had not ended by itself then begins anew: it is not
 * known whether the rules had seen it.
 *
 * @param rowOf  the row of a point.
 */
export function restoredConditions(rowOf: (kind: PointKind) => string | undefined, timing: Timing): Conditions {
  const conditions = new Map<PointKind, ReadonlyMap<number, number>>();
  for (const { id } of POINTS)
    setZones(conditions, id, new Map(parseRow(rowOf(id)).map((zone) => [zone, endOf(id, timing)])));
  return conditions;
}

/** What was known before, and what has been learned since. */
export function mergedConditions(older: Conditions, newer: Conditions): Conditions {
  const merged = new Map(older);
  for (const [kind, zones] of newer) merged.set(kind, new Map([...(older.get(kind) ?? []), ...zones]));
  return merged;
}

function raised(
  conditions: Conditions,
  kind: PointKind,
  zone: number | undefined,
  timing: Timing,
): Map<number, number> {
  const zones = new Map(conditions.get(kind));
  const where = zones.size < MAX_ZONES || zones.has(zone ?? 0) ? (zone ?? 0) : 0;
  return zones.set(where, endOf(kind, timing));
}

/** A restore that names no zone is the point's; one that does is that zone's only. */
function cleared(zones: ReadonlyMap<number, number> | undefined, zone: number | undefined): Map<number, number> {
  if (zones === undefined || zone === undefined) return new Map();
  const left = new Map(zones);
  left.delete(zone);
  return left;
}

function endOf(kind: PointKind, { nowMs, momentaryMs }: Timing): number {
  return isMomentary(kind) ? nowMs + momentaryMs : Number.POSITIVE_INFINITY;
}

function setZones(
  conditions: Map<PointKind, ReadonlyMap<number, number>>,
  kind: PointKind,
  zones: Map<number, number>,
): void {
  if (zones.size === 0) conditions.delete(kind);
  else conditions.set(kind, zones);
}

function parseRow(row: string | undefined): readonly number[] {
  if (row === undefined) return [];
  try {
    const zones: unknown = JSON.parse(row);
    if (!Array.isArray(zones)) return [];
    return zones.filter((zone): zone is number => Number.isSafeInteger(zone)).slice(0, MAX_ZONES + 1);
  } catch {
    // A row that is no JSON was not written by us: it says nothing.
    return [];
  }
}
