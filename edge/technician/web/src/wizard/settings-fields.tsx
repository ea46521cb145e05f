import { Collapse, Form, Input, InputNumber, Select, Switch } from "antd";
import { useState, type ReactNode } from "react";

import type { FamilyView } from "../../../server/views.ts";
import { useSpeech } from "../app/words.tsx";
import { variantsOf, type SchemaField } from "./schema-fields.ts";

type Settings = Readonly<Record<string, unknown>>;

interface SettingsProps {
  readonly family: FamilyView;
  /** Undefined while the JSON makes no sense. */
  readonly settings: Settings | undefined;
  readonly onChange: (settings: Settings | undefined) => void;
}

/** A family's settings: what is required in sight, the rest folded, everything as JSON for who wants it. */
export function SettingsFields({ family, settings, onChange }: SettingsProps): ReactNode {
  const speech = useSpeech();
  const [json, setJson] = useState<string>();
  const variants = variantsOf(family.schema);
  const now = settings ?? {};
  const variant =
    variants.find(({ choice }) => choice === undefined || now[choice.name] === choice.value) ?? variants[0];
  const set = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = now;
    setJson(undefined);
    onChange(value === undefined || value === null || value === "" ? rest : { ...rest, [name]: value });
  };
  const shown = variant?.fields.filter(({ name }) => name !== "profile") ?? [];
  const field = (one: SchemaField) => (
    <OneField key={one.name} field={one} value={now[one.name]} onChange={(value) => set(one.name, value)} />
  );
  const required = shown.filter(({ isRequired }) => isRequired).map(field);
  const optional = shown.filter(({ isRequired }) => !isRequired).map(field);
  const choice = variants[0]?.choice;
  return (
    <>
      <div className="columns">
        {choice !== undefined && (
          <Form.Item label={choice.name}>
            <Select
              value={variant?.choice?.value ?? null}
              aria-label={choice.name}
              onChange={(value: string) => onChange({ [choice.name]: value })}
              options={variants.flatMap((one) => (one.choice === undefined ? [] : [{ value: one.choice.value }]))}
            />
          </Form.Item>
        )}
        {family.profiles.length > 0 && <ProfileField {...{ family, settings: now }} onChange={set} />}
        {required}
      </div>
      <Collapse
        ghost
        size="small"
        items={[
          { key: "more", label: speech.say("device.settings"), children: <div className="columns">{optional}</div> },
          {
            key: "json",
            label: speech.say("device.settings.json"),
            children: (
              <Input.TextArea
                aria-label={speech.say("device.settings.json")}
                autoSize={{ minRows: 3, maxRows: 16 }}
                value={json ?? JSON.stringify(now, undefined, 2)}
                onChange={({ target }) => {
                  setJson(target.value);
                  onChange(parsed(target.value));
                }}
              />
            ),
          },
        ]}
      />
    </>
  );
}

function ProfileField({
  family,
  settings,
  onChange,
}: {
  readonly family: FamilyView;
  readonly settings: Settings;
  readonly onChange: (name: string, value: unknown) => void;
}): ReactNode {
  const speech = useSpeech();
  return (
    <Form.Item label={speech.say("device.profile")}>
      <Select
        value={settings["profile"]}
        aria-label={speech.say("device.profile")}
        onChange={(value: unknown) => onChange("profile", value)}
        options={family.profiles.map(({ id, name, isVerified }) => ({
          value: id,
          label: `${name[speech.language]}${isVerified ? "" : ` (${speech.say("device.unverified")})`}`,
        }))}
      />
    </Form.Item>
  );
}

interface OneFieldProps {
  readonly field: SchemaField;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** Names are the schema's own: they are what the site file and its faults say. */
function OneField({ field, value, onChange }: OneFieldProps): ReactNode {
  const id = `setting-${field.name}`;
  return (
    <Form.Item label={field.name} htmlFor={id}>
      {field.choices !== undefined ? (
        <Select
          id={id}
          allowClear
          value={value}
          onChange={onChange}
          options={field.choices.map((one) => ({ value: one, label: String(one) }))}
        />
      ) : field.type === "boolean" ? (
        <Switch id={id} checked={value === true} onChange={onChange} />
      ) : field.type === "string" ? (
        <Input
          id={id}
          value={typeof value === "string" ? value : ""}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <InputNumber
          id={id}
          value={typeof value === "number" ? value : null}
          {...(field.min === undefined ? {} : { min: field.min })}
          {...(field.max === undefined ? {} : { max: field.max })}
          {...(field.type === "integer" ? { precision: 0 } : {})}
          onChange={onChange}
        />
      )}
    </Form.Item>
  );
}

function parsed(text: string): Settings | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Half-written JSON: the form says so until it is whole.
    return undefined;
  }
}
