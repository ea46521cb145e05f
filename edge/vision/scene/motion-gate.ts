/** How pictures without motion are passed over. */
export interface GateSettings {
  /** So long after the last motion every picture is looked at. */
  readonly holdMs: number;
  /** However still it is, the model looks this often. */
  readonly keepAliveMs: number;
  /** The share of the picture that must move. */
  readonly leastShare: number;
}

export const DEFAULT_GATE: GateSettings = { holdMs: 2_000, keepAliveMs: 10_000, leastShare: 0.002 };

/** What a gate knows of one camera; undefined before the first look. */
export interface GateState {
  readonly lookedAtMs: number | undefined;
  readonly movedAtMs: number | undefined;
}

export const CLOSED_GATE: GateState = { lookedAtMs: undefined, movedAtMs: undefined };

/** Whether the next picture is looked at anyway, or only where it shows motion. */
export function gateFor(
  { lookedAtMs, movedAtMs }: GateState,
  nowMs: number,
  settings: GateSettings,
): "look" | "if-moved" {
  if (lookedAtMs === undefined || nowMs - lookedAtMs >= settings.keepAliveMs) return "look";
  return movedAtMs !== undefined && nowMs - movedAtMs < settings.holdMs ? "look" : "if-moved";
}

/** The state after an answer: `looked` at a picture that was asked `if-moved` means that something moved. */
export function gateAfter(
  state: GateState,
  asked: "look" | "if-moved",
  answered: "looked" | "still",
  nowMs: number,
): GateState {
  if (answered === "still") return state;
  return { lookedAtMs: nowMs, movedAtMs: asked === "if-moved" ? nowMs : state.movedAtMs };
}
