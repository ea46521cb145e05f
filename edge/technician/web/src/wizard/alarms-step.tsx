import { Button, Card, Checkbox, InputNumber, Popconfirm, Select, Tag } from "antd";
import { useEffect, useState, type ReactNode } from "react";

import type { RuleProposal } from "../../../server/views.ts";
import { conditionOf } from "../../../words/condition.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";
import type { DraftRule } from "../draft/draft.ts";
import { useSite } from "../draft/site-context.tsx";
import { ActionsCard } from "./actions-card.tsx";

const PRIORITIES = ["critical", "high", "medium", "low"] as const;

/** The site's alarms: what the devices' families propose, with limits, priorities and actions to be set. */
export function AlarmsStep(): ReactNode {
  return (
    <>
      <ActionsCard />
      <Proposals />
      <RuleList />
    </>
  );
}

function Proposals(): ReactNode {
  const speech = useSpeech();
  const { draft, site, change } = useSite();
  const { answer } = useAsked<{ readonly proposals: readonly RuleProposal[] }>("/proposals", site?.digest ?? "");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    setChosen(new Set(answer?.proposals.filter(({ isSafety }) => isSafety).map(({ rule }) => rule.id)));
  }, [answer]);
  if (draft === undefined || answer === undefined) return null;
  const taken = new Set(draft.rules.map(({ id }) => id));
  const open = answer.proposals.filter(({ rule }) => !taken.has(rule.id));
  const toggle = (id: string, isOn: boolean) => {
    const next = new Set(chosen);
    if (isOn) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  const sirens = draft.actions.filter(({ kind }) => kind === "hold-point").map(({ id }) => id);
  const add = () => {
    const rules = open
      .filter(({ rule }) => chosen.has(rule.id))
      .map(({ rule }) => (rule.priority === "critical" ? { ...rule, actions: sirens } : rule));
    change({ ...draft, rules: [...draft.rules, ...rules] });
  };
  return (
    <Card size="small" title={speech.say("rule.proposals")}>
      {open.length === 0 && <p className="quiet">{speech.say("rule.proposals.none")}</p>}
      <ul className="proposals">
        {open.map(({ rule }) => (
          <li key={rule.id}>
            <Checkbox checked={chosen.has(rule.id)} onChange={({ target }) => toggle(rule.id, target.checked)}>
              {rule.message[speech.language]}
            </Checkbox>
            <Priority priority={rule.priority} />
            <span className="quiet">
              <Condition rule={rule} />
            </span>
          </li>
        ))}
      </ul>
      {open.length > 0 && (
        <Button type="primary" disabled={!open.some(({ rule }) => chosen.has(rule.id))} onClick={add}>
          {speech.say("rule.add")}
        </Button>
      )}
    </Card>
  );
}

function RuleList(): ReactNode {
  const speech = useSpeech();
  const { draft, change } = useSite();
  if (draft === undefined) return null;
  const set = (rule: DraftRule) =>
    change({ ...draft, rules: draft.rules.map((one) => (one.id === rule.id ? rule : one)) });
  const remove = (id: string) => change({ ...draft, rules: draft.rules.filter((one) => one.id !== id) });
  return (
    <Card size="small" title={speech.say("rule.list")}>
      {draft.rules.length === 0 && <p className="quiet">{speech.say("rule.none")}</p>}
      <ul className="rules">
        {draft.rules.map((rule) => (
          <RuleRow key={rule.id} rule={rule} onChange={set} onRemove={() => remove(rule.id)} />
        ))}
      </ul>
    </Card>
  );
}

interface RuleRowProps {
  readonly rule: DraftRule;
  readonly onChange: (rule: DraftRule) => void;
  readonly onRemove: () => void;
}

function RuleRow({ rule, onChange, onRemove }: RuleRowProps): ReactNode {
  const speech = useSpeech();
  const { draft } = useSite();
  const label = (key: "rule.priority" | "rule.limit" | "rule.delay" | "rule.actions") =>
    `${speech.say(key)} ${rule.id}`;
  return (
    <li data-rule={rule.id}>
      <div className="rule-name">
        <b>{rule.message[speech.language]}</b>
        <span className="quiet">
          <Condition rule={rule} />
        </span>
      </div>
      <div className="rule-fields">
        <label>
          {speech.say("rule.priority")}
          <Select
            value={rule.priority}
            aria-label={label("rule.priority")}
            onChange={(priority) => onChange({ ...rule, priority })}
            options={PRIORITIES.map((one) => ({ value: one, label: speech.words.priority[one] }))}
          />
        </label>
        {rule.kind === "threshold" && (
          <label>
            {speech.say("rule.limit")}
            <InputNumber
              value={rule.limit}
              step={0.1}
              aria-label={label("rule.limit")}
              onChange={(limit) => limit !== null && onChange({ ...rule, limit })}
            />
          </label>
        )}
        <label>
          {speech.say("rule.delay")}
          <InputNumber
            value={rule.onDelayMs / 1_000}
            min={0}
            max={86_400}
            step={0.5}
            aria-label={label("rule.delay")}
            onChange={(seconds) => seconds !== null && onChange({ ...rule, onDelayMs: Math.round(seconds * 1_000) })}
          />
        </label>
        <label className="rule-actions">
          {speech.say("rule.actions")}
          <Select
            mode="multiple"
            value={rule.actions}
            aria-label={label("rule.actions")}
            onChange={(actions) => onChange({ ...rule, actions })}
            options={draft?.actions.map(({ id }) => ({ value: id, label: id })) ?? []}
          />
        </label>
        <Popconfirm title={`${speech.say("rule.remove")}: ${rule.id}?`} onConfirm={onRemove}>
          <Button size="small" danger>
            {speech.say("rule.remove")}
          </Button>
        </Popconfirm>
      </div>
    </li>
  );
}

/** A rule's condition in words, with the point's own name where the running site knows it. */
export function Condition({ rule }: { readonly rule: DraftRule }): ReactNode {
  const speech = useSpeech();
  const { site } = useSite();
  const point = site?.devices.find(({ id }) => id === rule.device)?.points.find(({ id }) => id === rule.point);
  const about = { name: point?.name[speech.language] ?? rule.point, unit: point?.unit ?? "" };
  return conditionOf(speech.language, rule, about);
}

export function Priority({ priority }: { readonly priority: (typeof PRIORITIES)[number] }): ReactNode {
  const speech = useSpeech();
  const colours = { critical: "red", high: "orange", medium: "gold", low: "blue" } as const;
  return <Tag color={colours[priority]}>{speech.words.priority[priority]}</Tag>;
}
