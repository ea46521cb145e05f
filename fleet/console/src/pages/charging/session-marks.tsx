import type { ReactNode } from "react";

import type { ChargingStatus, ChargingTransaction } from "../../../../api/charging-schemas.ts";
import { useSpeech } from "../../app/desk-context.tsx";

interface StatusMarkProps {
  readonly status: ChargingStatus;
}

/** A session's status as shape, colour and word. */
export function StatusMark({ status }: StatusMarkProps): ReactNode {
  const { say } = useSpeech();
  return (
    <span className="session-status" data-status={status}>
      <svg width={12} height={12} viewBox="0 0 12 12" aria-hidden="true">
        {SHAPES[status]}
      </svg>
      {say(`charging.status.${status}`)}
    </span>
  );
}

const SHAPES: Readonly<Record<ChargingStatus, ReactNode>> = {
  charging: <path d="M7 0 2 7h3l-1 5 6-7H6z" fill="currentColor" />,
  ended: <rect x={2} y={2} width={8} height={8} fill="currentColor" />,
  refused: (
    <g fill="none" stroke="currentColor" strokeWidth={1.6}>
      <circle cx={6} cy={6} r={4.6} />
      <path d="M2.8 9.2 9.2 2.8" />
    </g>
  ),
  unended: <path d="M6 1 11.5 11H.5z" fill="none" stroke="currentColor" strokeWidth={1.6} strokeLinejoin="round" />,
  unmatched: <path d="M6 0 12 6 6 12 0 6z" fill="currentColor" />,
};

interface NotesProps {
  readonly session: ChargingTransaction;
}

/** What is out of the ordinary about a session, each as a word of its own. */
export function Notes({ session }: NotesProps): ReactNode {
  const { say } = useSpeech();
  const { isOffline, reconciled, duplicateCount, status } = session;
  const gapCount = session.holeCount + session.missingCount;
  const isUnmatched = reconciled === "unmatched";
  return (
    <span className="session-notes">
      {reconciled !== null && !isUnmatched ? <Note kind="reconciled" text={say("charging.note.reconciled")} /> : null}
      {isUnmatched && status !== "unmatched" ? <Note kind="gaps" text={say("charging.note.unmatched")} /> : null}
      {isOffline ? <Note kind="offline" text={say("charging.note.offline")} /> : null}
      {gapCount > 0 ? <Note kind="gaps" text={say("charging.note.gaps", { count: gapCount })} /> : null}
      {duplicateCount > 0 ? (
        <Note kind="duplicates" text={say("charging.note.duplicates", { count: duplicateCount })} />
      ) : null}
    </span>
  );
}

interface NoteProps {
  readonly kind: keyof typeof NOTE_SHAPES;
  readonly text: string;
}

function Note({ kind, text }: NoteProps): ReactNode {
  return (
    <span className="session-note" data-kind={kind}>
      <svg width={11} height={11} viewBox="0 0 12 12" fill="none" stroke="currentColor" aria-hidden="true">
        <path d={NOTE_SHAPES[kind]} strokeWidth={1.5} strokeLinecap="round" strokeLinejoin="round" />
      </svg>
      {text}
    </span>
  );
}

const NOTE_SHAPES = {
  /** Two arrows that meet. */
  reconciled: "M1 4h9L7.5 1.5M11 8H2l2.5 2.5",
  /** A line cut through. */
  offline: "M1 6h3m4 0h3M7 2 5 10",
  /** A line with a hole. */
  gaps: "M1 9V3h3M8 3h3v6M1 9h3m4 0h3",
  /** Two sheets. */
  duplicates: "M1 4h7v7H1zM4 4V1h7v7H8",
} as const;
