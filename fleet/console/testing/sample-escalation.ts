import type { Alarm, AlarmNotification } from "../../api/schemas.ts";

const LI = { zh: "李伟", en: "Li Wei" };
const WANG = { zh: "王芳", en: "Wang Fang" };

/** The same alarm with people being asked: the first has not answered, the second has a minute left. */
export function escalated(alarm: Alarm, nowMs: number): Alarm {
  return {
    ...alarm,
    priority: "high",
    marks: { group: "well", isFirstOut: true, flood: "pump-station" },
    asking: { change: "asked", step: 2, round: 1, who: [WANG], answerByMs: nowMs + 60_000 },
  };
}

/** What the site said while it asked. */
export function sampleNotifications(nowMs: number): AlarmNotification[] {
  return [
    { change: "asked", step: 1, round: 1, who: [LI], occurredAtMs: nowMs - 300_000 },
    {
      change: "sent",
      who: [LI],
      actionId: "sms-li",
      reference: "8F2C91AB",
      attempts: 2,
      occurredAtMs: nowMs - 290_000,
    },
    { change: "asked", step: 2, round: 1, who: [WANG], occurredAtMs: nowMs - 1_000 },
  ];
}
