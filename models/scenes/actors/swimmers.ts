import type { Puff } from "../effects/puffs.ts";
import { hex } from "../engine/colour.ts";
import type { Dice } from "../engine/dice.ts";
import { moved, placed, smooth, type Matrix, type V3 } from "../engine/geometry.ts";
import type { Thing } from "../engine/world.ts";
import { personMesh, somebody, STANDING, type Person, type Pose } from "../shapes/person.ts";

/** What a swimmer does for the whole scene; a `victim` swims until `atS`, lies still, and sinks `afterS` later. */
export type SwimmerPlan =
  | {
      readonly kind: "laps";
      readonly fromY: number;
      readonly toY: number;
      readonly x: number;
      readonly speedMps: number;
      readonly startM: number;
    }
  | { readonly kind: "treading"; readonly at: readonly [number, number] }
  | { readonly kind: "passive"; readonly at: readonly [number, number] }
  | { readonly kind: "submerged"; readonly at: readonly [number, number]; readonly depthM: number }
  | {
      readonly kind: "victim";
      readonly at: readonly [number, number];
      readonly atS: number;
      readonly afterS: number;
      readonly depthM: number;
    };

export interface Swimmer {
  readonly id: number;
  readonly person: Person;
  readonly plan: SwimmerPlan;
  readonly seed: number;
}

export type SwimmerState = "swimming" | "treading" | "passive" | "submerged";

export function swimmer(dice: Dice, id: number, plan: SwimmerPlan): Swimmer {
  const base = somebody(dice, "summer");
  const suit = hex(dice.pick(["#16243f", "#101114", "#7e1f2c", "#1f5a6b", "#3c2a63"]));
  const cap = hex(dice.pick(["#f0f0ea", "#e0483b", "#2a6fd0", "#f0c52e", "#17181b"]));
  const hat = dice.chance(0.75) ? ("swim-cap" as const) : ("none" as const);
  const person: Person = {
    ...base,
    heightM: dice.between(1.45, 1.85),
    bottom: suit,
    top: base.hasLongHair ? suit : base.skin,
    legs: "bare",
    bag: "none",
    head: { ...base.head, hat, hatColour: cap },
  };
  return { id, person, plan, seed: dice.between(0, 10) };
}

interface Moment {
  readonly state: SwimmerState;
  readonly pose: Pose;
  readonly at: Matrix;
  /** Where water is thrown up. */
  readonly splash: number;
  readonly depthM: number;
}

/** A stroke of the crawl; the legs kick three times a stroke. */
function crawl(phase: number): Pose {
  const kick = Math.sin(phase * 3) * 0.18;
  return {
    ...STANDING,
    thighs: [kick, -kick],
    knees: [0.1 - kick * 0.4, 0.1 + kick * 0.4],
    arms: [phase, phase + Math.PI],
    elbows: [0.35, 0.35],
    spread: 0.12,
    headTurn: Math.sin(phase) * 0.5,
  };
}

function lapAt(
  plan: Extract<SwimmerPlan, { kind: "laps" }>,
  tS: number,
): { y: number; isBack: boolean; swumM: number } {
  const long = plan.toY - plan.fromY;
  const swumM = plan.startM + tS * plan.speedMps;
  const inRound = swumM % (2 * long);
  const isBack = inRound > long;
  return { y: isBack ? plan.toY - (inRound - long) : plan.fromY + inRound, isBack, swumM };
}

function swimming(at: V3, yaw: number, swumM: number): Moment {
  const phase = (swumM / 1.1) * Math.PI;
  // Prone: the body's z points the way it swims.
  return {
    state: "swimming",
    pose: crawl(phase),
    at: placed({ at, yaw, pitch: -Math.PI / 2 + 0.06, roll: 0 }),
    splash: 0.7,
    depthM: 0.05,
  };
}

function momentOf({ plan, person, seed }: Swimmer, tS: number): Moment {
  const t = tS + seed;
  const lay = person.heightM * 0.55;
  switch (plan.kind) {
    case "laps": {
      const { y, isBack, swumM } = lapAt(plan, tS);
      return swimming([plan.x, y + (isBack ? lay : -lay), -0.1], isBack ? Math.PI : 0, swumM);
    }
    case "treading": {
      const bob = Math.sin(t * 2.4) * 0.04;
      const pose: Pose = {
        ...STANDING,
        thighs: [0.7 + 0.3 * Math.sin(t * 4), 0.7 - 0.3 * Math.sin(t * 4)],
        knees: [1, 1.1],
        arms: [0.5 + 0.25 * Math.sin(t * 5), 0.5 - 0.25 * Math.sin(t * 5)],
        elbows: [0.7, 0.7],
        spread: 0.9,
        lean: 0.12,
        headTurn: Math.sin(t * 0.5),
      };
      const drift: V3 = [
        plan.at[0] + Math.sin(t * 0.21) * 0.3,
        plan.at[1] + Math.cos(t * 0.17) * 0.3,
        -person.heightM * 0.86 + bob,
      ];
      return {
        state: "treading",
        pose,
        at: placed({ at: drift, yaw: seed + Math.sin(t * 0.1) }),
        splash: 0.15,
        depthM: 0.2,
      };
    }
    case "passive":
      return still(plan.at, { t, lay, seed, depthM: 0.08, state: "passive" });
    case "submerged":
      return still(plan.at, { t, lay, seed, depthM: plan.depthM, state: "submerged" });
    case "victim": {
      if (tS < plan.atS) {
        const swumM = tS * 0.9;
        return swimming([plan.at[0], plan.at[1] - (plan.atS - tS) * 0.9 - lay, -0.1], 0, swumM);
      }
      const sinkS = tS - plan.atS - plan.afterS;
      const depthM = 0.08 + (plan.depthM - 0.08) * smooth(0, 7, sinkS);
      const settled = still([plan.at[0], plan.at[1] - lay], {
        t,
        lay: 0,
        seed: 0,
        depthM,
        state: depthM > 0.35 ? "submerged" : "passive",
      });
      return settled;
    }
  }
}

function still(
  [x, y]: readonly [number, number],
  { t, lay, seed, depthM, state }: { t: number; lay: number; seed: number; depthM: number; state: SwimmerState },
): Moment {
  const sway = Math.sin(t * 0.7) * 0.05;
  const pose: Pose = {
    ...STANDING,
    thighs: [0.25, 0.12],
    knees: [0.35, 0.2],
    arms: [0.9, 1.2],
    elbows: [0.5, 0.35],
    spread: 0.7,
    lean: 0.1,
    headTurn: 0.2,
  };
  const yaw = seed + sway;
  const at: V3 = [x + Math.sin(yaw) * lay, y - Math.cos(yaw) * lay, -depthM - 0.04 + sway * 0.3];
  return { state, pose, at: placed({ at, yaw, pitch: -Math.PI / 2 + 0.12, roll: 0.15 }), splash: 0, depthM };
}

export function swimmerAt(one: Swimmer, tS: number): Thing {
  const { state, pose, at, depthM } = momentOf(one, tS);
  const mesh = personMesh(one.person, pose);
  return {
    id: one.id,
    kind: "swimmer",
    state,
    facts: { depthM: Math.round(depthM * 100) / 100 },
    mesh,
    at,
    isShadowless: true,
  };
}

/** White water around hands and feet. */
export function splashAt(one: Swimmer, tS: number): readonly Puff[] {
  const { splash, at } = momentOf(one, tS);
  if (splash === 0) return [];
  const body = one.person.heightM;
  return [0.02, 0.1, 0.78].map((share, index): Puff => {
    const [x, y] = moved(at, [(index - 1) * 0.14, 0, body * share]);
    return {
      at: [x, y, 0.04],
      radiusM: (0.16 + 0.07 * Math.sin(tS * 9 + index * 2)) * (0.6 + splash),
      colour: [0.85, 0.92, 0.95],
      opacity: 0.75 * splash,
      form: "cover",
      seed: index + Math.floor(tS * 6),
    };
  });
}
