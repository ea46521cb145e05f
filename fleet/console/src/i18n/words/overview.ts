import type { Sentences } from "../language.ts";

/** Gateways and how they stand. */
export const OVERVIEW = {
  "overview.title": { zh: "总览", en: "Overview" },
  "overview.gateways": { zh: "网关", en: "Gateways" },
  "overview.gatewaysOnline": { zh: "网关在线", en: "Gateways online" },
  "overview.devicesFine": { zh: "设备正常", en: "Devices in order" },
  "overview.openAlarms": { zh: "未恢复报警", en: "Open alarms" },
  "overview.unacknowledged": { zh: "未确认报警", en: "Unacknowledged" },
  "overview.troubled": { zh: "{count} 台异常", en: "{count} in trouble" },
  "overview.offlineCount": { zh: "{count} 台离线", en: "{count} offline" },
  "overview.allFine": { zh: "全部正常", en: "all in order" },
  "overview.noGateways": { zh: "还没有网关接入", en: "No gateway has called yet" },
  "overview.noGateways.hint": {
    zh: "网关第一次联网后会自动出现在这里，无需刷新。",
    en: "A gateway appears here by itself with its first call; no need to reload.",
  },
  "overview.noDevices": { zh: "这台网关没有上报设备", en: "This gateway has reported no device" },
  "overview.noAlarms": { zh: "没有未恢复的报警", en: "No open alarm" },
  "overview.allAlarms": { zh: "全部报警", en: "All alarms" },
  "gateway.site": { zh: "站点", en: "Site" },
  "gateway.state": { zh: "状态", en: "State" },
  "gateway.lastSeen": { zh: "最近联系", en: "Last heard" },
  "gateway.version": { zh: "版本", en: "Version" },
  "gateway.alarms": { zh: "报警", en: "Alarms" },
  "gateway.unnamed": { zh: "尚未上报站点", en: "Site not reported yet" },
  "gateway.clock.doubtful": { zh: "时钟不可信", en: "Clock in doubt" },
  "gateway.offline.banner": {
    zh: "网关 {gateway} 离线（最近联系 {time}）。下面是离线前的最后数据；站点仍在本地自主报警，恢复后补传。",
    en: "Gateway {gateway} is offline (last heard {time}). Values are the last before that; the site goes on alarming by itself and sends what it recorded when it returns.",
  },
  "onlineState.online": { zh: "在线", en: "Online" },
  "onlineState.offline": { zh: "离线", en: "Offline" },
  "onlineState.starting": { zh: "启动中", en: "Starting" },
  "onlineState.fault": { zh: "故障", en: "Fault" },
} as const satisfies Sentences;
