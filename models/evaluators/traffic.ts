import { z } from "zod";

import { isMeasured, speedMPerS, type TrailPoint } from "../zones/ground-plane.ts";
import { EMPTY_LINE, stepLine, type LineState } from "../zones/line.ts";
import { isInside, standingPoint } from "../zones/polygon.ts";
import { defineRule, type Evaluation, type SceneFrame, type Scope } from "./evaluator.ts";
import { addToWindow, medianOf, type TimedValue } from "./window.ts";

const parameters = z.strictObject({
  /** Flow, occupancy and speed are means over so long. */
  windowS: z.number().min(1).max(600),
  deadBandPx: z.number().min(0).max(400),
  /** So many vehicles fill the zone. */
  fullAt: z.number().min(1).max(500),
  /** Congested: at least this full, in %, and slower than that; slow: half as full. */
  congestedAtPercent: z.number().min(1).max(100),
  congestedKmh: z.number().min(1).max(120),
  /** Without marks on the ground: a vehicle that moves by less than this share of the picture's width a second stands. */
  stillShare: z.number().min(0.001).max(0.5),
});
type Values = z.infer<typeof parameters>;

interface State {
  readonly line: LineState;
  readonly total: number;
  readonly crossings: readonly TimedValue[];
  readonly beganAtS: number | undefined;
  /** Standing points of the last seconds by track id. */
  readonly trails: ReadonlyMap<number, readonly TrailPoint[]>;
  readonly counts: readonly TimedValue[];
  readonly speedsKmh: readonly TimedValue[];
  readonly stills: readonly TimedValue[];
}

const TRAIL_S = 2;
const LEAST_TRAIL_S = 0.8;
const FORGET_AFTER_S = 3;
const KMH_PER_M_S = 3.6;

/**
 * Traffic: vehicles a minute over a line; speed, occupancy and congestion (0 free, 1 slow, 2 congested) in a zone. Speed
 * takes four marks on the ground; congestion without them goes by how many vehicles stand.
 */
export const traffic = defineRule<Values, State>({
  scopes: ["zone", "line"],
  parameters,
  outputs: (scope) =>
    scope === "line"
      ? [
          { id: "flow", unit: "/min", name: { zh: "车流量", en: "flow" } },
          { id: "total", unit: "", name: { zh: "累计", en: "total" } },
        ]
      : [
          { id: "level", unit: "", name: { zh: "拥堵等级", en: "congestion" } },
          { id: "occupancy", unit: "%", name: { zh: "占有率", en: "occupancy" } },
          { id: "speed", unit: "km/h", name: { zh: "平均车速", en: "speed" } },
          { id: "count", unit: "", name: { zh: "车辆数", en: "vehicles" } },
        ],
  start: () => ({
    line: EMPTY_LINE,
    total: 0,
    crossings: [],
    beganAtS: undefined,
    trails: new Map(),
    counts: [],
    speedsKmh: [],
    stills: [],
  }),
  step(state, frame, { scope, parameters: values }) {
    return scope.kind === "line" ? stepFlow(state, frame, scope, values) : stepZone(state, frame, scope, values);
  },
});

interface Step {
  readonly state: State;
  readonly evaluation: Evaluation;
}

function stepFlow(state: State, frame: SceneFrame, { a, b }: Extract<Scope, { kind: "line" }>, values: Values): Step {
  const { atS, objects } = frame;
  const standings = objects.flatMap(({ trackId, phase, box }) =>
    phase === "confirmed" ? [{ trackId, point: standingPoint(box) }] : [],
  );
  const line = { a, b, deadBandPx: values.deadBandPx };
  const stepped = stepLine(line, state.line, { atS, standings }, FORGET_AFTER_S);
  const crossings = addToWindow(state.crossings, { atS, value: stepped.crossings.length }, values.windowS);
  const beganAtS = state.beganAtS ?? atS;
  const overS = Math.min(values.windowS, atS - beganAtS);
  const inWindow = crossings.reduce((sum, { value }) => sum + value, 0);
  // Before a fifth of the window is over, a flow would be a guess.
  const flow = overS >= values.windowS / 5 ? (inWindow / overS) * 60 : undefined;
  const total = state.total + stepped.crossings.length;
  const next = { ...state, line: stepped.state, total, crossings, beganAtS };
  return { state: next, evaluation: { readings: { flow, total }, happenings: [] } };
}

function stepZone(state: State, frame: SceneFrame, scope: Extract<Scope, { kind: "zone" }>, values: Values): Step {
  const { atS, objects } = frame;
  const inside = objects.filter(
    ({ phase, box }) => phase === "confirmed" && isInside(scope.polygon, standingPoint(box)),
  );
  const trails = new Map(
    inside.map(({ trackId, box }) => {
      const before = (state.trails.get(trackId) ?? []).filter((one) => atS - one.atS <= TRAIL_S);
      return [trackId, [...before, { atS, point: standingPoint(box) }]] as const;
    }),
  );
  const speeds = [...trails.values()].flatMap((trail) => speedOf(trail, scope));
  const moves = [...trails.values()].flatMap((trail) => shareOf(trail, scope.plane.width));
  const counts = addToWindow(state.counts, { atS, value: inside.length }, values.windowS);
  const speedsKmh = withAll(state.speedsKmh, speeds, atS, values.windowS);
  const still = moves.map((share) => (share < values.stillShare ? 1 : 0));
  const stills = withAll(state.stills, still, atS, values.windowS);
  const occupancy = Math.min(100, (meanOf(counts) / values.fullAt) * 100);
  const speed = speedsKmh.length === 0 ? undefined : medianOf(speedsKmh.map(({ value }) => value));
  const isSlow = speed === undefined ? meanOf(stills) >= 0.5 : speed < values.congestedKmh;
  const isFull = occupancy >= values.congestedAtPercent;
  const level = isFull && isSlow ? 2 : occupancy >= values.congestedAtPercent / 2 && isSlow ? 1 : 0;
  const readings = { level, occupancy, speed, count: inside.length };
  return { state: { ...state, trails, counts, speedsKmh, stills }, evaluation: { readings, happenings: [] } };
}

function speedOf(trail: readonly TrailPoint[], { ground }: Extract<Scope, { kind: "zone" }>): readonly number[] {
  const last = trail.at(-1);
  if (ground === undefined || last === undefined || !isMeasured(ground, last.point)) return [];
  const speed = speedMPerS(ground, trail, LEAST_TRAIL_S);
  return speed === undefined ? [] : [speed * KMH_PER_M_S];
}

/** How far it moves a second, as a share of the picture's width; nothing before it can be told. */
function shareOf(trail: readonly TrailPoint[], widthPx: number): readonly number[] {
  const [first, last] = [trail[0], trail.at(-1)];
  if (first === undefined || last === undefined || last.atS - first.atS < LEAST_TRAIL_S) return [];
  const movedPx = Math.hypot(last.point.x - first.point.x, last.point.y - first.point.y);
  return [movedPx / widthPx / (last.atS - first.atS)];
}

function withAll(
  window: readonly TimedValue[],
  values: readonly number[],
  atS: number,
  windowS: number,
): readonly TimedValue[] {
  const kept = window.filter((one) => atS - one.atS <= windowS);
  return values.reduce<readonly TimedValue[]>((all, value) => addToWindow(all, { atS, value }, windowS), kept);
}

function meanOf(window: readonly TimedValue[]): number {
  return window.reduce((sum, { value }) => sum + value, 0) / Math.max(1, window.length);
}
