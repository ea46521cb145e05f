import { Alert, Button, Card, Checkbox, Space, Tag } from "antd";
import { useEffect, useState, type ReactNode } from "react";

import type { SiteCheckView } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";
import { useDeed } from "../parts/use-deed.tsx";
import { useSite } from "./site-context.tsx";

/** What was changed and not applied yet: checked whole, its steps shown, and then made the site. */
export function DraftBar(): ReactNode {
  const speech = useSpeech();
  const { draft, isChanged, isStale, basedOn, drop } = useSite();
  const [check, setCheck] = useState<SiteCheckView>();
  const [applied, setApplied] = useState<number>();
  const [isAccepted, setAccepted] = useState(false);
  const { run, isRunning, problem } = useDeed();
  const weakens = check !== undefined && check.weakenings.length > 0;
  useEffect(() => {
    setCheck(undefined);
    setAccepted(false);
  }, [draft]);
  if (!isChanged) {
    if (applied === undefined) return null;
    return <Alert type="success" showIcon title={speech.say("draft.applied", { count: applied })} />;
  }
  const look = () => run(async () => setCheck(await act<SiteCheckView>("/site/check", { document: draft })));
  const apply = () =>
    run(async () => {
      const wanted = { document: draft, basedOn, acceptsWeakening: isAccepted };
      const { steps } = await act<SiteCheckView>("/site/apply", wanted);
      setApplied(steps.length);
      drop();
    });
  return (
    <Card size="small" className="draft" title={speech.say("draft.title")}>
      {isStale && <Alert type="error" showIcon title={speech.say("draft.conflict")} />}
      {problem}
      {check !== undefined && <CheckResult check={check} />}
      {weakens && (
        <p>
          <Checkbox checked={isAccepted} onChange={({ target }) => setAccepted(target.checked)}>
            {speech.say("draft.weakens.accept")}
          </Checkbox>
        </p>
      )}
      <Space wrap>
        {check === undefined || check.faults.length > 0 ? (
          <Button type="primary" loading={isRunning} onClick={look}>
            {speech.say("draft.check")}
          </Button>
        ) : (
          <Button type="primary" loading={isRunning} disabled={isStale || (weakens && !isAccepted)} onClick={apply}>
            {speech.say("draft.apply")}
          </Button>
        )}
        <Button onClick={drop}>{speech.say("draft.drop")}</Button>
      </Space>
    </Card>
  );
}

/** Faults, changes and steps of a draft. */
export function CheckResult({ check }: { readonly check: SiteCheckView }): ReactNode {
  const speech = useSpeech();
  if (check.faults.length > 0) {
    return (
      <Alert
        type="error"
        title={speech.say("draft.faults")}
        description={check.faults.map((fault) => (
          <div key={fault}>{fault}</div>
        ))}
      />
    );
  }
  return (
    <div className="check-result">
      <h4>{speech.say("draft.changes")}</h4>
      {check.changes.length === 0 && <p>{speech.say("draft.none")}</p>}
      <ul>
        {check.changes.map(({ part, id, change }) => (
          <li key={`${part} ${id}`}>
            {speech.say(`part.${part}`)} <b>{id}</b> <Tag>{speech.say(`change.${change}`)}</Tag>
          </li>
        ))}
      </ul>
      {check.weakenings.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={speech.say("draft.weakens")}
          description={check.weakenings.map((line) => (
            <div key={line}>{line}</div>
          ))}
        />
      )}
      <h4>{speech.say("draft.steps")}</h4>
      <ol>
        {check.steps.map((step) => (
          <li key={step}>
            <code>{step}</code>
          </li>
        ))}
      </ol>
    </div>
  );
}
