import type { ReactNode } from "react";

import type { Alarm } from "../../../../api/schemas.ts";
import { useSpeech } from "../../app/desk-context.tsx";

import "./alarm-marks.css";

interface PriorityProps {
  readonly priority: Alarm["priority"];
  /** Steady once somebody took note of it. */
  readonly isUnacknowledged: boolean;
}

/** The priority as shape, colour and word: filled while nobody has acknowledged, outlined after. */
export function Priority({ priority, isUnacknowledged }: PriorityProps): ReactNode {
  const { say } = useSpeech();
  return (
    <span className="priority" data-priority={priority} data-new={isUnacknowledged}>
      <i aria-hidden="true" />
      {say(`alarm.priority.${priority}`)}
    </span>
  );
}

interface AlarmStateProps {
  readonly alarm: Pick<Alarm, "state" | "suppression">;
}

export function AlarmState({ alarm }: AlarmStateProps): ReactNode {
  const { say } = useSpeech();
  return (
    <span className="alarm-state" data-state={alarm.state}>
      {say(`alarm.state.${alarm.state}`)}
    </span>
  );
}
