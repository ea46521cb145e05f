import { Alert, Button, Card, Form, Input, Select } from "antd";
import { useState, type ReactNode } from "react";

import type { FamilyView } from "../../../server/views.ts";
import { useSpeech } from "../app/words.tsx";
import { freeId, withDevice, type Draft, type DraftDevice, type DraftLink } from "../draft/draft.ts";
import { useSite } from "../draft/site-context.tsx";
import { firstLink, LinkFields } from "./link-fields.tsx";
import { takeOffer } from "./offer.ts";
import { startSettings } from "./schema-fields.ts";
import { SettingsFields } from "./settings-fields.tsx";

const NEW_LINK = " new";
const NO_LINK = " none";

interface DeviceFormProps {
  readonly families: readonly FamilyView[];
  readonly onAdded: () => void;
}

interface Written {
  readonly zh: string;
  readonly en: string;
  readonly id: string;
  readonly linkChoice: string;
  readonly link: DraftLink;
}

/** A device made from what a scan found, or from nothing; its family's schema makes the form. */
export function DeviceForm({ families, onAdded }: DeviceFormProps): ReactNode {
  const speech = useSpeech();
  const { draft, change } = useSite();
  const [offer] = useState(takeOffer);
  const [adapter, setAdapter] = useState(offer?.adapter ?? "modbus");
  const family = families.find((one) => one.adapter === adapter);
  const [settings, setSettings] = useState<Readonly<Record<string, unknown>> | undefined>(() => ({
    ...(family === undefined ? {} : startSettings(family)),
    ...offer?.settings,
  }));
  const [written, setWritten] = useState<Written>(() => ({
    zh: "",
    en: "",
    id: "",
    linkChoice: offer === undefined ? (draft?.links[0]?.id ?? NEW_LINK) : NEW_LINK,
    link: firstLink(offer?.link),
  }));
  if (draft === undefined || family === undefined) return null;
  const { zh, en, id, linkChoice, link } = written;
  const deviceId = id === "" ? freeId(en === "" ? adapter : en, draft.devices) : id;
  const add = () => {
    change(drafted(draft, { adapter, settings }, { ...written, id: deviceId }));
    onAdded();
  };
  const choose = (next: string) => {
    const chosen = families.find((one) => one.adapter === next);
    setAdapter(next);
    setSettings(chosen === undefined ? {} : startSettings(chosen));
  };
  return (
    <Card size="small" title={speech.say("device.new")}>
      <Form layout="vertical" onFinish={add}>
        <div className="columns">
          <Form.Item label={speech.say("device.family")}>
            <Select
              value={adapter}
              virtual={false}
              onChange={choose}
              aria-label={speech.say("device.family")}
              options={families.map((one) => ({ value: one.adapter, label: one.adapter }))}
            />
          </Form.Item>
          <NameFields {...{ written, deviceId, links: draft.links }} onChange={setWritten} />
        </div>
        {linkChoice === NEW_LINK && (
          <LinkFields link={link} onChange={(next) => setWritten({ ...written, link: next })} />
        )}
        <SettingsFields key={adapter} family={family} settings={settings} onChange={setSettings} />
        {settings === undefined && <Alert type="error" title={speech.say("device.settings.bad")} />}
        <Button type="primary" htmlType="submit" disabled={settings === undefined || (zh === "" && en === "")}>
          {speech.say("device.add")}
        </Button>
      </Form>
    </Card>
  );
}

interface NameFieldsProps {
  readonly written: Written;
  /** The id it would have where none is written. */
  readonly deviceId: string;
  readonly links: readonly DraftLink[];
  readonly onChange: (written: Written) => void;
}

function NameFields({ written, deviceId, links, onChange }: NameFieldsProps): ReactNode {
  const speech = useSpeech();
  const text = (name: "zh" | "en" | "id", key: "device.nameZh" | "device.nameEn" | "device.id") => (
    <Form.Item label={speech.say(key)} htmlFor={`device-${name}`}>
      <Input
        id={`device-${name}`}
        value={written[name]}
        maxLength={200}
        {...(name === "id" ? { placeholder: deviceId } : {})}
        onChange={({ target }) => onChange({ ...written, [name]: target.value })}
      />
    </Form.Item>
  );
  return (
    <>
      {text("zh", "device.nameZh")}
      {text("en", "device.nameEn")}
      {text("id", "device.id")}
      <Form.Item label={speech.say("device.link")}>
        <Select
          value={written.linkChoice}
          onChange={(linkChoice: string) => onChange({ ...written, linkChoice })}
          aria-label={speech.say("device.link")}
          options={[
            ...links.map((one) => ({ value: one.id, label: `${one.id} (${one.kind})` })),
            { value: NEW_LINK, label: speech.say("device.link.new") },
            { value: NO_LINK, label: speech.say("device.link.none") },
          ]}
        />
      </Form.Item>
    </>
  );
}

/** The draft with the device that was written, and its link where that is new. A name in one language stands in both. */
function drafted(draft: Draft, made: Pick<DraftDevice, "adapter" | "settings">, written: Written): Draft {
  const { zh, en, id, linkChoice, link } = written;
  const name = { zh: zh === "" ? en : zh, en: en === "" ? zh : en };
  const fresh =
    linkChoice === NEW_LINK ? { ...link, id: freeId(link.id === "" ? `${id}-line` : link.id, draft.links) } : undefined;
  const linkId = linkChoice === NO_LINK ? undefined : (fresh?.id ?? linkChoice);
  const device: DraftDevice = { id, ...made, name, ...(linkId === undefined ? {} : { link: linkId }) };
  return withDevice(draft, device, fresh);
}
