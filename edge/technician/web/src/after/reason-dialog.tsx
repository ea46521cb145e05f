import { Input, Modal, Segmented } from "antd";
import { useState, type ReactNode } from "react";

import { act } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";
import { useDeed } from "../parts/use-deed.tsx";

const MINUTE_MS = 60_000;
const TIMES_MS = [30 * MINUTE_MS, 120 * MINUTE_MS, 480 * MINUTE_MS, 1_440 * MINUTE_MS];

/** What a reason is asked for. */
export type ReasonFor =
  | { readonly kind: "shelve"; readonly occurrenceId: string | null; readonly version: number }
  | { readonly kind: "service"; readonly ruleId: string };

/** Shelving and taking out of service want a reason, which everybody sees. */
export function ReasonDialog({
  asked,
  onClosed,
}: {
  readonly asked: ReasonFor;
  readonly onClosed: () => void;
}): ReactNode {
  const speech = useSpeech();
  const [reason, setReason] = useState("");
  const [forMs, setForMs] = useState(TIMES_MS[0] ?? MINUTE_MS);
  const { run, isRunning, problem } = useDeed();
  const isShelve = asked.kind === "shelve";
  const confirm = () =>
    run(async () => {
      if (asked.kind === "shelve") {
        const { occurrenceId, version } = asked;
        await act("/alarms/shelve", { occurrenceId, version, reason, forMs });
      } else await act("/alarms/service", { ruleId: asked.ruleId, reason });
      onClosed();
    });
  return (
    <Modal
      open
      title={speech.say(isShelve ? "alarm.shelve" : "alarm.out")}
      onCancel={onClosed}
      onOk={confirm}
      okText={speech.say(isShelve ? "alarm.shelve" : "alarm.out")}
      cancelText={speech.say("app.cancel")}
      okButtonProps={{ disabled: reason.trim() === "", loading: isRunning }}
    >
      <div className="dialog">
        {problem}
        {isShelve && (
          <Segmented<number>
            aria-label={speech.say("alarm.for")}
            value={forMs}
            onChange={setForMs}
            options={TIMES_MS.map((ms) => ({ value: ms, label: speech.duration(ms) }))}
          />
        )}
        <Input.TextArea
          value={reason}
          placeholder={speech.say("alarm.reason")}
          aria-label={speech.say("alarm.reason")}
          maxLength={500}
          rows={3}
          onChange={({ target }) => setReason(target.value)}
        />
      </div>
    </Modal>
  );
}
