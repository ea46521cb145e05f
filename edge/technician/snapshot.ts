import type { Measurement } from "@outpost/firmware-adapters/event.ts";
import type { Instant } from "@outpost/kernel/clock.ts";
import type { Text } from "@outpost/wire/identifiers.ts";

import type { Asking } from "../actions/escalation/escalator.ts";
import type { DeviceHealth } from "../devices/device-runner.ts";
import type { LoopDelay } from "../gateway/loop-delay.ts";
import type { JournalStatus } from "../journal/journal.ts";
import type { AlarmView } from "../rules/alarm-engine.ts";
import type { AlarmRate } from "../rules/flood.ts";
import type { UplinkState } from "../sync/sync-deps.ts";

/** One point as the page shows it; `latest` is undefined until it has been read for the first time. */
export interface PointView {
  readonly id: string;
  readonly name: Text;
  readonly unit: string;
  readonly latest: Measurement | undefined;
}

export interface DeviceView {
  readonly id: string;
  readonly name: Text;
  readonly profile: string;
  readonly health: DeviceHealth;
  readonly points: readonly PointView[];
}

/** Everything the page and the metrics show, taken at one moment. */
export interface Snapshot {
  readonly site: { readonly id: string; readonly name: Text; readonly timeZone: string };
  readonly gatewayId: string;
  readonly agentVersion: string;
  readonly nodeVersion: string;
  readonly startedAtMs: number;
  readonly now: Instant;
  /** Undefined where the site has no uplink. */
  readonly uplink: UplinkState | undefined;
  /** Why the site file is not what runs; empty where it is. */
  readonly siteFaults: readonly string[];
  readonly devices: readonly DeviceView[];
  /** `asking`: who must answer it now. */
  readonly alarms: readonly (AlarmView & { readonly asking?: Asking | undefined })[];
  /** How fast alarms come; absent where nobody counts. */
  readonly alarmRate?: AlarmRate;
  /** Undefined while the journal cannot be opened or does not answer. */
  readonly journal: JournalStatus | undefined;
  readonly loopDelay: LoopDelay;
  readonly memoryRssBytes: number;
  /** Events and steps that found no place in the queues since the start. */
  readonly eventsLost: number;
}
