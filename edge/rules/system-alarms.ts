import type { ActionSettings } from "@outpost/wire/site-alarms.ts";
import type { SiteDocument } from "@outpost/wire/site.ts";

import type { Rule } from "./rule.ts";

/** What the gateway watches of itself. The ids cannot meet a site rule's: those have no slash. */
export const SYSTEM = {
  journalNotWritten: "system/journal-not-written",
  journalQuarantined: "system/journal-quarantined",
  diskLadder: "system/disk-ladder",
  clockDoubtful: "system/clock-doubtful",
  siteRefused: "system/site-refused",
  siteHeld: "system/site-held",
  eventsLost: "system/events-lost",
  loopDelay: "system/loop-delay",
  fleetRefuses: "system/fleet-refuses",
  certificateEnds: "system/certificate-ends",
  visionDown: "system/vision-down",
  visionModel: "system/vision-model",
  visionShort: "system/vision-short",
  alarmFlood: "system/alarm-flood",
} as const;

/** The rule id of "this device does not answer". */
export function deviceOfflineId(deviceId: string): string {
  return `system/device-offline/${deviceId}`;
}

/** The rule id of "this action could not be carried out". */
export function actionFailedId(actionId: string): string {
  return `system/action-failed/${actionId}`;
}

/** The rule id of "the chain of this rule did not pass its self-test". */
export function testFailedId(ruleId: string): string {
  return `system/test-failed/${ruleId}`;
}

type Wording = Pick<Rule, "priority" | "message" | "onDelayMs" | "offDelayMs">;

const GATEWAY_ALARMS: Readonly<Record<(typeof SYSTEM)[keyof typeof SYSTEM], Wording>> = {
  "system/journal-not-written": {
    priority: "high",
    message: { zh: "日志无法写入,告警记录暂存内存", en: "The journal cannot be written; alarm records wait in memory" },
    onDelayMs: 10_000,
    offDelayMs: 0,
  },
  "system/journal-quarantined": {
    priority: "high",
    message: {
      zh: "日志文件损坏,已隔离并重新开始",
      en: "The journal file was damaged; it was put aside and begun anew",
    },
    onDelayMs: 0,
    offDelayMs: 0,
  },
  "system/disk-ladder": {
    priority: "high",
    message: { zh: "磁盘空间不足,部分记录被稀释或放弃", en: "Disk space is short; records are thinned or given up" },
    onDelayMs: 0,
    offDelayMs: 60_000,
  },
  "system/clock-doubtful": {
    priority: "medium",
    message: { zh: "时钟不可信", en: "The clock cannot be trusted" },
    onDelayMs: 30_000,
    offDelayMs: 0,
  },
  "system/site-refused": {
    priority: "high",
    message: { zh: "站点文件被拒绝,仍按上一份有效配置运行", en: "The site file was refused; the last good one runs" },
    onDelayMs: 0,
    offDelayMs: 0,
  },
  "system/site-held": {
    priority: "medium",
    message: {
      zh: "一份新的站点配置等待确认,仍按原配置运行",
      en: "A new site document waits for somebody's decision; what ran before runs",
    },
    onDelayMs: 0,
    offDelayMs: 0,
  },
  "system/events-lost": {
    priority: "high",
    message: { zh: "事件过多,部分未能记录", en: "Too many events; some could not be recorded" },
    onDelayMs: 0,
    offDelayMs: 60_000,
  },
  "system/alarm-flood": {
    priority: "high",
    message: {
      zh: "告警过多,同一设备或分组的一般告警合并显示",
      en: "Alarms come faster than people can answer; those of one device are shown together",
    },
    onDelayMs: 0,
    offDelayMs: 60_000,
  },
  "system/vision-down": {
    priority: "high",
    message: { zh: "视频分析未运行", en: "Nobody looks at the cameras: vision is down" },
    onDelayMs: 30_000,
    offDelayMs: 0,
  },
  "system/vision-model": {
    priority: "high",
    message: { zh: "有算法模型无法使用", en: "A model that cameras are looked at with cannot be used" },
    onDelayMs: 30_000,
    offDelayMs: 0,
  },
  "system/vision-short": {
    priority: "medium",
    message: {
      zh: "算力不足，视频分析帧率低于要求",
      en: "The machine is short: cameras are looked at less often than wanted",
    },
    onDelayMs: 60_000,
    offDelayMs: 60_000,
  },
  "system/fleet-refuses": {
    priority: "high",
    message: {
      zh: "平台拒绝本网关,或应答方不是本网关所属平台;现场照常运行",
      en: "The fleet refuses this gateway, or is not its own; the site runs on",
    },
    onDelayMs: 5_000,
    offDelayMs: 0,
  },
  "system/certificate-ends": {
    priority: "medium",
    message: {
      zh: "网关证书即将或已经到期,尚未换新",
      en: "The gateway's certificate ends or has ended, and no new one has come",
    },
    onDelayMs: 0,
    offDelayMs: 0,
  },
  "system/loop-delay": {
    priority: "low",
    message: { zh: "网关处理延迟过高", en: "The gateway answers slowly" },
    onDelayMs: 30_000,
    offDelayMs: 60_000,
  },
};

/** A device may be away this long before anybody is told: serial servers restart. */
const OFFLINE_ON_DELAY_MS = 10_000;

/** The rules about the gateway itself that hold whatever the site is. */
export function gatewayRules(): Rule[] {
  return Object.entries(GATEWAY_ALARMS).map(([id, wording]) => factRule(id, wording, undefined));
}

/** The rules about the site's devices and actions that every site has without asking. */
export function derivedRules(document: SiteDocument): Rule[] {
  const devices = document.devices.map(({ id, name }) => {
    const message = { zh: `${name.zh}:设备无应答`, en: `${name.en}: the device does not answer` };
    const wording = { priority: "high", message, onDelayMs: OFFLINE_ON_DELAY_MS, offDelayMs: 0 } as const;
    return factRule(deviceOfflineId(id), wording, { deviceId: id });
  });
  const actions = document.actions.flatMap((action) => {
    if (action.kind === "log") return [];
    const source = sourceOf(action);
    const message = {
      zh: `告警动作 ${action.id} 未能执行`,
      en: `The alarm action ${action.id} could not be carried out`,
    };
    const wording = { priority: "critical", message, onDelayMs: 0, offDelayMs: 0 } as const;
    return [factRule(actionFailedId(action.id), wording, source)];
  });
  const tests = document.rules.flatMap((rule) => {
    if (rule.actions.length === 0) return [];
    const message = {
      zh: `告警链自检未通过:${rule.message.zh}`.slice(0, 200),
      en: `The self-test of an alarm chain failed: ${rule.message.en}`.slice(0, 200),
    };
    const wording = { priority: "high", message, onDelayMs: 0, offDelayMs: 0 } as const;
    return [factRule(testFailedId(rule.id), wording, { deviceId: rule.device, pointId: rule.point })];
  });
  return [...devices, ...actions, ...tests];
}

function sourceOf(action: Exclude<ActionSettings, { kind: "log" }>): Rule["source"] {
  if (!("device" in action)) return undefined;
  return { deviceId: action.device, ...("point" in action ? { pointId: action.point } : {}) };
}

function factRule(id: string, wording: Wording, source: Rule["source"]): Rule {
  return {
    id,
    ...wording,
    isLatched: false,
    actions: [],
    source,
    comparator: { kind: "fact" },
    outOfService: undefined,
  };
}
