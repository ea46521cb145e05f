import type { Box } from "../decoders/detections/box.ts";
import type { Detection } from "../decoders/detections/detection.ts";
import { type BoxMotion, correctMotion, motionBox, startMotion } from "./motion/box-motion.ts";

/**
 * - `tentative`: seen, but not for long enough to be believed; counts for nothing.
 * - `confirmed`: believed, and seen in the last frame.
 * - `lost`: believed, but not seen in the last frame; its box is a guess.
 */
export type TrackPhase = "tentative" | "confirmed" | "lost";

/** One thing followed through time. */
export interface Track {
  /** Never used again for another thing. */
  readonly id: number;
  readonly phase: TrackPhase;
  /** The class it was called most, weighted by score. */
  readonly classIndex: number;
  /** The filtered box, in source pixels. */
  readonly box: Box;
  /** Of the last sighting. */
  readonly score: number;
  readonly bornAtS: number;
  readonly seenAtS: number;
  readonly motion: BoxMotion;
  /** Sums of scores by class. */
  readonly votes: ReadonlyMap<number, number>;
}

/** Pixels per second of the box's centre. */
export function velocityOf({ motion }: Track): { readonly x: number; readonly y: number } {
  return { x: motion.x.speed, y: motion.y.speed };
}

/** Starts a track from one detection. */
export function bornTrack(id: number, { box, score, classIndex }: Detection, atS: number): Track {
  return {
    id,
    phase: "tentative",
    classIndex,
    box,
    score,
    bornAtS: atS,
    seenAtS: atS,
    motion: startMotion(box),
    votes: new Map([[classIndex, score]]),
  };
}

/** Takes a sighting into a track; it is believed once it has been followed for `confirmAfterS`. */
export function seenTrack(track: Track, detection: Detection, atS: number, confirmAfterS: number): Track {
  const motion = correctMotion(track.motion, detection.box);
  const votes = new Map(track.votes);
  votes.set(detection.classIndex, (votes.get(detection.classIndex) ?? 0) + detection.score);
  // Seconds are sums of fractions: a hair must not cost a frame.
  const isBelieved = track.phase !== "tentative" || atS - track.bornAtS >= confirmAfterS - 1e-6;
  return {
    ...track,
    phase: isBelieved ? "confirmed" : "tentative",
    classIndex: mostVoted(votes, track.classIndex),
    box: motionBox(motion),
    score: detection.score,
    seenAtS: atS,
    motion,
    votes,
  };
}

function mostVoted(votes: ReadonlyMap<number, number>, current: number): number {
  let best = current;
  for (const [classIndex, sum] of votes) {
    if (sum > (votes.get(best) ?? 0)) best = classIndex;
  }
  return best;
}
