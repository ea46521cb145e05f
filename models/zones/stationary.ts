import type { Box } from "../decoders/detections/box.ts";
import { iou } from "../decoders/detections/box.ts";

/** When a thing counts as standing still, and how long its place is remembered. */
export interface StationarySettings {
  /** The overlap with its place from which a thing has not moved. */
  readonly stillIou: number;
  /** So long at one place and it is standing. */
  readonly stillAfterS: number;
  /** So long a standing thing must be seen off its place to have moved: a passer-by in front of it changes its box too. */
  readonly movedAfterS: number;
  /** The overlap from which another track at a remembered place is the same thing. */
  readonly sameIou: number;
  /** So long a standing thing may be unseen (hidden, in the dark, not detected) and still be the same one. */
  readonly rememberS: number;
  readonly maxPlaces: number;
  /** As in the tracker: classes of the same number may be the same thing. */
  readonly groups?: readonly number[];
}

export const DEFAULT_STATIONARY: StationarySettings = {
  stillIou: 0.7,
  stillAfterS: 10,
  movedAfterS: 2,
  sameIou: 0.5,
  rememberS: 120,
  maxPlaces: 500,
};

/** A believed track seen in this frame. */
export interface SeenTrack {
  readonly trackId: number;
  readonly box: Box;
  readonly classIndex: number;
}

/** A thing and the place where it is. */
export interface Place {
  /** Stays the same while the thing stands there, whatever tracks it is seen as. */
  readonly placeId: number;
  readonly trackId: number;
  readonly classIndex: number;
  readonly box: Box;
  /** When it came to this place. */
  readonly sinceS: number;
  readonly seenAtS: number;
  readonly isStill: boolean;
  /** Since when its box has not fitted its place; undefined while it does. */
  readonly offSinceS: number | undefined;
}

export interface StationaryState {
  readonly places: readonly Place[];
  readonly nextId: number;
}

export const EMPTY_STATIONARY: StationaryState = { places: [], nextId: 1 };

export type StationaryEvent =
  /** A thing has been at its place for `stillAfterS`. Said once a thing and place. */
  | { readonly kind: "stopped"; readonly placeId: number; readonly trackId: number; readonly sinceS: number }
  /** It has been seen to move away, or has not been seen for `rememberS`. */
  | {
      readonly kind: "gone";
      readonly placeId: number;
      readonly reason: "moved" | "unseen";
      readonly stoodS: number;
    };

interface StationaryStep {
  readonly state: StationaryState;
  readonly events: readonly StationaryEvent[];
}

/**
 * Watches what stands still. A parked car that is lost and found again under another track id, by its overlap with the
 * place, is the same car: it keeps its place id and its time, so nothing is reported twice.
 *
 * @param tracks  believed tracks seen in this frame; lost ones are left out, their boxes are guesses.
 */
export function stepStationary(
  state: StationaryState,
  tracks: readonly SeenTrack[],
  atS: number,
  settings: StationarySettings,
): StationaryStep {
  const events: StationaryEvent[] = [];
  const places = new Map(state.places.map((place) => [place.placeId, place]));
  const byTrack = new Map(state.places.map((place) => [place.trackId, place]));
  const seenIds = new Set(tracks.map(({ trackId }) => trackId));
  let { nextId } = state;
  for (const track of tracks) {
    const own = byTrack.get(track.trackId);
    const vacant = own?.isStill === true ? undefined : vacated(places, track, seenIds, settings);
    const stayed = own === undefined || vacant !== undefined ? undefined : stay(own, track, atS, settings);
    if (stayed !== undefined) {
      places.set(stayed.placeId, stayed);
      continue;
    }
    if (own !== undefined && places.delete(own.placeId) && own.isStill) {
      events.push(gone(own, "moved", own.offSinceS ?? atS));
    }
    if (vacant !== undefined) {
      places.set(vacant.placeId, { ...vacant, trackId: track.trackId, seenAtS: atS, offSinceS: undefined });
    } else if (places.size < settings.maxPlaces) {
      places.set(nextId, { placeId: nextId, ...track, ...came(atS) });
      nextId += 1;
    }
  }
  const kept = [...places.values()].flatMap((place) => settle(place, atS, settings, events));
  return { state: { places: kept, nextId }, events };
}

function came(atS: number): Pick<Place, "sinceS" | "seenAtS" | "isStill" | "offSinceS"> {
  return { sinceS: atS, seenAtS: atS, isStill: false, offSinceS: undefined };
}

/** The place with this sighting in it; undefined where the thing has moved. */
function stay(own: Place, { box }: SeenTrack, atS: number, settings: StationarySettings): Place | undefined {
  if (iou(own.box, box) >= settings.stillIou) return { ...own, seenAtS: atS, offSinceS: undefined };
  const offSinceS = own.offSinceS ?? atS;
  if (!own.isStill || atS - offSinceS >= settings.movedAfterS) return undefined;
  return { ...own, seenAtS: atS, offSinceS };
}

/** The place of a standing thing whose own track is not seen, where this track overlaps it most. */
function vacated(
  places: ReadonlyMap<number, Place>,
  track: SeenTrack,
  seenIds: ReadonlySet<number>,
  settings: StationarySettings,
): Place | undefined {
  return [...places.values()]
    .filter((place) => place.isStill && !seenIds.has(place.trackId) && isSameGroup(place, track, settings))
    .map((place) => ({ place, overlap: iou(place.box, track.box) }))
    .filter(({ overlap }) => overlap >= settings.sameIou)
    .toSorted((a, b) => b.overlap - a.overlap)[0]?.place;
}

function settle(place: Place, atS: number, settings: StationarySettings, events: StationaryEvent[]): readonly Place[] {
  const unseenS = atS - place.seenAtS;
  if (place.isStill) {
    if (unseenS <= settings.rememberS) return [place];
    events.push(gone(place, "unseen", place.seenAtS));
    return [];
  }
  // Who has not come to a stand is forgotten as soon as standing could not be told any more.
  if (unseenS > settings.stillAfterS) return [];
  if (unseenS > 0 || atS - place.sinceS < settings.stillAfterS - 1e-6) return [place];
  events.push({ kind: "stopped", placeId: place.placeId, trackId: place.trackId, sinceS: place.sinceS });
  return [{ ...place, isStill: true }];
}

function gone(place: Place, reason: "moved" | "unseen", untilS: number): StationaryEvent {
  return { kind: "gone", placeId: place.placeId, reason, stoodS: untilS - place.sinceS };
}

function isSameGroup(
  a: { readonly classIndex: number },
  b: { readonly classIndex: number },
  { groups }: StationarySettings,
): boolean {
  if (a.classIndex === b.classIndex) return true;
  const group = groups?.[a.classIndex];
  return group !== undefined && group === groups?.[b.classIndex];
}
