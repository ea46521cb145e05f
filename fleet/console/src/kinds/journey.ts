import type { Alarm, AlarmStep } from "../../../api/schemas.ts";
import type { Contact } from "../live/shown.ts";

/** How far a call has come, in the order in which it goes. */
export const STAGES = ["pressed", "raised", "delivered", "acknowledged", "resolved"] as const;
export type Stage = (typeof STAGES)[number];

export interface JourneyStep {
  readonly stage: Stage;
  readonly isReached: boolean;
  /** By the gateway's clock; undefined where it was not reached or nobody noted when. */
  readonly atMs: number | undefined;
  /** Who acknowledged. */
  readonly by: string | undefined;
}

/**
 * The way of a call from the press to its end.
 *
 * @param isPressed  what the button says now, for the moment before its alarm is here.
 * @param alarm      the newest that this call point raised. The desk has it, so it was delivered.
 * @param steps      of that alarm, as far as they were read.
 */
export function journeyOf(
  isPressed: boolean,
  alarm: Alarm | undefined,
  steps: readonly AlarmStep[],
): readonly JourneyStep[] {
  if (alarm === undefined) return STAGES.map((stage) => step(stage, stage === "pressed" && isPressed));
  const acknowledged = steps.findLast(({ change }) => change === "acknowledged");
  const isAcknowledged = acknowledged !== undefined || alarm.state === "active-acknowledged";
  const isResolved = alarm.state === "normal";
  return [
    step("pressed", true, alarm.raisedAtMs),
    step("raised", true, alarm.raisedAtMs),
    step("delivered", true),
    {
      ...step("acknowledged", isAcknowledged, acknowledged?.occurredAtMs),
      by: acknowledged?.actor ?? undefined,
    },
    step("resolved", isResolved, isResolved ? alarm.occurredAtMs : undefined),
  ];
}

function step(stage: Stage, isReached: boolean, atMs?: number): JourneyStep {
  return { stage, isReached, atMs, by: undefined };
}

/** How a call stands, for whoever looks at the device: it goes on until somebody has ended it, pressed or not. */
export type CallStanding = "calling" | "waiting" | "acknowledged" | "atRest" | "unknown";

/**
 * @param call   what the point says now: pressed, let go, or nobody knows.
 * @param alarm  the newest that it raised.
 */
export function standingOf(call: Contact, alarm: Pick<Alarm, "state"> | undefined): CallStanding {
  if (call === "on") return "calling";
  switch (alarm?.state) {
    case "active-unacknowledged":
    case "cleared-unacknowledged":
      return "waiting";
    case "active-acknowledged":
      return "acknowledged";
    case "normal":
    case undefined:
      return call === "off" ? "atRest" : "unknown";
  }
}

/** The newest alarm that one point of a device raised. */
export function newestOf(alarms: readonly Alarm[], deviceId: string, pointId: string): Alarm | undefined {
  return alarms
    .filter((alarm) => alarm.deviceId === deviceId && alarm.pointId === pointId)
    .toSorted((a, b) => b.raisedAtMs - a.raisedAtMs || b.version - a.version)[0];
}
