import type { ReactNode } from "react";

import { useSpeech } from "../../app/desk-context.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { ago, dayAndTime } from "../../i18n/format.ts";
import type { CallPoint } from "../../kinds/call-point.ts";
import { ALWAYS_TOLD } from "../../kinds/call-point.ts";
import { ShownValue } from "../../parts/shown-value.tsx";
import type { DeviceViewProps } from "../device/view-props.ts";

interface CallFactsProps extends DeviceViewProps {
  readonly callPoint: CallPoint;
}

/** Whether the device can be relied on: light, battery, troubles, when it was heard last. */
export function CallFacts({ callPoint, points, zone }: CallFactsProps): ReactNode {
  const { say, language } = useSpeech();
  const nowMs = useNowMs(5_000);
  const { indication, battery, troubles } = callPoint;
  const times = [...points.values()].map(({ occurredAtMs }) => occurredAtMs ?? 0);
  const told = troubles.filter(({ kind, state }) => state === "on" || ALWAYS_TOLD.includes(kind));
  const heardAtMs = Math.max(0, ...times);
  return (
    <>
      <dl className="call-facts">
        {indication === "absent" ? null : (
          <div>
            <dt>{say("call.light")}</dt>
            <dd>{say(`call.light.${indication}`)}</dd>
          </div>
        )}
        {battery.kind === "absent" ? null : (
          <div>
            <dt>{say("call.battery")}</dt>
            <dd>
              <ShownValue shown={battery} />
            </dd>
          </div>
        )}
        {heardAtMs === 0 ? null : (
          <div>
            <dt>{say("call.lastHeard")}</dt>
            <dd>
              <time title={dayAndTime(heardAtMs, { language, zone })}>{ago(nowMs - heardAtMs, language)}</time>
            </dd>
          </div>
        )}
      </dl>
      <ul className="call-troubles">
        {told.map(({ kind, state }) => (
          <li key={kind} data-state={state}>
            {say(`call.trouble.${kind}`)}
            {state === "on" ? null : `: ${say(state === "off" ? "call.no" : "call.light.unknown")}`}
          </li>
        ))}
      </ul>
    </>
  );
}
