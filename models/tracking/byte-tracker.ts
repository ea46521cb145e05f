import type { Box } from "../decoders/detections/box.ts";
import { iou } from "../decoders/detections/box.ts";
import type { Detection } from "../decoders/detections/detection.ts";
import { assign } from "./assignment.ts";
import { motionBox, predictMotion } from "./motion/box-motion.ts";
import { bornTrack, seenTrack, type Track } from "./track.ts";

/** How tracks are made and kept. All times are seconds, so that nothing depends on the frame rate. */
export interface TrackerSettings {
  /** Detections from this score on are matched first; weaker ones may only keep a track alive. */
  readonly sureScore: number;
  /** Weaker detections are not looked at. */
  readonly weakScore: number;
  /** Only a detection from this score on starts a track. */
  readonly startScore: number;
  /** The least overlap of a guess and a detection in the first round, the second and for tentative tracks. */
  readonly sureIou: number;
  readonly weakIou: number;
  readonly tentativeIou: number;
  /**
   * Boxes are widened before they are compared, by this many standard deviations of the guess: little for a thing whose
   * speed is known, much for one that was seen once or has been hidden for a while …
   */
  readonly reachDeviations: number;
  /** … and by no more than this many of the box's sizes. */
  readonly maxReach: number;
  /** A weak detection may still keep a track that was missed for no longer than this. */
  readonly weakWithinS: number;
  /** A track is believed once it has been followed so long; the second sighting is the earliest. */
  readonly confirmAfterS: number;
  /** A tentative track unseen for longer is dropped. */
  readonly dropTentativeAfterS: number;
  /** A believed track unseen for longer is ended. */
  readonly keepLostS: number;
  /** New tracks beyond these are not started. */
  readonly maxTracks: number;
  /** Classes of the same number may be the same thing (car and truck); by class index. Absent: each for itself. */
  readonly groups?: readonly number[];
}

export const DEFAULT_TRACKER: TrackerSettings = {
  sureScore: 0.5,
  weakScore: 0.15,
  startScore: 0.5,
  sureIou: 0.2,
  weakIou: 0.4,
  tentativeIou: 0.3,
  reachDeviations: 1,
  maxReach: 0.3,
  weakWithinS: 0.6,
  confirmAfterS: 0.35,
  dropTentativeAfterS: 0.45,
  keepLostS: 2,
  maxTracks: 300,
};

/** Everything a tracker knows between frames. */
export interface TrackerState {
  readonly tracks: readonly Track[];
  readonly nextId: number;
  /** When the last frame was; undefined before the first. */
  readonly atS: number | undefined;
}

export const EMPTY_TRACKER: TrackerState = { tracks: [], nextId: 1, atS: undefined };

/** What one frame changed; `stale` when it is not newer than the last one, which changes nothing. */
export type TrackerStep =
  | { readonly kind: "stepped"; readonly state: TrackerState; readonly endedIds: readonly number[] }
  | { readonly kind: "stale" };

/** Two tracks that overlap so much are one thing seen twice. */
const TWIN_IOU = 0.85;

/**
 * Follows things from one frame to the next, in the manner of ByteTrack: sure detections are matched with all believed
 * tracks first, weak ones then with those left over that were seen a moment ago, so that a thing that fades behind another keeps
 * its id. What "a moment ago" means is a time here, where the paper says the last frame.
 *
 * @param detections  of one frame, in source pixels, suppressed already.
 * @param atS         the frame's time on a clock that never jumps, in seconds.
 * @see Zhang et al., ByteTrack: Multi-Object Tracking by Associating Every Detection Box, 2022
 */
export function stepTracker(
  state: TrackerState,
  detections: readonly Detection[],
  atS: number,
  settings: TrackerSettings,
): TrackerStep {
  if (state.atS !== undefined && !(atS > state.atS)) return { kind: "stale" };
  const passedS = state.atS === undefined ? 0 : atS - state.atS;
  const tracks = state.tracks.map((track) => moved(track, passedS));
  const sure = detections.filter(({ score }) => score >= settings.sureScore);
  const weak = detections.filter(({ score }) => score >= settings.weakScore && score < settings.sureScore);
  const believed = tracks.filter(({ phase }) => phase !== "tentative");
  const tentative = tracks.filter(({ phase }) => phase === "tentative");
  const rule = { settings, atS };
  const first = match(believed, sure, settings.sureIou, rule);
  // A track lost for longer has no say here: a weak detection is no reason to believe that it is back.
  const recent = first.tracks.filter(({ seenAtS }) => atS - seenAtS <= settings.weakWithinS + passedS);
  const second = match(recent, weak, settings.weakIou, rule);
  const third = match(tentative, first.detections, settings.tentativeIou, rule);
  const longLost = first.tracks.filter((track) => !recent.includes(track));
  const unseen = [...longLost, ...second.tracks, ...third.tracks];
  const kept = unseen.filter((track) => isKept(track, rule)).map(asLost);
  const seen = [...first.matched, ...second.matched, ...third.matched];
  const old = withoutTwins(seen, kept, settings);
  const born = third.detections
    .filter(({ score }) => score >= settings.startScore)
    .slice(0, Math.max(0, settings.maxTracks - old.length))
    .map((detection, index) => bornTrack(state.nextId + index, detection, atS));
  const next = [...old, ...born].toSorted((a, b) => a.id - b.id);
  const nextIds = new Set(next.map(({ id }) => id));
  return {
    kind: "stepped",
    state: { tracks: next, nextId: state.nextId + born.length, atS },
    endedIds: state.tracks.map(({ id }) => id).filter((id) => !nextIds.has(id)),
  };
}

interface Rule {
  readonly settings: TrackerSettings;
  readonly atS: number;
}

interface Matching {
  /** Tracks with what they were seen as. */
  readonly matched: readonly Track[];
  /** Tracks and detections left over. */
  readonly tracks: readonly Track[];
  readonly detections: readonly Detection[];
}

function moved(track: Track, passedS: number): Track {
  const motion = predictMotion(track.motion, passedS, track.phase !== "lost");
  return { ...track, motion, box: motionBox(motion) };
}

function match(
  tracks: readonly Track[],
  detections: readonly Detection[],
  leastIou: number,
  { settings, atS }: Rule,
): Matching {
  const values = new Float64Array(tracks.length * detections.length);
  for (const [row, track] of tracks.entries()) {
    const reach = reachOf(track, settings);
    const guess = widened(track.box, reach);
    for (const [column, detection] of detections.entries()) {
      if (!isSameGroup(track, detection, settings)) continue;
      const overlap = iou(guess, widened(detection.box, reach));
      // The score has a say among pairs that are close anyway, but never decides whether a pair may be.
      if (overlap >= leastIou) values[row * detections.length + column] = 1e-9 + (overlap - leastIou) * detection.score;
    }
  }
  const pairs = assign({ rows: tracks.length, columns: detections.length, values });
  const rows = new Set(pairs.map(({ row }) => row));
  const columns = new Set(pairs.map(({ column }) => column));
  return {
    matched: pairs.flatMap(({ row, column }) => {
      const [track, detection] = [tracks[row], detections[column]];
      if (track === undefined || detection === undefined) return [];
      return [seenTrack(track, detection, atS, settings.confirmAfterS)];
    }),
    tracks: tracks.filter((_, row) => !rows.has(row)),
    detections: detections.filter((_, column) => !columns.has(column)),
  };
}

/** How far a box is widened on every side, in pixels. */
function reachOf({ motion, box: { x1, y1, x2, y2 } }: Track, settings: TrackerSettings): number {
  const deviation = Math.sqrt(Math.max(motion.x.placeVariance, motion.y.placeVariance));
  const size = Math.sqrt((x2 - x1) * (y2 - y1));
  return Math.min(settings.reachDeviations * deviation, settings.maxReach * size);
}

function widened({ x1, y1, x2, y2 }: Box, reachPx: number): Box {
  return { x1: x1 - reachPx, y1: y1 - reachPx, x2: x2 + reachPx, y2: y2 + reachPx };
}

function isSameGroup(
  a: { readonly classIndex: number },
  b: { readonly classIndex: number },
  { groups }: TrackerSettings,
): boolean {
  if (a.classIndex === b.classIndex) return true;
  const group = groups?.[a.classIndex];
  return group !== undefined && group === groups?.[b.classIndex];
}

function isKept({ phase, seenAtS }: Track, { settings, atS }: Rule): boolean {
  const unseenS = atS - seenAtS;
  return unseenS <= (phase === "tentative" ? settings.dropTentativeAfterS : settings.keepLostS);
}

function asLost(track: Track): Track {
  return track.phase === "confirmed" ? { ...track, phase: "lost" } : track;
}

/** Of a seen track and a lost one on the same spot the older lives on: the younger is the same thing met again. */
function withoutTwins(seen: readonly Track[], kept: readonly Track[], settings: TrackerSettings): readonly Track[] {
  const dropped = new Set<number>();
  for (const one of seen) {
    if (one.phase !== "confirmed") continue;
    for (const other of kept) {
      if (other.phase !== "lost" || dropped.has(other.id) || dropped.has(one.id)) continue;
      if (!isSameGroup(one, other, settings) || iou(one.box, other.box) <= TWIN_IOU) continue;
      dropped.add(one.bornAtS <= other.bornAtS ? other.id : one.id);
    }
  }
  return [...seen, ...kept].filter(({ id }) => !dropped.has(id));
}
