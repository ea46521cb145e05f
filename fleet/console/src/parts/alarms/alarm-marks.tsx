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

interface MarksProps {
  readonly alarm: Pick<Alarm, "marks">;
}

/** What is true of an alarm beside its state: a test, the first of its group, one of a flood. Nothing where nothing is. */
export function Marks({ alarm: { marks } }: MarksProps): ReactNode {
  const { say } = useSpeech();
  const words = [
    marks?.isTest === true ? ("alarm.mark.test" as const) : undefined,
    marks?.isFirstOut === true ? ("alarm.mark.first" as const) : undefined,
    marks?.flood === undefined ? undefined : ("alarm.mark.flood" as const),
  ];
  return words.map((word) =>
    word === undefined ? null : (
      <span key={word} className="alarm-mark" data-mark={word}>
        {say(word)}
      </span>
    ),
  );
}
