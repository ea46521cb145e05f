import { Alert, Button, Space } from "antd";
import type { ReactNode } from "react";

import type { DeskChoice } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";
import { useDeed } from "../parts/use-deed.tsx";
import { useSite } from "./site-context.tsx";

/** A revision of the desk that waits for somebody on site: held, or in conflict with a change made here. */
export function OfferCard(): ReactNode {
  const speech = useSpeech();
  const { site, drop } = useSite();
  const { run, isRunning, problem } = useDeed();
  const offer = site?.offer;
  if (offer === undefined || offer === null) return null;
  const { state, revision, author, reason, weakenings } = offer;
  const choices: readonly DeskChoice[] = state === "held" ? ["confirm", "reject"] : ["keep-local", "take-desk"];
  const decide = (choice: DeskChoice) =>
    run(async () => {
      await act("/site/decide", { revision, choice });
      drop();
    });
  return (
    <Alert
      type="warning"
      showIcon
      title={speech.say(`offer.${state}`, { revision, author })}
      description={
        <>
          <p>{reason}</p>
          {weakenings.map((line) => (
            <div key={line}>{line}</div>
          ))}
          {problem}
          <Space wrap>
            {choices.map((choice) => (
              <Button key={choice} disabled={isRunning} onClick={() => decide(choice)}>
                {speech.say(`offer.${choice}`)}
              </Button>
            ))}
          </Space>
        </>
      }
    />
  );
}
