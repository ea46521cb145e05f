import type { ReactNode } from "react";

import type { SiteView } from "../../../../api/desired-schemas.ts";
import { useSpeech } from "../../app/desk-context.tsx";

/** More are not read by anybody; the rest is a number. */
const MAX_SHOWN = 200;

type Change = SiteView["diff"][number];

interface ChangeListProps {
  readonly changes: readonly Change[];
}

/** What differs, thing by thing and field by field, with both values. */
export function ChangeList({ changes }: ChangeListProps): ReactNode {
  const { say } = useSpeech();
  if (changes.length === 0) return <p className="quiet">{say("site.noDiff")}</p>;
  return (
    <ul className="site-changes">
      {changes.slice(0, MAX_SHOWN).map((change) => (
        <li key={`${change.section}/${change.id ?? ""}`} data-change={change.change}>
          <span className="site-change-kind">{say(`site.change.${change.change}`)}</span>
          <span className="mono">{change.id === undefined ? change.section : `${change.section} · ${change.id}`}</span>
          {change.change === "changed" ? <Fields fields={change.fields} /> : null}
        </li>
      ))}
      {changes.length > MAX_SHOWN ? <li className="quiet">+{changes.length - MAX_SHOWN}</li> : null}
    </ul>
  );
}

function Fields({ fields }: { readonly fields: Change["fields"] }): ReactNode {
  return (
    <ul className="site-fields mono">
      {fields.slice(0, MAX_SHOWN).map(({ path, before, after }) => (
        <li key={path}>
          {path}: {before === undefined ? null : <del>{shown(before)}</del>} →{" "}
          {after === undefined ? "—" : <ins>{shown(after)}</ins>}
        </li>
      ))}
    </ul>
  );
}

interface WeakeningListProps {
  readonly weakenings: SiteView["weakenings"];
}

/** What a document weakens of the critical alarms. */
export function WeakeningList({ weakenings }: WeakeningListProps): ReactNode {
  const { say, word } = useSpeech();
  if (weakenings.length === 0) return null;
  return (
    <div className="site-weakens">
      <h3>{say("site.weakens")}</h3>
      <ul>
        {weakenings.map(({ kind, ruleId, path, before, after }) => (
          <li key={`${kind} ${path}`}>
            {ruleId === undefined ? null : <strong className="mono">{ruleId}</strong>} {word("site.weakening", kind)}
            <div className="quiet mono">
              {path}
              {before === undefined ? "" : `: ${before}`}
              {after === undefined ? "" : ` → ${after}`}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
