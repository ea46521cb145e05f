import { Button, Card, Spin, Tag } from "antd";
import type { ReactNode } from "react";

import type { BookView, CheckView, NetworkView } from "../../../server/views.ts";
import { act } from "../api/ask.ts";
import { useAsked } from "../api/use-asked.ts";
import { useSpeech } from "../app/words.tsx";
import { useDeed } from "../parts/use-deed.tsx";

const COLOURS: Readonly<Record<CheckView["verdict"], string>> = {
  good: "green",
  doubtful: "orange",
  bad: "red",
  none: "default",
};

/** Addresses, routes, names, the uplink and the clock: read and tried. */
export function NetworkStep(): ReactNode {
  const speech = useSpeech();
  const { answer, isAsking, again } = useAsked<NetworkView>("/network");
  const book = useAsked<BookView>("/book");
  const { run, isRunning, problem } = useDeed();
  if (answer === undefined) return <Spin />;
  const checked = book.answer?.network ?? null;
  const confirm = () =>
    run(async () => {
      await act("/network/checked", {});
      book.again();
    });
  return (
    <>
      <ul className="checks">
        {answer.checks.map(({ what, verdict, detail }) => (
          <li key={what}>
            <span className="checks-what">{speech.say(`network.check.${what}`)}</span>
            <Tag color={COLOURS[verdict]}>{speech.say(`network.verdict.${verdict}`)}</Tag>
            <span className="quiet">
              {what === "clock" ? speech.words.confidence[answer.clock.confidence] : detail}
            </span>
          </li>
        ))}
      </ul>
      <NetworkFacts network={answer} />
      {problem}
      <div className="buttons">
        <Button loading={isAsking} onClick={again}>
          {speech.say("network.look")}
        </Button>
        <Button type="primary" ghost={checked !== null} loading={isRunning} onClick={confirm}>
          {speech.say("network.confirm")}
        </Button>
        {checked !== null && (
          <span className="quiet">
            {speech.say("network.confirmed", { who: checked.by, time: speech.time(checked.atMs) })}
          </span>
        )}
      </div>
    </>
  );
}

function NetworkFacts({ network }: { readonly network: NetworkView }): ReactNode {
  const speech = useSpeech();
  const offset = (network.clock.nowMs - Date.now()) / 1_000;
  const none = speech.say("network.none");
  return (
    <Card size="small" className="facts">
      <dl>
        <dt>{speech.say("network.clock")}</dt>
        <dd>
          {speech.time(network.clock.nowMs)}
          <span className="quiet"> {speech.say("network.offset", { seconds: Math.abs(offset).toFixed(0) })}</span>
        </dd>
        <dt>{speech.say("network.interfaces")}</dt>
        <dd>
          {network.interfaces.map(({ name, addresses }) => (
            <div key={name}>
              <b>{name}</b> {addresses.join(", ")}
            </div>
          ))}
        </dd>
        <dt>{speech.say("network.routes")}</dt>
        <dd>
          {network.routes.map(({ to, via, device, metric }) => (
            <div key={`${to} ${device} ${via} ${metric}`}>
              {to} · {device} · {via === null ? speech.say("network.direct") : speech.say("network.via", { via })} ·{" "}
              {metric}
            </div>
          ))}
          {network.routes.length === 0 && none}
        </dd>
        <dt>{speech.say("network.dns")}</dt>
        <dd>{network.dnsServers.join(", ") || none}</dd>
        <dt>{speech.say("network.proxy")}</dt>
        <dd>{network.proxy.map(({ name, value }) => `${name} ${value}`).join(", ") || none}</dd>
      </dl>
      <p className="quiet">{speech.say("network.setBySystem")}</p>
    </Card>
  );
}
