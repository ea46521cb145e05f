import type { Points } from "../live/shown.ts";
import { stationOf, type Station } from "../mimic/station.ts";
import { callPointOf, type CallPoint } from "./call-point.ts";
import { chargingSiteOf, type ChargingSite } from "./charging-site.ts";
import { lockerOf, type Locker } from "./locker.ts";
import { signOf, type Sign } from "./sign.ts";

/** What a device is to the desk, by the points it has: whoever made it, whatever it speaks. */
export type DeviceKind =
  | { readonly kind: "station"; readonly station: Station }
  | { readonly kind: "locker"; readonly locker: Locker }
  | { readonly kind: "call-point"; readonly callPoint: CallPoint }
  | { readonly kind: "sign"; readonly sign: Sign }
  | { readonly kind: "charging-site"; readonly site: ChargingSite }
  | { readonly kind: "other" };

/** Reads a device's points as whatever picture fits them. */
export function kindOf(points: Points): DeviceKind {
  const station = stationOf(points);
  if (station !== undefined) return { kind: "station", station };
  const locker = lockerOf(points);
  if (locker !== undefined) return { kind: "locker", locker };
  const callPoint = callPointOf(points);
  if (callPoint !== undefined) return { kind: "call-point", callPoint };
  const sign = signOf(points);
  if (sign !== undefined) return { kind: "sign", sign };
  const site = chargingSiteOf(points);
  if (site !== undefined) return { kind: "charging-site", site };
  return { kind: "other" };
}
