import { Button, Card, Popconfirm, Spin } from "antd";
import { useState, type ReactNode } from "react";

import type { FamilyView } from "../../../server/views.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";
import { withoutDevice } from "../draft/draft.ts";
import { useSite } from "../draft/site-context.tsx";
import { DeviceForm } from "./device-form.tsx";

/** The site's devices, and a new one. */
export function AddStep(): ReactNode {
  const speech = useSpeech();
  const { draft, site, change } = useSite();
  const { answer } = useAsked<{ readonly families: readonly FamilyView[] }>("/families");
  const [round, setRound] = useState(0);
  if (draft === undefined || answer === undefined) return <Spin />;
  return (
    <>
      <Card size="small" title={speech.say("device.list")}>
        {draft.devices.length === 0 && <p className="quiet">{speech.say("device.none")}</p>}
        <ul className="devices">
          {draft.devices.map((device) => {
            const running = site?.devices.find(({ id }) => id === device.id);
            return (
              <li key={device.id}>
                <span>
                  <b>{device.name[speech.language]}</b> <span className="quiet">{device.id}</span>
                </span>
                <span className="quiet">
                  {running === undefined
                    ? device.adapter
                    : `${running.profile} · ${speech.say("device.points", { count: running.points.length })}`}
                </span>
                <Popconfirm
                  title={`${speech.say("device.remove")}: ${device.id}?`}
                  onConfirm={() => change(withoutDevice(draft, device.id))}
                >
                  <Button size="small" danger>
                    {speech.say("device.remove")}
                  </Button>
                </Popconfirm>
              </li>
            );
          })}
        </ul>
      </Card>
      <DeviceForm key={round} families={answer.families} onAdded={() => setRound(round + 1)} />
    </>
  );
}
