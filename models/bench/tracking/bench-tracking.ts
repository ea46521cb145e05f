import { compareTrackers, type SceneCase, type SceneFigures } from "./compare-trackers.ts";

/** What the tracking part of the vision bench reports. */
export interface TrackingReport {
  readonly scenes: readonly SceneFigures[];
  readonly crossings: { readonly truth: number; readonly fps5: number; readonly fps15: number };
  /** Difference of the counts at 5 and 15 frames a second, of the true crossings, in percent. */
  readonly countsApartPercent: number;
  readonly isReached: boolean;
}

/** Counts may be so far from the truth: who counts nothing at either rate agrees with himself as well. */
const MAX_MISCOUNTED_SHARE = 0.1;
/** Counts at the two rates may differ by so much. */
export const MAX_APART_PERCENT = 2;

/** Layouts that are trained on and that are held out, the same for everybody who measures. */
const CASES: readonly Omit<SceneCase, "seconds">[] = [
  { scene: "square", structure: "station-front", split: "train", seed: 21 },
  { scene: "square", structure: "park-terrace", split: "held-out", seed: 22 },
  { scene: "street", structure: "avenue-along", split: "train", seed: 21 },
  { scene: "street", structure: "footbridge-over", split: "held-out", seed: 22 },
];

/** Runs all cases, one after the other, `seconds` of scene each; some minutes for 125 s. */
export async function benchTracking(seconds: number, log: (line: string) => void): Promise<TrackingReport> {
  const scenes: SceneFigures[] = [];
  for (const one of CASES) {
    const figures = await compareTrackers({ ...one, seconds });
    scenes.push(figures);
    log(
      `${figures.scene} ${figures.structure}: ours ${JSON.stringify(figures.ours)}, plain ${JSON.stringify(figures.plain)}`,
    );
  }
  const sum = (pick: (figures: SceneFigures) => number): number => scenes.reduce((total, one) => total + pick(one), 0);
  const crossings = {
    truth: sum((one) => one.crossings.truth),
    fps5: sum((one) => one.crossings.fps5),
    fps15: sum((one) => one.crossings.fps15),
  };
  const countsApartPercent =
    crossings.truth === 0 ? 0 : (100 * Math.abs(crossings.fps5 - crossings.fps15)) / crossings.truth;
  const isNearTruth = [crossings.fps5, crossings.fps15].every(
    (count) => Math.abs(count - crossings.truth) <= MAX_MISCOUNTED_SHARE * crossings.truth,
  );
  const isReached = crossings.truth > 0 && isNearTruth && countsApartPercent <= MAX_APART_PERCENT;
  return { scenes, crossings, countsApartPercent, isReached };
}
