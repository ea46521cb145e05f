import { describe, expect, it } from "vitest";

import type { Route } from "./routes.ts";
import { addressOf, parseRoute } from "./routes.ts";

describe("addresses of pages", () => {
  const routes: readonly Route[] = [
    { page: "overview" },
    { page: "device", gatewayId: "gw-1", deviceId: "pump.station_1" },
    { page: "site", gatewayId: "gw-1" },
    { page: "alarms" },
    { page: "charging" },
    { page: "charging", which: { gatewayId: "gw-1", deviceId: "pile.1", transaction: "a/b c%" } },
    { page: "demo" },
    { page: "alarms", alarmId: "0123456789abcdef0123456789abcdef" },
  ];
  it.each(routes)("reads back what it wrote: $page", (route) => {
    expect(parseRoute(addressOf(route))).toEqual(route);
  });

  it.each([
    "/nowhere",
    "/gateways/gw-1",
    "/gateways/gw-1/devices/a/b",
    "/alarms/a/b",
    "/demo/a",
    "/charging/gw-1/pile-1",
    "/charging/gw-1/pile-1/7/8",
    "/charging/gw-1/pile-1/%",
    "/gateways/%/devices/x",
    "/%",
  ])("does not know %s", (path) => {
    expect(parseRoute(path)).toEqual({ page: "unknown", path });
  });

  it("does not mind a slash at the end", () => {
    expect(parseRoute("/alarms/")).toEqual({ page: "alarms" });
  });
});
