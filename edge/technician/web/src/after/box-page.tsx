import { Alert, Button, Card, Form, Input } from "antd";
import { useState, type ReactNode } from "react";

import type { SiteCheckView } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";
import { CheckResult } from "../draft/draft-bar.tsx";
import { useLive } from "../live/live-context.tsx";
import { useDeed } from "../parts/use-deed.tsx";

/** The gateway itself: how it is, diagnostics, replacing it, one's own PIN. */
export function BoxPage({ onLeft }: { readonly onLeft: () => void }): ReactNode {
  const speech = useSpeech();
  const { state } = useLive();
  return (
    <>
      {state !== undefined && (
        <Card size="small" title={speech.say("box.about")}>
          <dl>
            <dt>{speech.say("box.version")}</dt>
            <dd>{state.agentVersion}</dd>
            <dt>{speech.say("box.started")}</dt>
            <dd>{speech.time(state.startedAtMs)}</dd>
            <dt>{speech.say("box.memory")}</dt>
            <dd>{(state.memoryRssBytes / 1024 / 1024).toFixed(0)} MiB</dd>
            <dt>{speech.say("box.loop")}</dt>
            <dd>{state.loopP999Ms.toFixed(1)} ms</dd>
            <dt>{speech.say("box.lost")}</dt>
            <dd>{state.eventsLost}</dd>
          </dl>
          {state.siteFaults.map((fault) => (
            <Alert key={fault} type="error" title={fault} />
          ))}
        </Card>
      )}
      <Card size="small" title={speech.say("box.diagnostics")}>
        <p className="quiet">{speech.say("box.diagnostics.hint")}</p>
        <Button href="/api/diagnostics">{speech.say("box.download")}</Button>
      </Card>
      <ReplaceCard />
      <PinCard onChanged={onLeft} />
    </>
  );
}

function ReplaceCard(): ReactNode {
  const speech = useSpeech();
  const [box, setBox] = useState<unknown>();
  const [check, setCheck] = useState<SiteCheckView>();
  const [note, setNote] = useState<"box.restored" | "box.restore.bad">();
  const { run, isRunning, problem } = useDeed();
  const look = (file: File | undefined) =>
    run(async () => {
      setNote(undefined);
      setCheck(undefined);
      const given = await parsedFile(file);
      setBox(given);
      if (given === undefined) setNote("box.restore.bad");
      else setCheck(await act<SiteCheckView>("/box/restore", { box: given, isMeant: false }));
    });
  const restore = () =>
    run(async () => {
      await act("/box/restore", { box, isMeant: true });
      setCheck(undefined);
      setNote("box.restored");
    });
  return (
    <Card size="small" title={speech.say("box.replace")}>
      <p className="quiet">{speech.say("box.export.hint")}</p>
      <Button href="/api/box">{speech.say("box.export")}</Button>
      <h4>{speech.say("box.restore")}</h4>
      <p className="quiet">{speech.say("box.restore.hint")}</p>
      <input
        type="file"
        accept="application/json,.json"
        aria-label={speech.say("box.restore")}
        onChange={({ target }) => look(target.files?.[0])}
      />
      {problem}
      {note !== undefined && (
        <Alert type={note === "box.restored" ? "success" : "error"} showIcon title={speech.say(note)} />
      )}
      {check !== undefined && <CheckResult check={check} />}
      {check !== undefined && check.faults.length === 0 && (
        <Button type="primary" danger loading={isRunning} onClick={restore}>
          {speech.say("box.restore.do")}
        </Button>
      )}
    </Card>
  );
}

function PinCard({ onChanged }: { readonly onChanged: () => void }): ReactNode {
  const speech = useSpeech();
  const { run, isRunning, problem } = useDeed();
  const change = (given: object) =>
    run(async () => {
      await act("/pin", given);
      onChanged();
    });
  return (
    <Card size="small" title={speech.say("pin.change")}>
      <Form layout="vertical" requiredMark={false} onFinish={change} className="form">
        <Form.Item name="pin" label={speech.say("door.pin")} rules={[{ required: true }]}>
          <Input.Password inputMode="numeric" autoComplete="new-password" maxLength={12} />
        </Form.Item>
        {problem}
        <Button htmlType="submit" loading={isRunning}>
          {speech.say("pin.change")}
        </Button>
      </Form>
    </Card>
  );
}

async function parsedFile(file: File | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  try {
    return JSON.parse(await file.text());
  } catch {
    // Any file may be chosen; the page says that this is none of ours.
    return undefined;
  }
}
