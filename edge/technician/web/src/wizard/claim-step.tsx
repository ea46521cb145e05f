import { Alert, Button, Form, Input, Spin } from "antd";
import type { ReactNode } from "react";

import type { IdentityView } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";
import { useDeed } from "../parts/use-deed.tsx";

/** Who the gateway is to the fleet, and the claim where nobody has claimed it. */
export function ClaimStep(): ReactNode {
  const speech = useSpeech();
  const { answer, refused, isAsking, again } = useAsked<IdentityView>("/identity");
  const { run, isRunning, problem } = useDeed();
  if (refused?.refusal.code === "technician/not-found") return <p className="quiet">{speech.say("claim.none")}</p>;
  if (answer === undefined) return isAsking ? <Spin /> : null;
  const claim = (given: object) =>
    run(async () => {
      await act("/claim", given);
      again();
    });
  const until = answer.expiresAtMs;
  return (
    <>
      <Alert
        type={answer.phase === "claimed" ? "success" : "info"}
        showIcon
        title={speech.say(`claim.phase.${answer.phase}`)}
        description={[answer.detail, until === undefined ? "" : speech.say("claim.until", { time: speech.time(until) })]
          .filter((one) => one !== "")
          .join(" · ")}
      />
      {answer.phase === "unclaimed" && (
        <Form layout="vertical" requiredMark={false} onFinish={claim} className="form">
          <p className="quiet">{speech.say("claim.hint")}</p>
          <Form.Item name="code" label={speech.say("claim.code")} rules={[{ required: true }]}>
            <Input maxLength={2_000} autoComplete="off" />
          </Form.Item>
          <Form.Item name="fleetUrl" label={speech.say("claim.fleet")}>
            <Input maxLength={300} placeholder="https://" autoComplete="off" />
          </Form.Item>
          {problem}
          <Button type="primary" htmlType="submit" loading={isRunning}>
            {speech.say("claim.do")}
          </Button>
        </Form>
      )}
    </>
  );
}
