import { Button } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";

import type { DemoSite } from "../../../../api/schemas.ts";
import type { ApiError } from "../../api/errors.ts";
import { asApiError } from "../../api/errors.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import type { DemoHandle } from "../../demo/use-demo.ts";
import { gatewayOf } from "../../live/names.ts";
import { useErrorText } from "../../parts/states.tsx";

interface UplinkStripProps {
  readonly site: DemoSite;
  readonly pull: DemoHandle["pull"];
}

/** Site, gateway and desk in a row, and the line between the last two, which can be cut. */
export function UplinkStrip({ site, pull }: UplinkStripProps): ReactNode {
  const { say } = useSpeech();
  const { feed } = useDesk();
  const { gateway, uplink, simulators } = site;
  const isComingBack = !uplink.isCut && gateway.figures !== null && gateway.figures.uplink !== "live";
  const isHeard = gatewayOf(feed, gateway.id)?.state === "online";
  return (
    <section className="panel uplink" aria-label={say("demo.uplink")} data-cut={uplink.isCut} data-back={isComingBack}>
      <div className="uplink-row">
        <div className="node">
          <strong>{say("demo.site")}</strong>
          <span>{say("demo.site.devices", { count: simulators.length })}</span>
        </div>
        <div className="wire" aria-hidden="true" />
        <div className="node">
          <strong>{say("demo.gateway")}</strong>
          <GatewayFigures gateway={gateway} />
          <a href={gateway.pageUrl} target="_blank" rel="noreferrer">
            {say("demo.gateway.page")}
          </a>
        </div>
        <div className="wire is-uplink" aria-hidden="true">
          <span>{uplink.isCut ? "✕" : say("demo.uplink")}</span>
        </div>
        <div className="node">
          <strong>{say("demo.desk")}</strong>
          <span className="state-mark" data-state={isHeard ? "online" : "offline"}>
            {say(isHeard ? "demo.desk.hears" : "demo.desk.deaf")}
          </span>
        </div>
        <UplinkSwitch isCut={uplink.isCut} pull={pull} />
      </div>
      <p role="status">{uplink.isCut ? say("demo.isCut") : isComingBack ? say("demo.isComingBack") : null}</p>
    </section>
  );
}

interface GatewayFiguresProps {
  readonly gateway: DemoSite["gateway"];
}

function GatewayFigures({ gateway: { figures } }: GatewayFiguresProps): ReactNode {
  const { say } = useSpeech();
  if (figures === null) return <span>{say("demo.gateway.away")}</span>;
  return (
    <span>
      {say("demo.gateway.alarms", { count: figures.alarmCount })} ·{" "}
      {say("demo.gateway.waiting", { count: figures.waitingCount })}
    </span>
  );
}

interface UplinkSwitchProps {
  readonly isCut: boolean;
  readonly pull: DemoHandle["pull"];
}

function UplinkSwitch({ isCut, pull }: UplinkSwitchProps): ReactNode {
  const { say } = useSpeech();
  const sayError = useErrorText();
  const [isPulling, setIsPulling] = useState(false);
  const [error, setError] = useState<ApiError>();
  const turn = (): void => {
    setIsPulling(true);
    setError(undefined);
    pull("uplink", isCut ? "mend" : "cut")
      .catch((reason: unknown) => setError(asApiError(reason)))
      .finally(() => setIsPulling(false));
  };
  return (
    <div className="uplink-switch">
      <Button size="large" type="primary" danger={!isCut} loading={isPulling} onClick={turn}>
        {say(isCut ? "demo.mend" : "demo.cut")}
      </Button>
      {error === undefined ? null : <span role="alert">{sayError(error)}</span>}
    </div>
  );
}
