import { Button, Card, Popconfirm, Select } from "antd";
import { useState, type ReactNode } from "react";

import { useSpeech } from "../app/words.tsx";
import { freeId } from "../draft/draft.ts";
import { useSite } from "../draft/site-context.tsx";

/** What alarms can switch: writable points that are not hazardous, held at one while an alarm calls. */
export function ActionsCard(): ReactNode {
  const speech = useSpeech();
  const { draft, site, change } = useSite();
  const [chosen, setChosen] = useState<string>();
  if (draft === undefined || site === undefined) return null;
  const writable = site.devices.flatMap((device) =>
    device.points
      .filter((point) => point.writable?.isHazardous === false && point.writable.max === 1 && point.writable.min === 0)
      .map((point) => ({
        key: `${device.id} ${point.id}`,
        device: device.id,
        point: point.id,
        label: `${device.name[speech.language]} · ${point.name[speech.language]}`,
      })),
  );
  const held = new Set(
    draft.actions.flatMap((one) => (one.kind === "hold-point" ? [`${one.device} ${one.point}`] : [])),
  );
  const free = writable.filter(({ key }) => !held.has(key));
  const add = () => {
    const found = free.find(({ key }) => key === chosen);
    if (found === undefined) return;
    const id = freeId(found.point, draft.actions);
    const action = { id, kind: "hold-point", device: found.device, point: found.point, active: 1, idle: 0 } as const;
    change({ ...draft, actions: [...draft.actions, action] });
    setChosen(undefined);
  };
  const remove = (id: string) =>
    change({
      ...draft,
      actions: draft.actions.filter((one) => one.id !== id),
      rules: draft.rules.map((rule) => ({ ...rule, actions: rule.actions.filter((one) => one !== id) })),
    });
  return (
    <Card size="small" title={speech.say("action.title")}>
      <ul className="actions">
        {draft.actions.map((action) => (
          <li key={action.id}>
            <b>{action.id}</b>
            <span className="quiet">
              {action.kind}
              {action.device === undefined ? "" : ` · ${action.device} ${action.point ?? ""}`}
            </span>
            <Popconfirm title={`${speech.say("rule.remove")}: ${action.id}?`} onConfirm={() => remove(action.id)}>
              <Button size="small" danger>
                {speech.say("rule.remove")}
              </Button>
            </Popconfirm>
          </li>
        ))}
      </ul>
      {free.length > 0 && (
        <div className="buttons">
          <Select
            className="grow"
            value={chosen}
            placeholder={speech.say("action.new")}
            aria-label={speech.say("action.new")}
            onChange={setChosen}
            options={free.map(({ key, label }) => ({ value: key, label }))}
          />
          <Button disabled={chosen === undefined} onClick={add}>
            {speech.say("action.add")}
          </Button>
        </div>
      )}
    </Card>
  );
}
