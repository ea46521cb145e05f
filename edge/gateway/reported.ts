import type { MethodDescription } from "@outpost/firmware-adapters/adapter.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Reported } from "@outpost/wire/uplink.ts";

import type { DeviceHealth } from "../devices/device-runner.ts";
import type { JournalStatus } from "../journal/journal.ts";
import type { AlarmView } from "../rules/alarm-engine.ts";
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
  /** Alarms that stand, are shelved, planned to be, or taken out of service. */
  readonly alarms: readonly AlarmView[];
}

type Suppressed = NonNullable<Reported["suppressed"]>[number];
const MAX_SUPPRESSED = 1_000;

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
    suppressed: sources.alarms.flatMap(suppressedBy).slice(0, MAX_SUPPRESSED),
    memoryRssBytes: process.memoryUsage.rss(),
    loopDelayP999Ms: sources.loopDelay.p999Ms,
    document: sources.document,
  };
}

/** What people have said about a rule, whether or not its alarm stands. */
export function suppressedBy({ rule, life: { shelf, plan, takenOut } }: AlarmView): Suppressed[] {
  const ruleId = rule.id;
  return [
    ...(shelf === undefined ? [] : [{ ruleId, kind: "shelved" as const, ...shelf }]),
    ...(plan === undefined ? [] : [{ ruleId, kind: "planned" as const, ...plan }]),
    ...(takenOut === undefined ? [] : [{ ruleId, kind: "out-of-service" as const, ...takenOut }]),
  ];
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
