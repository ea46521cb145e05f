import { Button, Skeleton } from "antd";
import type { ReactNode } from "react";

import type { ApiError } from "../api/errors.ts";
import { useSpeech } from "../app/desk-context.tsx";
import type { TextKey } from "../i18n/catalogue.ts";
import { isTextKey } from "../i18n/catalogue.ts";
import type { Reading } from "../live/desk.ts";

/** Grey bars where lines will be. */
export function Loading(): ReactNode {
  const { say } = useSpeech();
  return (
    <div className="body" role="status" aria-label={say("state.loading")}>
      <Skeleton active title={false} paragraph={{ rows: 4 }} />
    </div>
  );
}

interface FailedProps {
  readonly error: ApiError;
  readonly onAgain: () => void;
}

/** Says what could not be read and why, and offers to try again. */
export function Failed({ error, onAgain }: FailedProps): ReactNode {
  const { say } = useSpeech();
  const sayError = useErrorText();
  return (
    <div className="empty" role="alert">
      <strong>{say("state.failed")}</strong>
      <p>{sayError(error)}</p>
      <Button onClick={onAgain}>{say("state.again")}</Button>
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly hint?: string;
  readonly children?: ReactNode;
}

export function Empty({ title, hint, children }: EmptyProps): ReactNode {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {hint === undefined ? null : <p>{hint}</p>}
      {children}
    </div>
  );
}

interface ReadStateProps {
  /** How reading the list went; absent while it was never asked for. */
  readonly reading: Reading | undefined;
  readonly isEmpty: boolean;
  readonly empty: ReactNode;
  readonly onAgain: () => void;
  /** The list stands on the bare page: its states bring a panel of their own. */
  readonly isPanel?: boolean;
  readonly children: ReactNode;
}

/**
 * A list in whichever state it is: being read, failed, empty, or there. What was read before stays in sight while it is
 * read again or cannot be.
 */
export function ReadState({ reading, isEmpty, empty, onAgain, isPanel, children }: ReadStateProps): ReactNode {
  if (!isEmpty) return children;
  const state =
    reading?.kind === "failed" ? (
      <Failed error={reading.error} onAgain={onAgain} />
    ) : reading?.kind === "read" ? (
      empty
    ) : (
      <Loading />
    );
  return isPanel === true ? <section className="panel">{state}</section> : state;
}

/** An error in the reader's language: by the fleet's own code where the catalogue knows it. */
export function useErrorText(): (error: ApiError) => string {
  const { say } = useSpeech();
  return (error) => {
    const known = `refusal.${error.refusal?.code ?? ""}`;
    if (isTextKey(known)) return say(known);
    const key: TextKey = `error.${error.code}`;
    return say(key, { detail: error.message });
  };
}
