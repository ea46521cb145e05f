import type { SimulatedDevice } from "./simulated-devices.ts";

/** One device of the site file, with its link. */
export interface SitePart {
  readonly device: SimulatedDevice;
  /** Where the gateway listens for it, or calls it. */
  readonly port: number;
  readonly isChanged: boolean;
}

export interface SiteFrame {
  readonly gatewayId: string;
  readonly uplinkPort: number;
  readonly statusPort: number;
}

/** What is left out of the site: `device` alone, or its link as well. */
export interface Omission {
  readonly id: string;
  readonly what: "device" | "device-and-link";
}

/** The site file's text. JSON is YAML. */
export function siteText(frame: SiteFrame, parts: readonly SitePart[], omitted?: Omission): string {
  const isLinked = ({ device }: SitePart): boolean => omitted?.id !== device.id || omitted.what === "device";
  return JSON.stringify({
    version: 1,
    site: { id: "devices-under-fire", name: { zh: "设备故障测试站", en: "Devices under fire" } },
    gateway: { id: frame.gatewayId },
    uplink: { url: `mqtt://127.0.0.1:${frame.uplinkPort}` },
    statusPage: { host: "127.0.0.1", port: frame.statusPort },
    links: parts.filter(isLinked).map(({ device, port }) => ({ id: `${device.id}-line`, ...device.link(port) })),
    devices: parts
      .filter(({ device }) => omitted?.id !== device.id)
      .map(({ device, isChanged }) => ({
        id: device.id,
        adapter: device.adapter,
        name: { zh: device.id, en: device.id },
        link: `${device.id}-line`,
        settings: { ...device.settings, ...(isChanged ? device.changed : {}) },
      })),
  });
}
