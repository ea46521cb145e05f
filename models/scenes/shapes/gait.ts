import { STANDING, type Pose } from "./person.ts";

/** A step of `walkedM` metres on the way, at a usual stride for `heightM`. */
export function walkingPose(walkedM: number, heightM: number, vigour = 1): Pose {
  const phase = (walkedM / (0.82 * heightM)) * 2 * Math.PI;
  const [sine, cosine] = [Math.sin(phase), Math.cos(phase)];
  const swing = 0.44 * vigour;
  return {
    thighs: [swing * sine, -swing * sine],
    // The knee bends while the leg comes forward.
    knees: [0.12 + 0.75 * vigour * Math.max(0, cosine), 0.12 + 0.75 * vigour * Math.max(0, -cosine)],
    arms: [-0.5 * vigour * sine, 0.5 * vigour * sine],
    elbows: [0.3, 0.3],
    spread: 0.1,
    lean: 0.05,
    sink: 0.012 * vigour * Math.abs(sine),
    headTurn: 0,
  };
}

/** Standing about: shifting weight, looking around, now and then at a phone. */
export function waitingPose(tS: number, seed: number): Pose {
  const phase = tS * 0.5 + seed * 7;
  const isOnPhone = seed % 1 < 0.35;
  const sway = 0.03 * Math.sin(phase);
  return {
    ...STANDING,
    thighs: [0.04 + sway, -0.04 + sway],
    knees: [0.05, 0.09],
    arms: isOnPhone ? [0.35, 0.05] : [0.05 + sway, -0.03 - sway],
    elbows: isOnPhone ? [1.55, 0.2] : [0.2, 0.25],
    headTurn: isOnPhone ? 0 : 0.6 * Math.sin(phase * 0.6 + seed),
  };
}

/** On the saddle of a two-wheeler, hands on the bar. */
export const RIDING: Pose = {
  thighs: [1.25, 1.2],
  knees: [1.35, 1.3],
  arms: [0.85, 0.85],
  elbows: [0.35, 0.35],
  spread: 0.22,
  lean: 0.12,
  sink: 0,
  headTurn: 0,
};
