import { Alert, Button, Input, Modal } from "antd";
import type { ReactNode } from "react";
import { useId, useState } from "react";

import type { Alarm, Command } from "../../../../api/schemas.ts";
import { acknowledge, askCommand } from "../../api/endpoints.ts";
import type { ApiError } from "../../api/errors.ts";
import { asApiError } from "../../api/errors.ts";
import { useQuery } from "../../api/use-query.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { useNowMs } from "../../app/use-now.ts";

import "./acknowledge-dialogue.css";
import { useErrorText } from "../states.tsx";
import { AlarmState, Priority } from "./alarm-marks.tsx";
import { sayCommand } from "./command-text.ts";

const MAX_NAME = 120;
const MAX_NOTE = 500;
const ASK_AGAIN_MS = 3_000;

type Progress =
  | { readonly kind: "asking" }
  | { readonly kind: "sending" }
  | { readonly kind: "sent"; readonly commandId: string }
  | { readonly kind: "failed"; readonly error: ApiError };

interface AcknowledgeDialogueProps {
  /** As it stood when the dialogue was opened; its newer steps are shown as they come. */
  readonly alarm: Alarm;
  readonly onClose: () => void;
}

/** Takes name and note, sends, and stays until the gateway's own answer is there. */
export function AcknowledgeDialogue({ alarm: opened, onClose }: AcknowledgeDialogueProps): ReactNode {
  const { say, text } = useSpeech();
  const { desk, actor, setActor } = useSurroundings();
  const { feed } = useDesk();
  const alarm = feed.alarms.get(opened.id)?.value ?? opened;
  const [name, setName] = useState(actor);
  const [note, setNote] = useState("");
  const [progress, setProgress] = useState<Progress>({ kind: "asking" });
  const isSent = progress.kind === "sent";

  const settle = (command: Command): void => {
    desk.learn({ kind: "event", name: "command", value: command });
    setProgress({ kind: "sent", commandId: command.id });
  };
  const send = (): void => {
    setActor(name.trim());
    setProgress({ kind: "sending" });
    acknowledge(alarm, name.trim(), note.trim()).then(settle, (error: unknown) =>
      setProgress({ kind: "failed", error: asApiError(error) }),
    );
  };
  return (
    <Modal
      open
      title={say("alarm.acknowledge.title")}
      onCancel={onClose}
      footer={
        isSent ? (
          <Button type="primary" autoFocus onClick={onClose}>
            {say("alarm.close")}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{say("alarm.cancel")}</Button>
            <Button type="primary" disabled={name.trim() === ""} loading={progress.kind === "sending"} onClick={send}>
              {say("alarm.send")}
            </Button>
          </>
        )
      }
    >
      <div className="acknowledge">
        <p className="acknowledge-subject">
          <Priority priority={opened.priority} isUnacknowledged />
          <strong>{text(alarm.message)}</strong>
          <span className="quiet">
            <AlarmState alarm={alarm} />
          </span>
        </p>
        {isSent ? null : (
          <>
            <p className="quiet">{say("alarm.acknowledge.explain")}</p>
            <Fields name={name} setName={setName} note={note} setNote={setNote} />
          </>
        )}
        <Outcome progress={progress} />
      </div>
    </Modal>
  );
}

interface FieldsProps {
  readonly name: string;
  readonly setName: (name: string) => void;
  readonly note: string;
  readonly setNote: (note: string) => void;
}

function Fields({ name, setName, note, setNote }: FieldsProps): ReactNode {
  const { say } = useSpeech();
  const { actor } = useSurroundings();
  const nameId = useId();
  const noteId = useId();
  return (
    <>
      <label htmlFor={nameId}>{say("alarm.actor")}</label>
      <Input
        id={nameId}
        value={name}
        maxLength={MAX_NAME}
        placeholder={say("alarm.actor.missing")}
        autoFocus={actor === ""}
        onChange={(event) => setName(event.target.value)}
      />
      <label htmlFor={noteId}>{say("alarm.note")}</label>
      <Input.TextArea
        id={noteId}
        value={note}
        maxLength={MAX_NOTE}
        rows={2}
        autoFocus={actor !== ""}
        onChange={(event) => setNote(event.target.value)}
      />
    </>
  );
}

interface OutcomeProps {
  readonly progress: Progress;
}

function Outcome({ progress }: OutcomeProps): ReactNode {
  const sayError = useErrorText();
  switch (progress.kind) {
    case "asking":
    case "sending":
      return null;
    case "failed":
      return <Alert role="alert" type="error" showIcon title={sayError(progress.error)} />;
    case "sent":
      return <CommandOutcome commandId={progress.commandId} />;
  }
}

interface CommandOutcomeProps {
  readonly commandId: string;
}

function CommandOutcome({ commandId }: CommandOutcomeProps): ReactNode {
  const { language } = useSpeech();
  const { feed } = useDesk();
  const heard = feed.commands.get(commandId)?.value;
  const isOpen = heard === undefined || heard.state === "sent";
  const lookedAtMs = useNowMs(ASK_AGAIN_MS);
  // The live stream brings the result at once; where it was cut meanwhile, asking does.
  const asked = useQuery(commandId, (signal) => askCommand(commandId, signal), isOpen ? lookedAtMs : "settled");
  const command = isOpen ? (asked.last ?? heard) : heard;
  if (command === undefined) return null;
  const type = command.state === "done" ? "success" : command.state === "sent" ? "info" : "warning";
  return <Alert role="status" type={type} showIcon title={sayCommand(language, command)} />;
}
