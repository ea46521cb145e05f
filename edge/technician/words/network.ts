import type { Sentences } from "./language.ts";

/** Network and time. */
export const NETWORK_WORDS = {
  "network.check.address": { zh: "网络地址", en: "Address" },
  "network.check.default-route": { zh: "默认路由", en: "Default route" },
  "network.check.fail-over": { zh: "备用线路", en: "Fail-over" },
  "network.check.dns": { zh: "域名解析", en: "Name resolution" },
  "network.check.uplink": { zh: "上行平台", en: "Uplink" },
  "network.check.clock": { zh: "时钟", en: "Clock" },
  "network.verdict.good": { zh: "正常", en: "good" },
  "network.verdict.doubtful": { zh: "存疑", en: "doubtful" },
  "network.verdict.bad": { zh: "异常", en: "bad" },
  "network.verdict.none": { zh: "未配置", en: "none" },
  "network.look": { zh: "重新检查", en: "Look again" },
  "network.interfaces": { zh: "网口", en: "Interfaces" },
  "network.routes": { zh: "路由（数字越小越优先）", en: "Routes (the smaller metric is used)" },
  "network.dns": { zh: "域名服务器", en: "Name servers" },
  "network.proxy": { zh: "代理", en: "Proxy" },
  "network.none": { zh: "无", en: "none" },
  "network.via": { zh: "经 {via}", en: "via {via}" },
  "network.direct": { zh: "直连", en: "direct" },
  "network.clock": { zh: "网关时间", en: "Gateway's time" },
  "network.offset": { zh: "与本机相差 {seconds} 秒", en: "{seconds} s from this device's clock" },
  "network.setBySystem": {
    zh: "地址、路由、代理由操作系统设置，这里只读取和检查。",
    en: "Addresses, routes and proxies are set in the operating system; here they are read and checked.",
  },
  "network.confirm": { zh: "已核对", en: "Checked" },
  "network.confirmed": { zh: "已核对：{who}，{time}", en: "Checked: {who}, {time}" },
} as const satisfies Sentences;
