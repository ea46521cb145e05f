import { Alert, Button, Input, Modal } from "antd";
import type { ReactNode } from "react";
import { useId, useState } from "react";

import type { Alarm, Command } from "../../../api/schemas.ts";
import { acknowledge } from "../api/endpoints.ts";
import type { ApiError } from "../api/errors.ts";
import { asApiError } from "../api/errors.ts";
import { useDesk, useSpeech, useSurroundings } from "../app/desk-context.tsx";
import { Priority } from "./alarm-marks.tsx";
import { sayCommand } from "./command-text.ts";
import { useErrorText } from "./states.tsx";

const MAX_NAME = 120;
const MAX_NOTE = 500;

type Progress =
  | { readonly kind: "asking" }
  | { readonly kind: "sending" }
  | { readonly kind: "sent"; readonly commandId: string }
  | { readonly kind: "failed"; readonly error: ApiError };

interface AcknowledgeProps {
  readonly alarm: Alarm;
  /** The desk's big button, or one in a table. */
  readonly size?: "small" | "middle";
}

/** The button that acknowledges an alarm, and the dialogue behind it. */
export function AcknowledgeButton({ alarm, size = "small" }: AcknowledgeProps): ReactNode {
  const { say } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button
        size={size}
        type="primary"
        ghost={size === "small"}
        onClick={(event) => {
          event.stopPropagation();
          setOpen(true);
        }}
      >
        {say("alarm.acknowledge")}
      </Button>
      {isOpen ? <AcknowledgeDialogue alarm={alarm} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

interface DialogueProps {
  readonly alarm: Alarm;
  readonly onClose: () => void;
}

/** Takes name and note, sends, and stays until the gateway's own answer is there. */
function AcknowledgeDialogue({ alarm, onClose }: DialogueProps): ReactNode {
  const { say, text } = useSpeech();
  const { desk, actor, setActor } = useSurroundings();
  const [name, setName] = useState(actor);
  const [note, setNote] = useState("");
  const [progress, setProgress] = useState<Progress>({ kind: "asking" });
  const nameId = useId();
  const noteId = useId();
  const isNameMissing = name.trim() === "";

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
  const isOver = progress.kind === "sent";
  return (
    // A click inside must not reach the table row that the dialogue was opened from.
    <div onClick={(event) => event.stopPropagation()} onKeyDown={(event) => event.stopPropagation()}>
      <Modal
        open
        title={say("alarm.acknowledge.title")}
        okText={say("alarm.send")}
        cancelText={say(isOver ? "alarm.close" : "alarm.cancel")}
        okButtonProps={{ disabled: isNameMissing || isOver, loading: progress.kind === "sending" }}
        onOk={send}
        onCancel={onClose}
      >
        <p>
          <Priority priority={alarm.priority} isUnacknowledged /> <strong>{text(alarm.message)}</strong>
        </p>
        <p className="quiet">{say("alarm.acknowledge.explain")}</p>
        <label htmlFor={nameId}>{say("alarm.actor")}</label>
        <Input
          id={nameId}
          value={name}
          maxLength={MAX_NAME}
          disabled={isOver}
          status={isNameMissing ? "warning" : ""}
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
          disabled={isOver}
          autoFocus={actor !== ""}
          onChange={(event) => setNote(event.target.value)}
        />
        <Outcome progress={progress} />
      </Modal>
    </div>
  );
}

interface OutcomeProps {
  readonly progress: Progress;
}

function Outcome({ progress }: OutcomeProps): ReactNode {
  const { language } = useSpeech();
  const { feed } = useDesk();
  const sayError = useErrorText();
  if (progress.kind === "failed")
    return <Alert className="outcome" type="error" showIcon title={sayError(progress.error)} />;
  if (progress.kind !== "sent") return null;
  const command: Command | undefined = feed.commands.get(progress.commandId)?.value;
  if (command === undefined) return null;
  const type = command.state === "done" ? "success" : command.state === "sent" ? "info" : "warning";
  return <Alert className="outcome" type={type} showIcon title={sayCommand(language, command)} />;
}
