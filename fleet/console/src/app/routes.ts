import type { TransactionRef } from "../api/charging-endpoints.ts";

/** Every page of the desk and what its address says. */
export type Route =
  | { readonly page: "overview" }
  | { readonly page: "device"; readonly gatewayId: string; readonly deviceId: string }
  | { readonly page: "site"; readonly gatewayId: string }
  | { readonly page: "alarms"; readonly alarmId?: string }
  | { readonly page: "charging"; readonly which?: TransactionRef }
  | { readonly page: "demo" }
  | { readonly page: "unknown"; readonly path: string };

/** Reads an address. Never throws: what is not understood is `unknown`. */
export function parseRoute(path: string): Route {
  const parts = path.split("/").filter((part) => part !== "");
  const [section, first, second, third] = parts.map(decodePart);
  if (parts.length === 0) return { page: "overview" };
  if (
    section === "gateways" &&
    first !== undefined &&
    second === "devices" &&
    third !== undefined &&
    parts.length === 4
  ) {
    return { page: "device", gatewayId: first, deviceId: third };
  }
  if (section === "gateways" && first !== undefined && second === "site" && parts.length === 3) {
    return { page: "site", gatewayId: first };
  }
  if (section === "alarms" && parts.length === 1) return { page: "alarms" };
  if (section === "alarms" && first !== undefined && parts.length === 2) return { page: "alarms", alarmId: first };
  if (section === "charging") return chargingRoute(parts.slice(1).map(decodePart)) ?? { page: "unknown", path };
  if (section === "demo" && parts.length === 1) return { page: "demo" };
  return { page: "unknown", path };
}

/** The address of a page; `parseRoute` understands it. */
export function addressOf(route: Route): string {
  switch (route.page) {
    case "overview":
      return "/";
    case "device":
      return `/gateways/${encodeURIComponent(route.gatewayId)}/devices/${encodeURIComponent(route.deviceId)}`;
    case "site":
      return `/gateways/${encodeURIComponent(route.gatewayId)}/site`;
    case "alarms":
      return route.alarmId === undefined ? "/alarms" : `/alarms/${encodeURIComponent(route.alarmId)}`;
    case "charging": {
      const { which } = route;
      if (which === undefined) return "/charging";
      return `/charging/${[which.gatewayId, which.deviceId, which.transaction].map(encodeURIComponent).join("/")}`;
    }
    case "demo":
      return "/demo";
    case "unknown":
      return route.path;
  }
}

function chargingRoute(parts: readonly (string | undefined)[]): Route | undefined {
  if (parts.length === 0) return { page: "charging" };
  const [gatewayId, deviceId, transaction] = parts;
  if (gatewayId === undefined || deviceId === undefined || transaction === undefined || parts.length > 3)
    return undefined;
  return { page: "charging", which: { gatewayId, deviceId, transaction } };
}

function decodePart(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray percent sign makes the address one we do not know, not a fault.
    return undefined;
  }
}
