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
  /** Alarms of one cause: which came first is told. */
  readonly group?: string;
  /** The escalation chain that asks people until one answers. */
  readonly escalation?: string;
  /** Acknowledged at the site when that point comes to that value: a button under the siren. */
  readonly acknowledgeBy?: { readonly deviceId: string; readonly pointId: string; readonly value: number };
  /** Stands in for a site's rule during a self-test: fed by the test alone, marked as one everywhere. */
  readonly isTest?: boolean;
  /** Out of service as long as the site file says so. */
  readonly outOfService: { readonly by: string; readonly reason: string } | undefined;
}

/** The rule a site file's entry stands for. */
export function siteRule(settings: RuleSettings): Rule {
  const { id, priority, message, onDelayMs, offDelayMs, isLatched, actions, suppressWhile: by } = settings;
  const { acknowledgeBy: button, group, escalation } = settings;
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
    ...(group === undefined ? {} : { group }),
    ...(escalation === undefined ? {} : { escalation }),
    ...(button === undefined
      ? {}
      : { acknowledgeBy: { deviceId: button.device, pointId: button.point, value: button.value } }),
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
