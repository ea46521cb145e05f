import type { Site } from "../site/site.ts";
import type { Snapshot } from "../technician/snapshot.ts";
import type { Core } from "./core.ts";

/** What the page shows of the site, its devices and its alarms: all that the core itself knows. */
export function coreSnapshot(
  { engine, care, devices, recorder, latest }: Core,
  site: Site,
  startedAtMs: number,
): Pick<Snapshot, "site" | "gatewayId" | "devices" | "alarms" | "alarmRate" | "eventsLost"> {
  const unknown = { state: "starting", reason: "", sinceWallMs: startedAtMs } as const;
  return {
    site: site.document.site,
    gatewayId: site.document.gateway.id,
    devices: site.devices.map(({ settings, device }) => ({
      id: settings.id,
      name: settings.name,
      profile: device.profile,
      health: devices.health(settings.id) ?? unknown,
      points: device.points.map(({ id, name, unit }) => ({ id, name, unit, latest: latest.get(settings.id, id) })),
    })),
    alarms: engine.alarms().map(({ rule, life, last }) => ({ rule, life, last, asking: care.asking(rule.id) })),
    alarmRate: engine.rate(),
    eventsLost: recorder.lost,
  };
}
