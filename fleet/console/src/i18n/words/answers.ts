import type { Sentences } from "../language.ts";

/** How questions to the fleet end. */
export const ANSWERS = {
  "state.loading": { zh: "正在读取…", en: "Reading…" },
  "state.failed": { zh: "读取失败", en: "Could not be read" },
  "state.again": { zh: "再试一次", en: "Try again" },
  "error.api/unreachable": { zh: "平台没有应答。", en: "The fleet does not answer." },
  "error.api/refused": { zh: "平台没有照办：{detail}", en: "The fleet did not do it: {detail}" },
  "error.api/not-understood": {
    zh: "平台的应答与本页版本不符，请重新加载。",
    en: "The answer does not fit this page's version; reload the page.",
  },
  "refusal.api/not-found": {
    zh: "平台没有这个接口，请重新加载页面。",
    en: "The fleet knows no such address; reload the page.",
  },
  "refusal.api/bad-request": { zh: "请求内容不合要求。", en: "The request is not what the fleet expects." },
  "refusal.api/too-large": { zh: "内容太长。", en: "That is too long." },
  "refusal.api/too-many-requests": { zh: "请求过于频繁，请稍后再试。", en: "Too many requests; try again shortly." },
  "refusal.api/cross-origin": { zh: "请在平台自己的地址上操作。", en: "Use the fleet's own address for this." },
  "refusal.api/unavailable": { zh: "平台的数据库暂时没有应答。", en: "The fleet's database does not answer now." },
  "refusal.api/internal": { zh: "平台内部出错，日志里有详情。", en: "A fault inside the fleet; its log says more." },
  "refusal.gateway/unknown": { zh: "没有这台网关。", en: "There is no such gateway." },
  "refusal.device/unknown": { zh: "没有这台设备。", en: "There is no such device." },
  "refusal.point/unknown": { zh: "没有这个测点。", en: "There is no such point." },
  "refusal.alarm/unknown": { zh: "没有这条报警。", en: "There is no such alarm." },
  "refusal.transaction/unknown": { zh: "没有这笔充电交易。", en: "There is no such charging transaction." },
  "refusal.alarm/stale": {
    zh: "这条报警刚刚有了新变化，请看过最新状态后再操作。",
    en: "The alarm has just changed. Look at it again, then decide.",
  },
  "refusal.command/unknown": { zh: "没有这条命令。", en: "There is no such command." },
  "refusal.command/gateway-offline": {
    zh: "网关离线，命令没有发出，也不会排队。现场可以在本地确认。",
    en: "The gateway is offline: nothing was sent and nothing waits. It can be acknowledged on site.",
  },
  "refusal.command/id-taken": { zh: "命令编号重复，请再试一次。", en: "The command's number was taken; try again." },
  "refusal.command/not-sent": {
    zh: "命令没有发出去，没有任何效果。",
    en: "The command could not be sent; it has no effect.",
  },
  "refusal.desired/no-entity-tag": { zh: "请重新加载页面后再提交。", en: "Reload the page, then submit again." },
  "refusal.desired/stale": {
    zh: "期间有人改过，或现场改过，没有写入。请看过最新内容再决定。",
    en: "Somebody wrote, or the site was changed, meanwhile; nothing was written. Look at it again, then decide.",
  },
  "refusal.desired/refused": { zh: "配置有错，没有写入。", en: "The document has faults; nothing was written." },
  "refusal.desired/unknown": {
    zh: "平台还没有这份配置的内容。",
    en: "The fleet does not have this document's text yet.",
  },
  "refusal.desired/own": {
    zh: "作者不能批准自己的修改，需要另一个人。",
    en: "The author cannot approve his own change; it takes another person.",
  },
  "refusal.enrol/unavailable": {
    zh: "这个平台没有给网关签发证书的机构。",
    en: "This fleet has no authority that issues certificates to gateways.",
  },
  "refusal.claim/unknown": {
    zh: "没有这个登记码，或者它已经失效。",
    en: "There is no such claim code, or it is over already.",
  },
  "refusal.certificate/unknown": {
    zh: "没有有效的证书可以吊销。",
    en: "There is no certificate in force to revoke.",
  },
  "refusal.request/unknown": {
    zh: "没有这条申请，或者已经有人处理过。",
    en: "There is no such request, or it has been decided already.",
  },
  "refusal.demo/unavailable": { zh: "这里没有模拟器。", en: "There is no simulator here." },
  "refusal.demo/failed": { zh: "模拟器没有照办。", en: "The simulator did not do it." },
} as const satisfies Sentences;
