import type { BadReason } from "@outpost/firmware-adapters/event.ts";
import type { ClockConfidence } from "@outpost/kernel/clock.ts";
import type { AlarmPriority, AlarmState, Suppression } from "@outpost/wire/records.ts";

import type { DeviceLiveView, JournalView } from "./server/views.ts";

export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What became of an acknowledgement, as the page says it once. */
export const TOLD = ["done", "stale", "refused"] as const;
export type Told = (typeof TOLD)[number];

/** Every word of the page in one language. */
export interface Words {
  readonly title: string;
  readonly uplink: string;
  readonly noUplink: string;
  readonly uplinkPhase: Readonly<Record<"offline" | "greeting" | "live", string>>;
  readonly clock: string;
  readonly confidence: Readonly<Record<ClockConfidence, string>>;
  readonly journal: string;
  readonly journalMissing: string;
  readonly waiting: string;
  readonly diskUse: string;
  readonly ladder: Readonly<Record<JournalView["ladder"], string>>;
  readonly gateway: string;
  readonly runningSince: string;
  readonly memory: string;
  readonly loopDelay: string;
  readonly siteRefused: string;
  readonly alarms: string;
  readonly noAlarms: string;
  readonly priority: Readonly<Record<AlarmPriority, string>>;
  readonly state: Readonly<Record<AlarmState, string>>;
  readonly suppression: Readonly<Record<Suppression["kind"], string>>;
  readonly raisedAt: string;
  readonly isTest: string;
  readonly isFirstOut: string;
  readonly isOneOfMany: string;
  /** Before the names of those who must answer now. */
  readonly asking: string;
  readonly unanswered: string;
  readonly acknowledge: string;
  readonly told: Readonly<Record<Told, string>>;
  readonly devices: string;
  readonly health: Readonly<Record<DeviceLiveView["state"], string>>;
  readonly since: string;
  readonly point: string;
  readonly value: string;
  readonly quality: string;
  readonly good: string;
  readonly bad: Readonly<Record<BadReason, string>>;
  readonly readAt: string;
  readonly version: string;
  readonly otherLanguage: string;
  readonly notRefreshing: string;
}

const zh: Words = {
  title: "网关状态",
  uplink: "上行连接",
  noUplink: "未配置",
  uplinkPhase: { offline: "断开", greeting: "正在连接", live: "已连接" },
  clock: "时钟",
  confidence: { confirmed: "已校准", plausible: "可信", doubtful: "不可信" },
  journal: "日志",
  journalMissing: "无法打开",
  waiting: "待上传",
  diskUse: "磁盘占用",
  ladder: {
    normal: "正常",
    "no-evidence": "不再保存证据",
    "thin-measurements": "测量值被稀释",
    "no-measurements": "不再保存测量值",
    "no-occurrences": "只保存告警",
  },
  gateway: "网关",
  runningSince: "启动时间",
  memory: "内存",
  loopDelay: "处理延迟",
  siteRefused: "站点文件被拒绝,仍按上一份有效配置运行:",
  alarms: "告警",
  noAlarms: "没有告警",
  priority: { critical: "危急", high: "高", medium: "中", low: "低" },
  state: {
    "active-unacknowledged": "未确认",
    "active-acknowledged": "已确认",
    "cleared-unacknowledged": "已恢复,未确认",
    normal: "正常",
  },
  suppression: {
    none: "",
    shelved: "已搁置",
    "suppressed-by-design": "按设计抑制",
    "out-of-service": "停用",
  },
  raisedAt: "发生于",
  isTest: "测试",
  isFirstOut: "首发",
  isOneOfMany: "合并",
  asking: "等待应答",
  unanswered: "已通知所有人,无人应答",
  acknowledge: "确认",
  told: { done: "已确认。", stale: "告警状态已变化,请再看一次。", refused: "没有可确认的内容。" },
  devices: "设备",
  health: { starting: "启动中", online: "在线", offline: "离线", fault: "故障" },
  since: "自",
  point: "测点",
  value: "数值",
  quality: "质量",
  good: "良好",
  bad: {
    "link-down": "线路断开",
    timeout: "无应答",
    "bad-frame": "报文错误",
    "device-refused": "设备拒绝",
    "not-available": "设备报告不可用",
    "out-of-range": "超出合理范围",
    "not-yet-read": "尚未读取",
  },
  readAt: "时间",
  version: "版本",
  otherLanguage: "English",
  notRefreshing: "页面已停止刷新:网关没有应答。",
};

const en: Words = {
  title: "Gateway status",
  uplink: "Uplink",
  noUplink: "not configured",
  uplinkPhase: { offline: "offline", greeting: "connecting", live: "connected" },
  clock: "Clock",
  confidence: { confirmed: "confirmed", plausible: "plausible", doubtful: "doubtful" },
  journal: "Journal",
  journalMissing: "cannot be opened",
  waiting: "waiting to go up",
  diskUse: "disk use",
  ladder: {
    normal: "normal",
    "no-evidence": "evidence is not kept",
    "thin-measurements": "measurements are thinned",
    "no-measurements": "measurements are not kept",
    "no-occurrences": "only alarms are kept",
  },
  gateway: "Gateway",
  runningSince: "running since",
  memory: "memory",
  loopDelay: "loop delay",
  siteRefused: "The site file was refused; the last good one runs:",
  alarms: "Alarms",
  noAlarms: "No alarms",
  priority: { critical: "critical", high: "high", medium: "medium", low: "low" },
  state: {
    "active-unacknowledged": "active, not acknowledged",
    "active-acknowledged": "active, acknowledged",
    "cleared-unacknowledged": "cleared, not acknowledged",
    normal: "normal",
  },
  suppression: {
    none: "",
    shelved: "shelved",
    "suppressed-by-design": "suppressed by design",
    "out-of-service": "out of service",
  },
  raisedAt: "raised",
  isTest: "test",
  isFirstOut: "first",
  isOneOfMany: "grouped",
  asking: "asked to answer:",
  unanswered: "everybody was asked, nobody answered",
  acknowledge: "Acknowledge",
  told: {
    done: "Acknowledged.",
    stale: "The alarm has changed meanwhile. Please look again.",
    refused: "There was nothing to acknowledge.",
  },
  devices: "Devices",
  health: { starting: "starting", online: "online", offline: "offline", fault: "fault" },
  since: "since",
  point: "Point",
  value: "Value",
  quality: "Quality",
  good: "good",
  bad: {
    "link-down": "line is down",
    timeout: "no answer",
    "bad-frame": "garbled answer",
    "device-refused": "refused by the device",
    "not-available": "not available",
    "out-of-range": "out of range",
    "not-yet-read": "not read yet",
  },
  readAt: "Time",
  version: "version",
  otherLanguage: "中文",
  notRefreshing: "This page has stopped refreshing: the gateway does not answer.",
};

export const WORDS: Readonly<Record<Language, Words>> = { zh, en };

/**
 * The language of a page: `?lang=` before the browser's wish, Chinese where neither says anything we have.
 *
 * @param acceptLanguage  the request header; only its order counts, as browsers send it.
 */
export function languageOf(asked: unknown, acceptLanguage: string | undefined): Language {
  const chosen = LANGUAGES.find((language) => language === asked);
  if (chosen !== undefined) return chosen;
  for (const range of (acceptLanguage ?? "").slice(0, 200).split(",")) {
    const wished = LANGUAGES.find((language) => range.trim().toLowerCase().startsWith(language));
    if (wished !== undefined) return wished;
  }
  return "zh";
}
