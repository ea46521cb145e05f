import { Alert, Button, Input } from "antd";
import type { ReactNode } from "react";
import { useId, useRef, useState } from "react";

import type { SiteCheckAnswer, SiteView, TextFault } from "../../../../api/desired-schemas.ts";
import type { ApiError } from "../../api/errors.ts";
import { asApiError } from "../../api/errors.ts";
import { checkSiteText, writeSite } from "../../api/site-endpoints.ts";
import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { ActorField } from "../../parts/orders/actor-field.tsx";
import { useErrorText } from "../../parts/states.tsx";
import { ChangeList, WeakeningList } from "./change-list.tsx";
import { spanOfLine } from "./span-of-line.ts";

interface SiteEditorProps {
  readonly view: SiteView;
  /** What the editor begins with; what runs, or else what is wanted, where absent. */
  readonly start: string | undefined;
  readonly onChanged: () => void;
}

type Answer =
  | { readonly kind: "none" }
  | { readonly kind: "checked"; readonly answer: SiteCheckAnswer }
  | { readonly kind: "written"; readonly revision: number }
  | { readonly kind: "failed"; readonly error: ApiError };

/** Where the next revision is written: text, check, submit. */
export function SiteEditor({ view, start, onChanged }: SiteEditorProps): ReactNode {
  const { say } = useSpeech();
  const { actor } = useSurroundings();
  // What the author has before his eyes from here on; a newer one is refused as stale, never overwritten.
  const [entityTag, setEntityTag] = useState(view.entityTag);
  const [text, setText] = useState(start ?? view.running?.text ?? view.desired?.text ?? "");
  const [answer, setAnswer] = useState<Answer>({ kind: "none" });
  const [isBusy, setIsBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  const work = async (what: () => Promise<Answer>): Promise<void> => {
    setIsBusy(true);
    setAnswer(await what().catch((thrown: unknown): Answer => ({ kind: "failed", error: asApiError(thrown) })));
    setIsBusy(false);
  };
  const check = async (): Promise<Answer> => ({
    kind: "checked",
    answer: await checkSiteText(view.gatewayId, text, AbortSignal.timeout(30_000)),
  });
  const submit = async (note: string): Promise<Answer> => {
    const written = await writeSite(view.gatewayId, text, note, { actor, entityTag });
    setEntityTag(written.entityTag);
    onChanged();
    return { kind: "written", revision: written.desired?.revision ?? 0 };
  };
  const begin = (from: string): void => {
    setText(from);
    setEntityTag(view.entityTag);
    setAnswer({ kind: "none" });
  };
  return (
    <section className="panel site-editor" aria-label={say("site.editor")}>
      <header>
        <h2>{say("site.editor")}</h2>
        <Beginnings view={view} onBegin={begin} />
      </header>
      <div className="body">
        <p className="quiet">{say("site.editor.hint")}</p>
        <textarea
          ref={area}
          className="site-text mono"
          aria-label={say("site.editor.text")}
          value={text}
          rows={22}
          wrap="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
        />
        <SubmitForm
          isEmpty={text === ""}
          isBusy={isBusy}
          onCheck={() => void work(check)}
          onSubmit={(note) => void work(async () => await submit(note))}
        />
        <Answered
          answer={answer}
          onLine={(line) => markLine(area.current, line)}
          onSeen={() => {
            setEntityTag(view.entityTag);
            setAnswer({ kind: "none" });
          }}
        />
      </div>
    </section>
  );
}

/** Marks a line and brings it into sight. */
function markLine(area: HTMLTextAreaElement | null, line: number): void {
  if (area === null) return;
  const [from, to] = spanOfLine(area.value, line);
  area.focus();
  area.setSelectionRange(from, to);
  const lineHeight = area.scrollHeight / Math.max(1, area.value.split("\n").length);
  area.scrollTop = Math.max(0, (line - 4) * lineHeight);
}

interface BeginningsProps {
  readonly view: SiteView;
  readonly onBegin: (text: string) => void;
}

/** What the editor may begin with. */
function Beginnings({ view: { running, desired }, onBegin }: BeginningsProps): ReactNode {
  const { say } = useSpeech();
  const runs = running?.text ?? undefined;
  return (
    <div className="site-buttons">
      <span className="quiet">{say("site.editor.from")}</span>
      <Button size="small" disabled={runs === undefined} onClick={() => onBegin(runs ?? "")}>
        {say("site.editor.from.running")}
      </Button>
      <Button size="small" disabled={desired === null} onClick={() => onBegin(desired?.text ?? "")}>
        {say("site.editor.from.desired")}
      </Button>
    </div>
  );
}

interface SubmitFormProps {
  readonly isEmpty: boolean;
  readonly isBusy: boolean;
  readonly onCheck: () => void;
  readonly onSubmit: (note: string) => void;
}

/** Who writes, and why. */
function SubmitForm({ isEmpty, isBusy, onCheck, onSubmit }: SubmitFormProps): ReactNode {
  const { say } = useSpeech();
  const { actor, setActor } = useSurroundings();
  const [note, setNote] = useState("");
  const id = useId();
  return (
    <div className="site-submit">
      <label htmlFor={id}>{say("site.editor.note")}</label>
      <Input id={id} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      <ActorField name={actor} setName={setActor} isFirst={false} />
      <div className="site-buttons">
        <Button disabled={isBusy || isEmpty} onClick={onCheck}>
          {say("site.editor.check")}
        </Button>
        <Button type="primary" disabled={isBusy || isEmpty || actor.trim() === ""} onClick={() => onSubmit(note)}>
          {say("site.editor.submit")}
        </Button>
      </div>
    </div>
  );
}

interface AnsweredProps {
  readonly answer: Answer;
  readonly onLine: (line: number) => void;
  /** The author has looked at what came meanwhile, and his text stands all the same. */
  readonly onSeen: () => void;
}

function Answered({ answer, onLine, onSeen }: AnsweredProps): ReactNode {
  const { say } = useSpeech();
  const errorText = useErrorText();
  switch (answer.kind) {
    case "none":
      return null;
    case "written":
      return <Alert type="success" title={say("site.editor.written", { revision: answer.revision })} />;
    case "failed": {
      const faults = answer.error.refusal?.faults ?? [];
      return (
        <>
          <Alert
            type="error"
            title={errorText(answer.error)}
            action={
              answer.error.refusal?.code === "desired/stale" ? (
                <Button size="small" onClick={onSeen}>
                  {say("site.editor.seen")}
                </Button>
              ) : null
            }
          />
          <FaultLines faults={faults} onLine={onLine} />
        </>
      );
    }
    case "checked": {
      const { faults, diff, weakenings } = answer.answer;
      const isGood = faults.length === 0;
      const count = faults.length;
      return (
        <>
          <Alert
            type={isGood ? (weakenings.length > 0 ? "warning" : "success") : "error"}
            title={isGood ? say("site.editor.good") : say("site.editor.faults", { count })}
          />
          <FaultLines faults={faults} onLine={onLine} />
          <WeakeningList weakenings={weakenings} />
          {isGood ? (
            <>
              <h3>{say("site.diff")}</h3>
              <ChangeList changes={diff} />
            </>
          ) : null}
        </>
      );
    }
  }
}

interface FaultLinesProps {
  readonly faults: readonly (Omit<TextFault, "line" | "column"> & { readonly line?: number | undefined })[];
  readonly onLine: (line: number) => void;
}

/** Each fault with its line, which a press marks in the text. */
function FaultLines({ faults, onLine }: FaultLinesProps): ReactNode {
  const { say } = useSpeech();
  return (
    <ul className="site-faults">
      {faults.map(({ line, path, message }) => (
        <li key={`${line ?? 0} ${path} ${message}`}>
          {line === undefined ? null : (
            <Button size="small" onClick={() => onLine(line)}>
              {say("site.editor.line", { line })}
            </Button>
          )}
          <span className="mono">{path === "" ? message : `${path}: ${message}`}</span>
        </li>
      ))}
    </ul>
  );
}
