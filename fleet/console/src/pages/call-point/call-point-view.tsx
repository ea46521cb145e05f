import { Button } from "antd";
import type { ReactNode } from "react";

import type { Alarm } from "../../../../api/schemas.ts";
import { askAlarm, askAlarms } from "../../api/endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { PokePanel } from "../../demo/poke-panel.tsx";
import type { CallPoint } from "../../kinds/call-point.ts";
import type { JourneyStep } from "../../kinds/journey.ts";
import { journeyOf, newestOf, standingOf } from "../../kinds/journey.ts";
import { DeviceAlarms } from "../../parts/device/device-alarms.tsx";
import { CallButton } from "../../pictures/call-button.tsx";
import type { DeviceViewProps } from "../device/view-props.ts";
import { CallFacts } from "./call-facts.tsx";
import { JourneyStrip } from "./journey-strip.tsx";

import "./call-point.css";

interface CallPointViewProps extends DeviceViewProps {
  readonly callPoint: CallPoint;
}

const ALARMS_LOOKED_AT = 200;

/** A call point: whether somebody calls, how far the call has come, and whether the device can be relied on. */
export function CallPointView(props: CallPointViewProps): ReactNode {
  const { say } = useSpeech();
  const { device, callPoint, zone, isOld } = props;
  const { alarm, journey, isOver } = useJourney(props);
  const hasCalled = journey.some(({ isReached }) => isReached);
  const standing = standingOf(callPoint.call, alarm);
  const knob = standing === "waiting" ? "on" : callPoint.call;
  const shape = callPoint.callId === "emergency" ? "pendant" : "button";
  return (
    <div className="device-columns">
      <div className="device-left">
        <section className="panel" aria-label={say("call.title")}>
          <div className="body call" data-state={standing}>
            <CallButton {...callPoint} call={knob} shape={shape} isOld={isOld} label={say(`call.${standing}`)} />
            <div>
              <p className="call-state">{say(`call.${standing}`)}</p>
              <CallFacts {...props} />
              <TestMode {...props} />
            </div>
          </div>
          <div className="call-journey">
            <h2>{say(!hasCalled ? "call.noCall" : isOver ? "call.lastJourney" : "call.journey")}</h2>
            <div className={isOver || isOld ? "is-old" : ""}>
              <JourneyStrip journey={journey} zone={zone} />
            </div>
          </div>
        </section>
      </div>
      <div className="device-right">
        <PokePanel device={device} />
        <DeviceAlarms device={device} />
      </div>
    </div>
  );
}

/** The newest call: live where it goes on, read from the record where it is over. */
function useJourney({ device, callPoint }: CallPointViewProps): {
  readonly alarm: Alarm | undefined;
  readonly journey: readonly JourneyStep[];
  readonly isOver: boolean;
} {
  const { feed } = useDesk();
  const { gatewayId, deviceId } = device;
  const recorded = useQuery(`${gatewayId}/${deviceId}`, (signal) =>
    askAlarms({ state: "all", gateway: gatewayId, limit: ALARMS_LOOKED_AT }, signal),
  );
  const live = [...feed.alarms.values()].map(({ value }) => value).filter((alarm) => alarm.gatewayId === gatewayId);
  // Live first: of two with the same time the stable sort keeps the one that is newer.
  const alarm = newestOf([...live, ...(recorded.last?.alarms ?? [])], deviceId, callPoint.callId);
  const detail = useQuery(
    alarm?.id ?? "",
    async (signal) => (alarm === undefined ? undefined : await askAlarm(alarm.id, signal)),
    alarm?.version ?? 0,
  );
  const isPressed = callPoint.call === "on";
  const isOver = alarm?.state === "normal";
  // A new press whose alarm is not here yet begins a new way.
  const current = isOver && isPressed ? undefined : alarm;
  const journey = journeyOf(isPressed, current, detail.last?.steps ?? []);
  return { alarm: current, journey, isOver: isOver && !isPressed };
}

function TestMode({ device, callPoint, points }: CallPointViewProps): ReactNode {
  const { say } = useSpeech();
  const { setOrdering } = useSurroundings();
  if ((points.get("test")?.writable ?? null) === null) return null;
  const isTesting = callPoint.isTesting === "on";
  return (
    <p className="call-test">
      {isTesting ? <strong>{say("call.testing")}</strong> : null}
      {isTesting && callPoint.testPressed === "on" ? <strong>{say("call.testPressed")}</strong> : null}
      <Button
        size="small"
        onClick={() =>
          setOrdering({
            ...device,
            title: say("call.test.title"),
            explain: say("call.test.explain"),
            act: { kind: "write", pointId: "test", value: isTesting ? 0 : 1, isHazardous: false },
          })
        }
      >
        {say(isTesting ? "call.test.end" : "call.test.begin")}
      </Button>
    </p>
  );
}
