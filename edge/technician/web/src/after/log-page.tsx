import { Button, Card } from "antd";
import type { ReactNode } from "react";

import type { LogLine } from "../../../care/log-ring.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";

/** The gateway's own last lines, the newest first. */
export function LogPage(): ReactNode {
  const speech = useSpeech();
  const { answer, isAsking, again } = useAsked<{ readonly lines: readonly LogLine[] }>("/log");
  return (
    <Card
      size="small"
      title={speech.say("nav.log")}
      extra={
        <Button size="small" loading={isAsking} onClick={again}>
          {speech.say("log.refresh")}
        </Button>
      }
    >
      <p className="quiet">{speech.say("log.hint")}</p>
      <ol className="log" reversed>
        {answer?.lines.toReversed().map(({ atMs, level, text }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines have no id and are replaced as a whole
          <li key={index} className={level}>
            <time>{speech.time(atMs)}</time> {text}
          </li>
        ))}
      </ol>
    </Card>
  );
}
