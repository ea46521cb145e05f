import { Alert, Button } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";

import type { SiteView } from "../../../../api/desired-schemas.ts";
import type { ApiError } from "../../api/errors.ts";
import { asApiError } from "../../api/errors.ts";
import { approveSite, resolveSite } from "../../api/site-endpoints.ts";
import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { dayAndTime } from "../../i18n/format.ts";
import { ActorField } from "../../parts/orders/actor-field.tsx";
import { useErrorText } from "../../parts/states.tsx";
import { ChangeList, WeakeningList } from "./change-list.tsx";

interface SiteStandingProps {
  readonly view: SiteView;
  readonly zone: string;
  readonly onChanged: () => void;
  readonly onOpen: (text: string) => void;
}

/** What runs beside what is wanted, and what somebody must decide. */
export function SiteStanding(props: SiteStandingProps): ReactNode {
  const { view, zone } = props;
  const { say } = useSpeech();
  return (
    <section className="panel site-standing" aria-label={say("site.title")}>
      <header>
        <h2>
          <span className="site-mark" data-standing={view.standing}>
            {say(`site.standing.${view.standing}`)}
          </span>
        </h2>
      </header>
      <div className="body">
        <div className="site-both">
          <Running view={view} zone={zone} />
          <Desired view={view} zone={zone} />
        </div>
        <Hint view={view} />
        <FileFaults view={view} />
        <Decision {...props} />
        {view.conflict === null && view.desired !== null && view.diff.length > 0 ? (
          <>
            <h3>{say("site.diff")}</h3>
            <ChangeList changes={view.diff} />
          </>
        ) : null}
      </div>
    </section>
  );
}

function Running({ view: { running, local }, zone }: Pick<SiteStandingProps, "view" | "zone">): ReactNode {
  const { say, language } = useSpeech();
  if (running === null) return <Card title={say("site.running")}>{say("site.nothingRunning")}</Card>;
  const isLocal = running.origin === "local";
  const since = dayAndTime(running.sinceMs, { language, zone });
  return (
    <Card title={say("site.running")}>
      <strong>
        {isLocal
          ? say("site.history.local", { number: local?.number ?? 0 })
          : say("site.revision", { revision: running.revision })}
      </strong>
      <div>
        {running.by} · {say("site.since", { time: since })}
      </div>
      {isLocal && local !== null ? <div className="quiet">{local.why}</div> : null}
      {isLocal && running.revision > 0 ? (
        <div className="quiet">{say("site.includes", { revision: running.revision })}</div>
      ) : null}
      <div className="quiet mono">{running.digest.slice(0, 12)}</div>
    </Card>
  );
}

function Desired({ view: { desired }, zone }: Pick<SiteStandingProps, "view" | "zone">): ReactNode {
  const { say, language } = useSpeech();
  if (desired === null) return <Card title={say("site.desired")}>{say("site.nothingDesired")}</Card>;
  const { approval } = desired;
  const timeOf = (ms: number): string => dayAndTime(ms, { language, zone });
  return (
    <Card title={say("site.desired")}>
      <strong>{say("site.revision", { revision: desired.revision })}</strong>
      <div>{say("site.by", { who: desired.author, time: timeOf(desired.createdAtMs) })}</div>
      {desired.note === null ? null : <div className="quiet">{desired.note}</div>}
      {approval === null ? null : (
        <div>{say("site.approvedBy", { who: approval.by, time: timeOf(approval.atMs) })}</div>
      )}
      <div className="quiet mono">{desired.digest.slice(0, 12)}</div>
    </Card>
  );
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="site-card">
      <div className="quiet">{title}</div>
      {children}
    </div>
  );
}

function Hint({ view: { standing, offer } }: Pick<SiteStandingProps, "view">): ReactNode {
  const { say } = useSpeech();
  switch (standing) {
    case "held":
    case "conflict":
    case "ahead":
    case "unsupported":
      return <p className="site-hint">{say(`site.hint.${standing}`)}</p>;
    case "refused":
    case "failed":
      return (
        <div className="site-hint">
          {say(`site.hint.${standing}`, { reason: offer?.reason ?? "" })}
          <Faults faults={offer?.faults ?? []} />
        </div>
      );
    case "rejected":
      return <p className="site-hint">{say("site.hint.rejected", { who: offer?.reason ?? "" })}</p>;
    case "unheard":
    case "none":
    case "waiting":
    case "applying":
    case "running":
    case "local":
      return null;
  }
}

function FileFaults({ view: { fileFaults } }: Pick<SiteStandingProps, "view">): ReactNode {
  const { say } = useSpeech();
  if (fileFaults.length === 0) return null;
  return (
    <div className="site-hint">
      {say("site.fileFaults")}
      <Faults faults={fileFaults} />
    </div>
  );
}

function Faults({ faults }: { readonly faults: SiteView["fileFaults"] }): ReactNode {
  const { say } = useSpeech();
  return (
    <ul className="mono">
      {faults.map(({ line, path, message }) => (
        <li key={`${line ?? 0} ${path} ${message}`}>
          {line === undefined ? "" : `${say("site.editor.line", { line })} · `}
          {path === "" ? message : `${path}: ${message}`}
        </li>
      ))}
    </ul>
  );
}

/** The buttons of whoever must decide, with his name. */
function Decision({ view, onChanged, onOpen }: SiteStandingProps): ReactNode {
  const { say } = useSpeech();
  const { actor, setActor } = useSurroundings();
  const errorText = useErrorText();
  const [error, setError] = useState<ApiError>();
  const [isBusy, setIsBusy] = useState(false);
  const { desired, running, standing, conflict, gatewayId, entityTag } = view;
  // Approved already: the gateway has yet to say that it heard of it.
  const isHeld = standing === "held" && desired !== null && desired.approval === null;
  if (!isHeld && standing !== "conflict") return <WeakeningList weakenings={view.weakenings} />;
  const decide = async (work: () => Promise<SiteView>): Promise<void> => {
    setIsBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (thrown) {
      setError(asApiError(thrown));
    }
    setIsBusy(false);
    onChanged();
  };
  const isDisabled = actor.trim() === "" || isBusy;
  const settle = (choice: "keep-local" | "take-desk") => () =>
    void decide(async () => await resolveSite(gatewayId, choice, { actor, entityTag }));
  return (
    <div className="site-decision">
      <WeakeningList weakenings={view.weakenings} />
      {conflict === null ? null : (
        <div className="site-both">
          <Card title={say("site.conflict.local")}>
            <ChangeList changes={conflict.local} />
          </Card>
          <Card title={say("site.conflict.desk")}>
            <ChangeList changes={conflict.desk} />
          </Card>
        </div>
      )}
      <div className="site-actor">
        <ActorField name={actor} setName={setActor} isFirst={false} />
      </div>
      {error === undefined ? null : <Alert type="error" title={errorText(error)} />}
      {isHeld ? (
        <Button
          type="primary"
          disabled={isDisabled}
          onClick={() => void decide(async () => await approveSite(gatewayId, desired, actor))}
        >
          {say("site.approve")}
        </Button>
      ) : (
        <div className="site-buttons">
          <Button disabled={isDisabled} onClick={settle("keep-local")}>
            {say("site.keepLocal")}
          </Button>
          <Button disabled={isDisabled} onClick={settle("take-desk")}>
            {say("site.takeDesk")}
          </Button>
          <Button disabled={running?.text === null} onClick={() => onOpen(running?.text ?? "")}>
            {say("site.merge")}
          </Button>
        </div>
      )}
    </div>
  );
}
