import { Form, Input, InputNumber, Select } from "antd";
import type { ReactNode } from "react";

import { useSpeech } from "../app/words.tsx";
import type { DraftLink } from "../draft/draft.ts";

const KINDS = ["tcp", "serial", "serial-server", "listener", "mqtt"] as const;
const BAUD_RATES = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200];
const PARITIES = ["none", "even", "odd"];

type Values = Readonly<Record<string, string | number>>;

/** What a kind of link begins with. */
const STARTS: Readonly<Record<string, Values>> = {
  tcp: { host: "", port: 502 },
  serial: { path: "/dev/ttyUSB0", baudRate: 9_600, parity: "none" },
  "serial-server": { host: "", port: 4_001 },
  listener: { port: 9_000 },
  mqtt: { url: "mqtt://127.0.0.1:1883", clientId: "outpost" },
};

export function firstLink(offered: Values | undefined): DraftLink {
  return { id: "", kind: "tcp", ...STARTS["tcp"], ...offered };
}

/** Where a new line is. */
export function LinkFields({
  link,
  onChange,
}: {
  readonly link: DraftLink;
  readonly onChange: (link: DraftLink) => void;
}): ReactNode {
  const speech = useSpeech();
  const set = (name: string, value: string | number | null) => {
    if (value !== null) onChange({ ...link, [name]: value });
  };
  const value = (name: string): unknown => Reflect.get(link, name);
  const words = (name: string): string => {
    const given = value(name);
    return typeof given === "string" ? given : "";
  };
  const text = (name: "host" | "path" | "url") => (
    <Form.Item label={speech.say(`device.${name}`)} htmlFor={`link-${name}`}>
      <Input id={`link-${name}`} value={words(name)} onChange={({ target }) => set(name, target.value.trim())} />
    </Form.Item>
  );
  const has = (name: string) => value(name) !== undefined;
  return (
    <div className="columns">
      <Form.Item label={speech.say("device.link.kind")}>
        <Select
          value={link.kind}
          aria-label={speech.say("device.link.kind")}
          onChange={(kind: string) => onChange({ id: link.id, kind, ...STARTS[kind] })}
          options={KINDS.map((kind) => ({ value: kind, label: kind }))}
        />
      </Form.Item>
      {has("host") && text("host")}
      {has("path") && text("path")}
      {has("url") && text("url")}
      {has("port") && (
        <Form.Item label={speech.say("device.port")} htmlFor="link-port">
          <InputNumber
            id="link-port"
            min={1}
            max={65_535}
            value={Number(value("port"))}
            onChange={(next) => set("port", next)}
          />
        </Form.Item>
      )}
      {has("baudRate") && (
        <Form.Item label={speech.say("device.baudRate")}>
          <Select
            value={Number(value("baudRate"))}
            aria-label={speech.say("device.baudRate")}
            onChange={(next: number) => set("baudRate", next)}
            options={BAUD_RATES.map((rate) => ({ value: rate, label: String(rate) }))}
          />
        </Form.Item>
      )}
      {has("parity") && (
        <Form.Item label={speech.say("device.parity")}>
          <Select
            value={words("parity")}
            aria-label={speech.say("device.parity")}
            onChange={(next: string) => set("parity", next)}
            options={PARITIES.map((parity) => ({ value: parity, label: parity }))}
          />
        </Form.Item>
      )}
    </div>
  );
}
