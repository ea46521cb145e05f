import type { OnvifSource } from "../settings.ts";
import { discoverDevices, type DiscoverOptions, type DiscoveredDevice } from "./discover.ts";

/** A camera as a technician wants to see it. */
export interface FoundCamera {
  /** What it calls itself; its address where it has no name. */
  readonly name: string;
  readonly hardware: string | undefined;
  readonly location: string | undefined;
  readonly endpoint: string;
  /** What the site file takes: the credentials are all that is missing. */
  readonly source: Pick<OnvifSource, "kind" | "host" | "port" | "path" | "isSecure">;
}

export interface ScanOptions extends Omit<DiscoverOptions, "onFound"> {
  /** Is told of each camera as it is found. */
  readonly onProgress?: (camera: FoundCamera) => void;
}

/**
 * For `outpost-edge scan onvif`: the cameras that answer within `timeoutMs`, by address. It asks for no credentials and
 * changes nothing.
 *
 * @throws CameraError `camera/unreachable` where no network can be asked, or the signal's reason.
 */
export async function scanOnvif({ onProgress, ...options }: ScanOptions): Promise<readonly FoundCamera[]> {
  const devices = await discoverDevices({ ...options, onFound: (device) => onProgress?.(foundCamera(device)) });
  return devices
    .map(foundCamera)
    .toSorted((a, b) => a.source.host.localeCompare(b.source.host, "en", { numeric: true }));
}

function foundCamera(device: DiscoveredDevice): FoundCamera {
  const addresses = device.addresses.map((address) => new URL(address));
  // With several addresses, the one that its answer came from can be reached from here.
  const url = addresses.find(({ hostname }) => hostname === device.from) ?? addresses[0];
  const isSecure = url?.protocol === "https:";
  const host = url?.hostname.replaceAll(/[[\]]/g, "") ?? device.from;
  const port = Number(url?.port) || (isSecure ? 443 : 80);
  return {
    name: device.name ?? host,
    hardware: device.hardware,
    location: device.location,
    endpoint: device.endpoint,
    source: { kind: "onvif", host, port, path: url?.pathname ?? "/onvif/device_service", isSecure },
  };
}
