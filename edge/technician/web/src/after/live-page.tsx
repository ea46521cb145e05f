import { Card, Tag } from "antd";
import type { ReactNode } from "react";

import { useSpeech } from "../app/words.tsx";
import { useSite } from "../draft/site-context.tsx";
import { useLive } from "../live/live-context.tsx";
import { Value } from "../wizard/check-step.tsx";

const COLOURS = { starting: "blue", online: "green", offline: "red", fault: "red" } as const;

/** Every device and point as it is now. */
export function LivePage(): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const { state, readings } = useLive();
  if (site === undefined) return null;
  if (site.devices.length === 0) return <p className="quiet">{speech.say("live.noDevices")}</p>;
  return (
    <>
      {site.devices.map((device) => {
        const health = state?.devices.find(({ id }) => id === device.id);
        return (
          <Card
            key={device.id}
            size="small"
            title={`${device.name[speech.language]} · ${device.id}`}
            extra={health !== undefined && <Tag color={COLOURS[health.state]}>{speech.words.health[health.state]}</Tag>}
          >
            {health !== undefined && health.state !== "online" && <p className="quiet">{health.reason}</p>}
            <ul className="live-points">
              {device.points.map((point) => {
                const reading = readings.get(device.id)?.get(point.id);
                return (
                  <li key={point.id}>
                    <span>{point.name[speech.language]}</span>
                    <Value reading={reading} unit={point.unit} />
                    <span className="quiet">{reading === undefined ? "" : speech.time(reading.atMs)}</span>
                  </li>
                );
              })}
            </ul>
          </Card>
        );
      })}
    </>
  );
}
