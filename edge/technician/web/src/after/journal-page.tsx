import { Alert, Card, Progress, Tag } from "antd";
import type { ReactNode } from "react";

import { useSpeech } from "../app/words.tsx";
import { useLive } from "../live/live-context.tsx";

const MIB = 1024 * 1024;

/** What is written down and what waits for the fleet. */
export function JournalPage(): ReactNode {
  const speech = useSpeech();
  const { state } = useLive();
  if (state === undefined) return null;
  const { journal, uplink } = state;
  const phases: Readonly<Record<string, string>> = { none: speech.words.noUplink, ...speech.words.uplinkPhase };
  return (
    <>
      <Card size="small" title={speech.words.uplink}>
        <Tag color={uplink.phase === "live" ? "green" : uplink.phase === "none" ? "default" : "orange"}>
          {phases[uplink.phase]}
        </Tag>
        <span className="quiet">{uplink.reason}</span>
      </Card>
      {journal === null ? (
        <Alert type="error" showIcon title={speech.say("journal.missing")} />
      ) : (
        <Card size="small" title={speech.words.journal}>
          {journal.writeFault !== null && <Alert type="error" showIcon title={journal.writeFault} />}
          {journal.quarantined && <Alert type="warning" showIcon title={speech.say("journal.quarantined")} />}
          <dl>
            <dt>{speech.say("journal.state")}</dt>
            <dd>{speech.words.ladder[journal.ladder]}</dd>
            <dt>{speech.say("journal.disk")}</dt>
            <dd>
              {(journal.bytesUsed / MIB).toFixed(1)} / {(journal.bytesAllowed / MIB).toFixed(0)} MiB
              <Progress
                percent={Math.round((100 * journal.bytesUsed) / journal.bytesAllowed)}
                size="small"
                showInfo={false}
              />
            </dd>
            <dt>{speech.say("journal.waiting")}</dt>
            <dd>
              <ul className="plain">
                {Object.entries(journal.waiting).map(([stream, count]) => (
                  <li key={stream}>
                    {speech.word("journal.stream", stream)}: <b>{count}</b>
                  </li>
                ))}
              </ul>
            </dd>
            <dt>{speech.say("journal.epoch")}</dt>
            <dd>
              <code>{journal.epoch}</code>
            </dd>
          </dl>
        </Card>
      )}
    </>
  );
}
