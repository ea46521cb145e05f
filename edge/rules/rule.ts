import type { Text } from "@outpost/wire/identifiers.ts";
import type { AlarmPriority } from "@outpost/wire/records.ts";
import type { RuleSettings } from "@outpost/wire/site.ts";

import type { Comparator } from "./comparator.ts";

/** When an alarm is raised: the site's own rules and the gateway's rules about itself have this one form. */
export interface Rule {
  readonly id: string;
  readonly priority: AlarmPriority;
  readonly message: Text;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly isLatched: boolean;
  /** Ids of the actions that hold while the alarm is active. */
  readonly actions: readonly string[];
  /** The point that is watched, or the device a fact is about; absent for facts about the gateway. */
  readonly source: { readonly deviceId: string; readonly pointId?: string } | undefined;
  readonly comparator: Comparator;
  /** Suppressed by design while that point has that value. */
  readonly suppressWhile?: { readonly deviceId: string; readonly pointId: string; readonly value: number };
  /** Out of service as long as the site file says so. */
  readonly outOfService: { readonly by: string; readonly reason: string } | undefined;
}

/** The rule a site file's entry stands for. */
export function siteRule(settings: RuleSettings): Rule {
  const { id, priority, message, onDelayMs, offDelayMs, isLatched, actions, suppressWhile: by } = settings;
  return {
    id,
    priority,
    message,
    onDelayMs,
    offDelayMs,
    isLatched,
    actions,
    source: { deviceId: settings.device, pointId: settings.point },
    comparator: comparatorOf(settings),
    outOfService: settings.outOfService,
    ...(by === undefined ? {} : { suppressWhile: { deviceId: by.device, pointId: by.point, value: by.value } }),
  };
}

function comparatorOf(settings: RuleSettings): Comparator {
  switch (settings.kind) {
    case "threshold":
      return { kind: "threshold", is: settings.is, limit: settings.limit, deadband: settings.deadband };
    case "equals":
      return { kind: "equals", value: settings.value };
    case "rate-of-change":
      return {
        kind: "rate-of-change",
        is: settings.is,
        limitPerMinute: settings.limitPerMinute,
        windowMs: settings.windowMs,
      };
    case "stale":
      return { kind: "stale", afterMs: settings.afterMs };
  }
}
