import { Alert, Button, Card, Popconfirm, Select, Spin } from "antd";
import { useEffect, useState, type ReactNode } from "react";

import type { Place } from "../../../server/document-view.ts";
import { useSpeech } from "../app/words.tsx";
import { withoutZone } from "../draft/draft.ts";
import { useSite } from "../draft/site-context.tsx";
import { Canvas } from "./zone-canvas.tsx";
import { ZoneForm } from "./zone-form.tsx";

/** Zones on a camera's still, and who looks at them. */
export function ZonesStep(): ReactNode {
  const speech = useSpeech();
  const { site, draft } = useSite();
  const cameras = site?.devices.filter(({ adapter }) => adapter === "camera") ?? [];
  const [chosen, setChosen] = useState<string>();
  const [first] = cameras;
  if (draft === undefined || first === undefined) return <p className="quiet">{speech.say("zones.absent")}</p>;
  const camera = chosen ?? first.id;
  return (
    <>
      <Select
        value={camera}
        onChange={setChosen}
        aria-label={speech.say("zones.camera")}
        options={cameras.map(({ id, name }) => ({ value: id, label: `${name[speech.language]} · ${id}` }))}
      />
      <CameraZones key={camera} camera={camera} />
    </>
  );
}

function CameraZones({ camera }: { readonly camera: string }): ReactNode {
  const speech = useSpeech();
  const { draft, change } = useSite();
  const [corners, setCorners] = useState<readonly Place[]>([]);
  const [round, setRound] = useState(0);
  const zones = draft?.vision?.cameras.find(({ device }) => device === camera)?.zones ?? [];
  if (draft === undefined) return null;
  return (
    <>
      <p className="quiet">{speech.say("zones.hint")}</p>
      <Still
        key={round}
        source={`/api/cameras/${encodeURIComponent(camera)}/still?${round}`}
        overlay={<Canvas zones={zones} corners={corners} onPlace={(place) => setCorners([...corners, place])} />}
      />
      <div className="buttons">
        <Button onClick={() => setRound(round + 1)}>{speech.say("zones.still")}</Button>
        <Button disabled={corners.length === 0} onClick={() => setCorners(corners.slice(0, -1))}>
          {speech.say("zones.undo")}
        </Button>
      </div>
      <ZoneForm {...{ camera, corners, zones }} onAdded={() => setCorners([])} />
      <Card size="small" title={speech.say("zones.list")}>
        <ul className="actions">
          {zones.map((zone) => (
            <li key={zone.id} data-zone={zone.id}>
              <b>{zone.name[speech.language]}</b>
              <span className="quiet">{zone.id}</span>
              <Popconfirm
                title={`${speech.say("zones.remove")}: ${zone.id}?`}
                onConfirm={() => change(withoutZone(draft, camera, zone.id))}
              >
                <Button size="small" danger>
                  {speech.say("rule.remove")}
                </Button>
              </Popconfirm>
            </li>
          ))}
        </ul>
      </Card>
    </>
  );
}

/** A picture of the camera; it is asked for once and never kept by the browser. */
function Still({ source, overlay }: { readonly source: string; readonly overlay: ReactNode }): ReactNode {
  const speech = useSpeech();
  const [state, setState] = useState<"taking" | "shown" | "none">("taking");
  useEffect(() => setState("taking"), [source]);
  return (
    <div className="still">
      {state === "taking" && <Spin description={speech.say("zones.taking")} className="still-wait" />}
      {state === "none" && <Alert type="error" showIcon title={speech.say("zones.none")} />}
      <img
        src={source}
        alt=""
        hidden={state === "none"}
        onLoad={() => setState("shown")}
        onError={() => setState("none")}
      />
      {state === "shown" && overlay}
    </div>
  );
}
