import { Button, Form, Input, Select } from "antd";
import { useState, type ReactNode } from "react";

import type { Place, ZoneView } from "../../../server/document-view.ts";
import type { AlgorithmView } from "../../../server/views.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";
import { freeId, withZone } from "../draft/draft.ts";
import { useSite } from "../draft/site-context.tsx";

const MIN_CORNERS = 3;
const MAX_ID = 32;

interface ZoneFormProps {
  readonly camera: string;
  readonly corners: readonly Place[];
  readonly zones: readonly ZoneView[];
  readonly onAdded: () => void;
}

interface Given {
  readonly zh?: string;
  readonly en?: string;
  readonly algorithm: string;
}

/** Names the zone that was drawn, and says who looks at it. */
export function ZoneForm({ camera, corners, zones, onAdded }: ZoneFormProps): ReactNode {
  const speech = useSpeech();
  const { draft, change } = useSite();
  const { answer } = useAsked<{ readonly algorithms: readonly AlgorithmView[] }>("/algorithms");
  const [form] = Form.useForm<Given>();
  const [names, setNames] = useState<Partial<Given>>({});
  if (draft === undefined) return null;
  const add = ({ zh = "", en = "", algorithm }: Given) => {
    const id = freeId(en === "" ? "zone" : en, zones)
      .replaceAll(/[^a-z0-9-]/g, "-")
      .slice(0, MAX_ID);
    const name = { zh: zh === "" ? en : zh, en: en === "" ? zh : en };
    change(withZone(draft, camera, { id, name, corners }, algorithm));
    form.resetFields();
    setNames({});
    onAdded();
  };
  const isNamed = (names.zh ?? "") !== "" || (names.en ?? "") !== "";
  const canAdd = corners.length >= MIN_CORNERS && isNamed && names.algorithm !== undefined;
  const looking = answer?.algorithms.filter(({ scopes }) => scopes.includes("zone")) ?? [];
  return (
    <Form<Given> form={form} layout="vertical" onFinish={add} onValuesChange={(_, all) => setNames(all)}>
      <div className="columns">
        <Form.Item name="zh" label={speech.say("zones.nameZh")}>
          <Input maxLength={64} />
        </Form.Item>
        <Form.Item name="en" label={speech.say("zones.nameEn")}>
          <Input maxLength={64} />
        </Form.Item>
        <Form.Item name="algorithm" label={speech.say("zones.algorithm")}>
          <Select
            showSearch={{ optionFilterProp: "label" }}
            aria-label={speech.say("zones.algorithm")}
            options={looking.map(({ id, name }) => ({ value: id, label: name[speech.language] }))}
          />
        </Form.Item>
      </div>
      <Button type="primary" htmlType="submit" disabled={!canAdd}>
        {speech.say("zones.add")}
      </Button>
    </Form>
  );
}
