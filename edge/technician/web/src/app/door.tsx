import { Button, Card, Form, Input } from "antd";
import type { ReactNode } from "react";

import { act } from "../api/ask.ts";
import { useDeed } from "../parts/use-deed.tsx";
import { useSpeech } from "./words.tsx";

interface DoorProps {
  readonly isFirst: boolean;
  readonly onEntered: () => void;
  readonly onLanguage: () => void;
}

interface Given {
  readonly name: string;
  readonly pin: string;
  readonly code?: string;
  readonly fleetUrl?: string;
}

/** Signing in; the first time, with the claim's code. */
export function Door({ isFirst, onEntered, onLanguage }: DoorProps): ReactNode {
  const speech = useSpeech();
  const { run, isRunning, problem } = useDeed();
  const enter = (given: Given) =>
    run(async () => {
      await act(isFirst ? "/first" : "/session", given);
      onEntered();
    });
  return (
    <main className="door" id="content">
      <div className="door-brand">{speech.say("app.name")}</div>
      <Card title={speech.say(isFirst ? "door.first" : "door.title")}>
        {isFirst && <p className="quiet">{speech.say("door.first.hint")}</p>}
        <Form<Given> layout="vertical" requiredMark={false} onFinish={enter}>
          {isFirst && (
            <Form.Item name="code" label={speech.say("claim.code")} rules={[{ required: true }]}>
              <Input autoComplete="off" maxLength={2_000} />
            </Form.Item>
          )}
          {isFirst && (
            <Form.Item name="fleetUrl" label={speech.say("claim.fleet")}>
              <Input autoComplete="off" maxLength={300} placeholder="https://" />
            </Form.Item>
          )}
          <Form.Item name="name" label={speech.say("door.name")} rules={[{ required: true }]}>
            <Input autoComplete="username" maxLength={40} autoFocus />
          </Form.Item>
          <Form.Item name="pin" label={speech.say("door.pin")} rules={[{ required: true }]}>
            <Input.Password autoComplete="current-password" inputMode="numeric" maxLength={12} />
          </Form.Item>
          {problem}
          <Button type="primary" htmlType="submit" block loading={isRunning} className="door-enter">
            {speech.say(isFirst ? "door.first.enter" : "door.enter")}
          </Button>
        </Form>
      </Card>
      <Button type="link" onClick={onLanguage}>
        {speech.say("app.language")}
      </Button>
    </main>
  );
}
