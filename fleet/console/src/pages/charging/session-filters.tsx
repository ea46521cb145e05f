import { Button, Segmented, Select } from "antd";
import type { ReactNode } from "react";
import { useEffect, useId } from "react";

import type { ChargingStatus } from "../../../../api/charging-schemas.ts";
import { chargingStatus } from "../../../../api/charging-schemas.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { SPANS, type SpanChoice } from "./span.ts";

/** What the desk asks for. */
export interface SessionFilter {
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  readonly status: ChargingStatus | undefined;
  readonly span: SpanChoice;
}

interface SessionFiltersProps {
  readonly filter: SessionFilter;
  readonly onChange: (filter: SessionFilter) => void;
}

export function SessionFilters({ filter, onChange }: SessionFiltersProps): ReactNode {
  const { say, text } = useSpeech();
  const { feed } = useDesk();
  const { span } = filter;
  const gateways = [...feed.gateways.values()].map(({ value }) => ({
    value: value.id,
    label: value.site === null ? value.id : text(value.site.name),
  }));
  return (
    <div className="session-filters" role="group" aria-label={say("charging.filters")}>
      <Choice
        label={say("charging.gateway")}
        any={say("charging.any.gateway")}
        value={filter.gateway}
        options={gateways}
        onChange={(gateway) => onChange({ ...filter, gateway, device: undefined })}
      />
      {filter.gateway === undefined ? null : <DeviceChoice filter={filter} onChange={onChange} />}
      <Choice
        label={say("charging.status")}
        any={say("charging.any.status")}
        value={filter.status}
        options={chargingStatus.options.map((status) => ({ value: status, label: say(`charging.status.${status}`) }))}
        onChange={(chosen) => onChange({ ...filter, status: chargingStatus.safeParse(chosen).data })}
      />
      <Segmented
        aria-label={say("charging.span")}
        value={span.name}
        options={SPANS.map((name) => ({ value: name, label: say(`charging.span.${name}`) }))}
        onChange={(name) => onChange({ ...filter, span: { ...span, name } })}
      />
      {span.name === "days" ? (
        <>
          <DayField
            label={say("charging.from")}
            day={span.from}
            onChange={(from) => onChange({ ...filter, span: { ...span, from } })}
          />
          <DayField
            label={say("charging.through")}
            day={span.through}
            onChange={(through) => onChange({ ...filter, span: { ...span, through } })}
          />
        </>
      ) : null}
      {filter.gateway === undefined && filter.status === undefined ? null : (
        <Button
          type="link"
          onClick={() => onChange({ ...filter, gateway: undefined, device: undefined, status: undefined })}
        >
          {say("charging.clear")}
        </Button>
      )}
    </div>
  );
}

/** The charge points of the chosen site. */
function DeviceChoice({ filter, onChange }: SessionFiltersProps): ReactNode {
  const { say, text } = useSpeech();
  const { desk } = useSurroundings();
  const { feed } = useDesk();
  const { gateway } = filter;
  useEffect(() => (gateway === undefined ? undefined : desk.watchDevices(gateway)), [desk, gateway]);
  const options = [...feed.devices.values()]
    .map(({ value }) => value)
    .filter((device) => device.gatewayId === gateway && device.adapter === "ocpp")
    .map((device) => ({ value: device.id, label: text(device.name) }));
  return (
    <Choice
      label={say("charging.device")}
      any={say("charging.any.device")}
      value={filter.device}
      options={options}
      onChange={(device) => onChange({ ...filter, device })}
    />
  );
}

interface ChoiceProps {
  readonly label: string;
  /** What it says while nothing is chosen. */
  readonly any: string;
  readonly value: string | undefined;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string | undefined) => void;
}

function Choice({ label, any, value, options, onChange }: ChoiceProps): ReactNode {
  return (
    <Select<string>
      className="session-choice"
      aria-label={label}
      value={value ?? ""}
      options={[{ value: "", label: any }, ...options]}
      showSearch={{ optionFilterProp: "label" }}
      onChange={(chosen) => onChange(chosen === "" ? undefined : chosen)}
    />
  );
}

interface DayFieldProps {
  readonly label: string;
  readonly day: string;
  readonly onChange: (day: string) => void;
}

function DayField({ label, day, onChange }: DayFieldProps): ReactNode {
  const id = useId();
  return (
    <span className="session-day">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="date" value={day} onChange={(event) => onChange(event.target.value)} />
    </span>
  );
}
