import { Button, Input, InputNumber, Switch } from "antd";
import type { ReactNode } from "react";
import { useId, useState } from "react";

import type { Device } from "../../../../api/schemas.ts";
import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import type { Argument, Method, Parameter } from "./arguments.ts";
import { collectArguments, describeArguments } from "./arguments.ts";

import "./method-panel.css";

interface MethodPanelProps {
  readonly device: Device;
  /** Methods that the page offers in a better place. */
  readonly except?: readonly string[];
}

/** What the device can be asked to do, each with a form for its arguments. */
export function MethodPanel({ device, except = [] }: MethodPanelProps): ReactNode {
  const { say } = useSpeech();
  const methods = device.methods.filter(({ id }) => !except.includes(id));
  if (methods.length === 0) return null;
  return (
    <section className="panel methods" aria-label={say("device.methods")}>
      <header>
        <h2>{say("device.methods")}</h2>
      </header>
      {methods.map((method) => (
        <MethodForm key={method.id} device={device} method={method} />
      ))}
    </section>
  );
}

interface MethodFormProps {
  readonly device: Device;
  readonly method: Method;
}

function MethodForm({ device, method }: MethodFormProps): ReactNode {
  const { say, text, language } = useSpeech();
  const { setOrdering } = useSurroundings();
  const [given, setGiven] = useState<Readonly<Record<string, Argument | undefined>>>({});
  const collected = collectArguments(method, given);
  return (
    <form
      className="method"
      onSubmit={(event) => {
        event.preventDefault();
        if (collected === undefined) return;
        setOrdering({
          gatewayId: device.gatewayId,
          deviceId: device.id,
          title: text(method.name),
          explain: describeArguments(method, collected, language) || say("device.call.explain"),
          act: { kind: "call", methodId: method.id, arguments: collected },
        });
      }}
    >
      <strong>{text(method.name)}</strong>
      <div className="method-fields">
        {method.parameters.map((parameter) => (
          <Field
            key={parameter.id}
            parameter={parameter}
            value={given[parameter.id]}
            onChange={(value) => setGiven({ ...given, [parameter.id]: value })}
          />
        ))}
      </div>
      <Button htmlType="submit" disabled={collected === undefined}>
        {say("device.call")}
      </Button>
    </form>
  );
}

interface FieldProps {
  readonly parameter: Parameter;
  readonly value: Argument | undefined;
  readonly onChange: (value: Argument | undefined) => void;
}

function Field({ parameter, value, onChange }: FieldProps): ReactNode {
  const { say, text } = useSpeech();
  const id = useId();
  const label =
    parameter.isOptional === true ? say("device.optional", { name: text(parameter.name) }) : text(parameter.name);
  return (
    <div className="method-field">
      <label htmlFor={id}>{label}</label>
      {parameter.type === "text" ? (
        <Input
          id={id}
          maxLength={2_000}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
        />
      ) : null}
      {parameter.type === "number" ? (
        <InputNumber
          id={id}
          value={typeof value === "number" ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
        />
      ) : null}
      {parameter.type === "boolean" ? <Switch id={id} checked={value === true} onChange={onChange} /> : null}
    </div>
  );
}
