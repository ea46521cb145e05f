import type { ReactNode } from "react";

import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { dayAndTime, timeOfDay, zoneLabel } from "../../i18n/format.ts";
import { deviceKey } from "../../live/feed.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";

import "./device-head.css";

interface DeviceHeadProps {
  readonly gatewayId: string;
  readonly deviceId: string;
}

/** Which device this is, how it does, and what to know before believing what stands below. */
export function DeviceHead({ gatewayId, deviceId }: DeviceHeadProps): ReactNode {
  const { say, text, language } = useSpeech();
  const { feed, readings } = useDesk();
  const gateway = gatewayOf(feed, gatewayId);
  const device = feed.devices.get(deviceKey(gatewayId, deviceId))?.value;
  const zone = zoneOf(feed, gatewayId);
  const site = gateway?.site;
  const areDevicesRead = readings.get(`devices:${gatewayId}`)?.kind === "read";
  return (
    <>
      <div className="page-head">
        <Link to={{ page: "overview" }}>‹ {say("nav.overview")}</Link>
        <h1>{device === undefined ? deviceId : text(device.name)}</h1>
        {device === undefined ? null : (
          <span className="state-mark" data-state={device.state}>
            {say(`onlineState.${device.state}`)}
          </span>
        )}
        {site === undefined || site === null ? null : <span className="quiet">{text(site.name)}</span>}
        <span className="quiet mono">
          {gatewayId} / {deviceId}
        </span>
        <SiteClock zone={zone} />
      </div>
      {gateway?.state === "offline" ? (
        <div className="banner" role="status">
          {say("gateway.offline.banner", {
            gateway: gatewayId,
            time: dayAndTime(gateway.lastSeenAtMs, { language, zone }),
          })}
        </div>
      ) : null}
      {device === undefined && areDevicesRead ? (
        <div className="banner" role="status">
          {say("device.unknown")}
        </div>
      ) : null}
      {device !== undefined && device.state !== "online" && device.reason !== "" ? (
        <div className="banner" role="status">
          {say("device.trouble", { state: say(`onlineState.${device.state}`), reason: device.reason })}
        </div>
      ) : null}
    </>
  );
}

interface SiteClockProps {
  readonly zone: string;
}

function SiteClock({ zone }: SiteClockProps): ReactNode {
  const { say, language } = useSpeech();
  const nowMs = useNowMs(1_000);
  return (
    <time className="quiet site-clock">
      {say("chart.zone", { zone: zoneLabel(nowMs, zone) })} {timeOfDay(nowMs, { language, zone })}
    </time>
  );
}
