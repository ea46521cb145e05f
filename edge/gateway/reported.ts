import type { MethodDescription } from "@outpost/firmware-adapters/adapter.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Reported } from "@outpost/wire/uplink.ts";

import type { DeviceHealth } from "../devices/device-runner.ts";
import type { JournalStatus } from "../journal/journal.ts";
import type { SiteStatus } from "../site/desired/status.ts";
import type { ConfiguredDevice, Site } from "../site/site.ts";
import type { LoopDelay } from "./loop-delay.ts";

export interface ReportedSources {
  readonly agentVersion: string;
  readonly startedAtMs: number;
  readonly clock: Pick<Clock, "now">;
  readonly site: Site;
  readonly journal: JournalStatus;
  readonly loopDelay: LoopDelay;
  health(deviceId: string): DeviceHealth | undefined;
  readonly document: SiteStatus;
}

/** What really runs, as the fleet hears of it. */
export function reportedState(sources: ReportedSources): Reported {
  const { wallMs, confidence } = sources.clock.now();
  const { id, name, timeZone } = sources.site.document.site;
  const { waiting, bytesUsed, bytesAllowed, ladder } = sources.journal;
  return {
    v: 1,
    agentVersion: sources.agentVersion,
    startedAtMs: sources.startedAtMs,
    site: { id, name, timeZone },
    clock: { wallMs, confidence },
    devices: sources.site.devices.map((device) => reportedDevice(device, sources.health(device.settings.id))),
    journal: { waiting: { ...waiting }, bytesUsed, bytesAllowed, ladder },
    memoryRssBytes: process.memoryUsage.rss(),
    loopDelayP999Ms: sources.loopDelay.p999Ms,
    document: sources.document,
  };
}

function reportedDevice(
  { settings, device }: ConfiguredDevice,
  health: DeviceHealth | undefined,
): Reported["devices"][number] {
  return {
    id: settings.id,
    adapter: settings.adapter,
    name: settings.name,
    profile: device.profile,
    state: health?.state ?? "starting",
    reason: (health?.reason ?? "").slice(0, 500),
    points: device.points.map(({ id, name, unit, writable }) => ({
      id,
      name,
      unit,
      ...(writable === undefined ? {} : { writable: { ...writable } }),
    })),
    ...(device.methods.length === 0 ? {} : { methods: device.methods.map(reportedMethod) }),
  };
}

function reportedMethod({ id, name, parameters }: MethodDescription) {
  return {
    id,
    name,
    parameters: parameters.map(({ isOptional, ...parameter }) => ({
      ...parameter,
      ...(isOptional === undefined ? {} : { isOptional }),
    })),
  };
}
