/** How long a thing must stay in or out of a zone before that counts. */
export interface PresenceSettings {
  /** From the first sight inside until it counts as there; 0 counts at once. */
  readonly enterAfterS: number;
  /** The least share of the sightings in that time that must be inside, 0 to 1. */
  readonly enterShare: number;
  /** Outside or unseen for longer than this and it has left. */
  readonly leaveAfterS: number;
}

/** One track in this frame: in the zone, out of it, or not seen (lost). */
export interface Sighting {
  readonly trackId: number;
  readonly where: "inside" | "outside" | "unseen";
}

export type PresenceEvent =
  | { readonly kind: "entered"; readonly trackId: number; readonly atS: number }
  /** `atS` is when it was last inside, not when that was decided. */
  | { readonly kind: "left"; readonly trackId: number; readonly atS: number; readonly dwellS: number };

/** Somebody who may be there or is. */
interface Visit {
  readonly isThere: boolean;
  /** The first sight inside. */
  readonly sinceS: number;
  readonly lastInsideS: number;
  readonly insideCount: number;
  readonly seenCount: number;
}

/** What a zone knows between frames, by track id. */
export type PresenceState = ReadonlyMap<number, Visit>;

export const EMPTY_PRESENCE: PresenceState = new Map();

interface PresenceStep {
  readonly state: PresenceState;
  readonly events: readonly PresenceEvent[];
}

/**
 * Watches who is in a zone and since when.
 *
 * @param frame  every track the tracker has, lost ones as `unseen`; a track it has ended is simply absent.
 */
export function stepPresence(
  state: PresenceState,
  frame: { readonly atS: number; readonly sightings: readonly Sighting[] },
  settings: PresenceSettings,
): PresenceStep {
  const { atS, sightings } = frame;
  const where = new Map(sightings.map((one) => [one.trackId, one.where]));
  const next = new Map<number, Visit>();
  const events: PresenceEvent[] = [];
  for (const trackId of new Set([...state.keys(), ...where.keys()])) {
    const before = state.get(trackId);
    const visit = seenVisit(before, where.get(trackId) ?? "unseen", atS);
    if (visit === undefined) continue;
    if (visit.isThere) {
      if (atS - visit.lastInsideS <= settings.leaveAfterS) next.set(trackId, visit);
      else events.push({ kind: "left", trackId, atS: visit.lastInsideS, dwellS: visit.lastInsideS - visit.sinceS });
      continue;
    }
    switch (judge(visit, atS, settings)) {
      case "entered":
        events.push({ kind: "entered", trackId, atS });
        next.set(trackId, { ...visit, isThere: true });
        break;
      case "too-thin":
        next.set(trackId, newVisit(atS));
        break;
      case "undecided":
        next.set(trackId, visit);
        break;
      case "gone":
        break;
    }
  }
  return { state: next, events };
}

function newVisit(atS: number): Visit {
  return { isThere: false, sinceS: atS, lastInsideS: atS, insideCount: 1, seenCount: 1 };
}

function seenVisit(before: Visit | undefined, where: Sighting["where"], atS: number): Visit | undefined {
  if (where === "inside") {
    if (before === undefined) return newVisit(atS);
    return { ...before, lastInsideS: atS, insideCount: before.insideCount + 1, seenCount: before.seenCount + 1 };
  }
  if (before === undefined) return undefined;
  return where === "outside" ? { ...before, seenCount: before.seenCount + 1 } : before;
}

/**
 * Whether someone who may be there is: `too-thin` says that the time is over and too few of the sightings were inside, so
 * that counting begins anew with this one.
 */
function judge(visit: Visit, atS: number, settings: PresenceSettings): "entered" | "too-thin" | "undecided" | "gone" {
  const { sinceS, lastInsideS, insideCount, seenCount } = visit;
  // Only a sight inside can be the one that decides; a hair of rounding must not cost a frame.
  if (lastInsideS === atS && atS - sinceS >= settings.enterAfterS - 1e-6) {
    return insideCount / seenCount >= settings.enterShare ? "entered" : "too-thin";
  }
  return atS - lastInsideS <= Math.min(settings.enterAfterS, settings.leaveAfterS) ? "undecided" : "gone";
}

/** Who is there, and for how long, in seconds from the first sight inside. */
export function dwells(
  state: PresenceState,
  atS: number,
): readonly { readonly trackId: number; readonly dwellS: number }[] {
  return [...state].flatMap(([trackId, { isThere, sinceS }]) => (isThere ? [{ trackId, dwellS: atS - sinceS }] : []));
}
