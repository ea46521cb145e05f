import { Alert, Button, Input, Modal } from "antd";
import type { ReactNode } from "react";
import { useId, useState } from "react";

import type { Alarm, Command } from "../../../../api/schemas.ts";
import { acknowledge } from "../../api/endpoints.ts";
import type { ApiError } from "../../api/errors.ts";
import { asApiError } from "../../api/errors.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { ActorField } from "../orders/actor-field.tsx";
import { CommandOutcome } from "../orders/command-outcome.tsx";
import { useCommand } from "../orders/use-command.ts";
import { useErrorText } from "../states.tsx";
import { AlarmState, Priority } from "./alarm-marks.tsx";

import "../orders/dialogue.css";

const MAX_NOTE = 500;

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
      <div className="dialogue">
        <p className="dialogue-subject">
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
  const noteId = useId();
  return (
    <>
      <ActorField name={name} setName={setName} />
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
  const command = useCommand(progress.kind === "sent" ? progress.commandId : undefined);
  if (progress.kind === "failed") return <Alert role="alert" type="error" showIcon title={sayError(progress.error)} />;
  return command === undefined ? null : <CommandOutcome command={command} />;
}
