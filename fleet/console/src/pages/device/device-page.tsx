import type { ReactNode } from "react";
import { lazy, Suspense, useEffect, useMemo } from "react";

import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { PokePanel } from "../../demo/poke-panel.tsx";
import type { DeviceKind } from "../../kinds/device-kind.ts";
import { kindOf } from "../../kinds/device-kind.ts";
import { deviceKey, pointsOf } from "../../live/feed.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";
import { DeviceAlarms } from "../../parts/device/device-alarms.tsx";
import { DeviceHead } from "../../parts/device/device-head.tsx";
import { MethodPanel } from "../../parts/device/method-panel.tsx";
import { PointsSection } from "../../parts/device/points-section.tsx";
import { Empty, Loading, ReadState } from "../../parts/states.tsx";
import type { DeviceViewProps } from "./view-props.ts";

import "./device-page.css";

const PumpStationView = lazy(async () => ({
  default: (await import("../pump-station/pump-station-view.tsx")).PumpStationView,
}));
const LockerView = lazy(async () => ({ default: (await import("../locker/locker-view.tsx")).LockerView }));
const CallPointView = lazy(async () => ({
  default: (await import("../call-point/call-point-view.tsx")).CallPointView,
}));

const SignView = lazy(async () => ({ default: (await import("../sign/sign-view.tsx")).SignView }));

const ChargingSiteView = lazy(async () => ({
  default: (await import("../charging-site/charging-site-view.tsx")).ChargingSiteView,
}));

interface DevicePageProps {
  readonly gatewayId: string;
  readonly deviceId: string;
}

/** One device: the picture that fits it, what it can be asked to do, and all its points. */
export function DevicePage({ gatewayId, deviceId }: DevicePageProps): ReactNode {
  const { say } = useSpeech();
  const { desk } = useSurroundings();
  const { feed, readings, connection } = useDesk();
  const key = deviceKey(gatewayId, deviceId);
  useEffect(() => desk.watchDevices(gatewayId), [desk, gatewayId]);
  useEffect(() => desk.watchPoints({ gatewayId, deviceId }), [desk, gatewayId, deviceId]);

  const entries = feed.points.get(key);
  const points = useMemo(() => pointsOf(feed, key), [entries, key]);
  const kind = useMemo(() => kindOf(points), [points]);
  const device = useMemo(() => ({ gatewayId, deviceId }), [gatewayId, deviceId]);
  const about = feed.devices.get(key)?.value;
  const zone = zoneOf(feed, gatewayId);
  const isOld = connection.kind === "lost" || gatewayOf(feed, gatewayId)?.state === "offline";
  const methods = about === undefined ? null : <MethodPanel device={about} except={SHOWN_ELSEWHERE[kind.kind]} />;
  const view: DeviceViewProps = { device, about, points, zone, isOld };
  return (
    <>
      <DeviceHead gatewayId={gatewayId} deviceId={deviceId} />
      <ReadState
        reading={readings.get(`points:${key}`)}
        isEmpty={points.size === 0}
        empty={<Empty title={say("device.noPoints")} />}
        isPanel
        onAgain={desk.readAgain}
      >
        <Suspense fallback={<Loading />}>
          <Picture kind={kind} view={view} />
        </Suspense>
        {kind.kind === "other" ? (
          <PointsSection
            {...view}
            firstId={firstMeasured(view)}
            beside={
              <>
                <PokePanel device={device} />
                <DeviceAlarms device={device} />
                {methods}
              </>
            }
          />
        ) : (
          <>
            {methods}
            <PointsSection {...view} />
          </>
        )}
      </ReadState>
    </>
  );
}

/** Methods that a kind's own picture offers. */
const SHOWN_ELSEWHERE: Readonly<Record<DeviceKind["kind"], readonly string[]>> = {
  station: [],
  locker: ["redeem-code"],
  "call-point": [],
  sign: ["show", "clear"],
  "charging-site": [],
  other: [],
};

interface PictureProps {
  readonly kind: DeviceKind;
  readonly view: DeviceViewProps;
}

function Picture({ kind, view }: PictureProps): ReactNode {
  switch (kind.kind) {
    case "station":
      return <PumpStationView {...view} station={kind.station} />;
    case "locker":
      return <LockerView {...view} locker={kind.locker} />;
    case "call-point":
      return <CallPointView {...view} callPoint={kind.callPoint} />;
    case "sign":
      return <SignView {...view} sign={kind.sign} />;
    case "charging-site":
      return <ChargingSiteView {...view} site={kind.site} />;
    case "other":
      // A meter's picture is the trend of whatever point is chosen, beside the table of its points.
      return null;
  }
}

/** A meter's first measured value says more than an empty panel. */
function firstMeasured({ points }: DeviceViewProps): string | undefined {
  return [...points.values()].find(({ unit, value }) => unit !== "" && value !== null)?.id;
}
