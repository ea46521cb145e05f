import type { Sentences } from "./language.ts";

/** Signing in, and the claim. */
export const DOOR_WORDS = {
  "door.title": { zh: "技术员登录", en: "Technician sign-in" },
  "door.name": { zh: "姓名", en: "Name" },
  "door.pin": { zh: "PIN（6 至 12 位数字）", en: "PIN (6 to 12 digits)" },
  "door.enter": { zh: "登录", en: "Sign in" },
  "door.first": { zh: "还没有技术员", en: "No technician yet" },
  "door.first.hint": {
    zh: "用随箱的领取码领取本网关，同时设定您的 PIN；或在网关上运行 outpost-edge technician add 姓名。",
    en: "Claim this gateway with the code that came with it and choose your PIN, or run outpost-edge technician add NAME on the gateway.",
  },
  "door.first.enter": { zh: "领取并登录", en: "Claim and sign in" },
  "claim.title": { zh: "领取网关", en: "Claim this gateway" },
  "claim.code": { zh: "领取码", en: "Claim code" },
  "claim.hint": {
    zh: "领取码印在包装内的卡片上。没有上行网络时，用 U 盘：outpost-edge export-request 与 import-grant。",
    en: "The code is on the card in the box. Without an uplink use a USB stick: outpost-edge export-request and import-grant.",
  },
  "claim.fleet": {
    zh: "平台地址（二维码已含时可不填）",
    en: "Address of the fleet (not needed where the QR text was typed)",
  },
  "claim.do": { zh: "领取", en: "Claim" },
  "claim.phase.unclaimed": { zh: "尚未领取", en: "Not claimed yet" },
  "claim.phase.pending": { zh: "等待批准", en: "Waiting for approval" },
  "claim.phase.claimed": { zh: "已领取", en: "Claimed" },
  "claim.until": { zh: "证书有效至 {time}", en: "certificate valid until {time}" },
  "claim.none": { zh: "本网关不需要领取。", en: "This gateway takes no claim." },
  "pin.change": { zh: "更改我的 PIN", en: "Change my PIN" },
  "pin.new": { zh: "新 PIN", en: "New PIN" },
  "pin.changed": { zh: "已更改，请重新登录。", en: "Changed. Please sign in again." },
} as const satisfies Sentences;
