import { Button } from "antd";
import type { ReactNode } from "react";
import { lazy, Suspense } from "react";

import { timeOfDay } from "../../i18n/format.ts";
import { DEFAULT_ZONE } from "../../live/names.ts";
import { Empty, Loading } from "../../parts/states.tsx";
import { useDesk, useSpeech } from "../desk-context.tsx";
import { Link, useRoute } from "../router.tsx";
import type { Route } from "../routes.ts";
import { addressOf } from "../routes.ts";
import { AlarmRibbon } from "./alarm-ribbon.tsx";
import { Fence } from "./fence.tsx";
import { Header } from "./header.tsx";

// Each page is fetched when it is opened: header and alarms stand before the first of them.
const OverviewPage = lazy(async () => ({
  default: (await import("../../pages/overview/overview-page.tsx")).OverviewPage,
}));
const DevicePage = lazy(async () => ({ default: (await import("../../pages/device/device-page.tsx")).DevicePage }));
const DemoPage = lazy(async () => ({ default: (await import("../../pages/demo/demo-page.tsx")).DemoPage }));
const ChargingPage = lazy(async () => ({
  default: (await import("../../pages/charging/charging-page.tsx")).ChargingPage,
}));
const SitePage = lazy(async () => ({ default: (await import("../../pages/site/site-page.tsx")).SitePage }));
const AlarmsPage = lazy(async () => ({ default: (await import("../../pages/alarms/alarms-page.tsx")).AlarmsPage }));

/** What stands around every page: header, the urgent alarm, the state of the connection. */
export function Shell(): ReactNode {
  const { say } = useSpeech();
  const route = useRoute();
  return (
    <>
      <a className="skip" href="#content">
        {say("app.skip")}
      </a>
      <Header route={route} />
      <AlarmRibbon />
      <main id="content" tabIndex={-1}>
        <ConnectionBanners />
        <Fence key={route.page === "charging" ? route.page : addressOf(route)}>
          <Suspense fallback={<Loading />}>
            <Page route={route} />
          </Suspense>
        </Fence>
      </main>
    </>
  );
}

interface PageProps {
  readonly route: Route;
}

function Page({ route }: PageProps): ReactNode {
  const { say } = useSpeech();
  switch (route.page) {
    case "overview":
      return <OverviewPage />;
    case "device":
      return <DevicePage gatewayId={route.gatewayId} deviceId={route.deviceId} />;
    case "site":
      return <SitePage gatewayId={route.gatewayId} />;
    case "alarms":
      return <AlarmsPage chosenId={route.alarmId} />;
    case "charging":
      return <ChargingPage which={route.which} />;
    case "demo":
      return <DemoPage />;
    case "unknown":
      return (
        <Empty title={say("page.unknown")} hint={say("page.unknown.hint", { path: route.path })}>
          <Link to={{ page: "overview" }}>{say("page.toOverview")}</Link>
        </Empty>
      );
  }
}

function ConnectionBanners(): ReactNode {
  const { say, language } = useSpeech();
  const { connection, isOutdated } = useDesk();
  return (
    <>
      {connection.kind === "lost" ? (
        <div className="banner" role="status">
          {say("live.lost.banner", { time: timeOfDay(connection.sinceMs, { language, zone: DEFAULT_ZONE }) })}
        </div>
      ) : null}
      {isOutdated ? (
        <div className="banner" role="status">
          {say("live.outdated")}
          <Button size="small" onClick={() => window.location.reload()}>
            {say("live.reload")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
