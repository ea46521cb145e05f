import { Alert, Button, Card, Space, Tag } from "antd";
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
  const { run, isRunning, problem } = useDeed();
  useEffect(() => setCheck(undefined), [draft]);
  if (!isChanged) {
    if (applied === undefined) return null;
    return <Alert type="success" showIcon title={speech.say("draft.applied", { count: applied })} />;
  }
  const look = () => run(async () => setCheck(await act<SiteCheckView>("/site/check", { document: draft })));
  const apply = () =>
    run(async () => {
      const { steps } = await act<SiteCheckView>("/site/apply", { document: draft, basedOn });
      setApplied(steps.length);
      drop();
    });
  return (
    <Card size="small" className="draft" title={speech.say("draft.title")}>
      {isStale && <Alert type="error" showIcon title={speech.say("draft.conflict")} />}
      {problem}
      {check !== undefined && <CheckResult check={check} />}
      <Space wrap>
        {check === undefined || check.faults.length > 0 ? (
          <Button type="primary" loading={isRunning} onClick={look}>
            {speech.say("draft.check")}
          </Button>
        ) : (
          <Button type="primary" loading={isRunning} disabled={isStale} onClick={apply}>
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
