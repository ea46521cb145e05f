import type { Sentences } from "../language.ts";

/** What stands around every page. */
export const FRAME = {
  "app.name": { zh: "前哨", en: "Outpost" },
  "app.subtitle": { zh: "城市网关监控台", en: "City gateway desk" },
  "app.skip": { zh: "跳到内容", en: "Skip to content" },
  "app.theme.light": { zh: "换成浅色", en: "Light colours" },
  "app.theme.dark": { zh: "换成深色", en: "Dark colours" },
  "app.navigation": { zh: "主导航", en: "Main navigation" },
  "nav.overview": { zh: "总览", en: "Overview" },
  "nav.alarms": { zh: "报警", en: "Alarms" },
  "page.unknown": { zh: "没有这个页面", en: "There is no such page" },
  "page.unknown.hint": { zh: "地址 {path} 不属于监控台。", en: "The address {path} is not one of the desk's." },
  "page.toOverview": { zh: "回到总览", en: "To the overview" },
  "page.failed": { zh: "页面出错了", en: "This page failed" },
  "page.failed.hint": {
    zh: "其余页面不受影响，现场的报警也不受影响。请重新打开；若再次出错，请把下面的文字交给管理员。",
    en: "Other pages, and every alarm on site, go on. Open it again; if it fails again, give the text below to your administrator.",
  },
  "live.connecting": { zh: "正在连接", en: "Connecting" },
  "live.live": { zh: "实时", en: "Live" },
  "live.lost": { zh: "已断开", en: "Disconnected" },
  "live.lost.banner": {
    zh: "与平台的实时连接已断开（{time} 起）。下面是断开前的数据，正在自动重连；现场的报警不受影响。",
    en: "The live connection to the fleet was lost at {time}. What you see is from before; trying again. Alarms on site go on.",
  },
  "live.outdated": {
    zh: "平台已升级，本页版本较旧，部分数据不能显示。",
    en: "The fleet was updated and this page is older: it cannot show everything.",
  },
  "live.reload": { zh: "重新加载", en: "Reload" },
} as const satisfies Sentences;
