import type { Sentences } from "../language.ts";

/** Who draws what of one supply. */
export const SHARING = {
  "sharing.title": { zh: "谁用多少", en: "Who draws what" },
  "sharing.drawn": { zh: "实测电流", en: "Drawn" },
  "sharing.granted": { zh: "授权电流", en: "Granted" },
  "sharing.held": { zh: "留给空闲或断网的枪 {amperes}", en: "Held back for idle and cut-off connectors: {amperes}" },
  "sharing.limit": { zh: "供电上限", en: "Limit of the supply" },
  "sharing.figures": { zh: "{drawn} / {limit}", en: "{drawn} of {limit}" },
  "sharing.drawOfGrant": { zh: "{draw} / 授权 {grant}", en: "{draw}, granted {grant}" },
  "sharing.wiring": { zh: "相序", en: "phases" },
  "sharing.wiring.explain": {
    zh: "枪自己的 L1、L2、L3 依次接在供电的 {phases}",
    en: "The connector's own L1, L2, L3 are on the supply's {phases}",
  },
  "sharing.away": { zh: "网线断开：按断开前的授权计", en: "no line: counts with its last grant" },
  "sharing.connector": { zh: "{station} · {number} 号枪", en: "{station} / {number}" },
  "sharing.highest": { zh: "熔断器处的最大电流：{amperes}", en: "The most the fuse has seen: {amperes}" },
  "sharing.waiting": {
    zh: "{count} 条计费消息等网关收取",
    en: "{count} {count:bill message waits|bill messages wait} for the gateway",
  },
  "sharing.card.refused": { zh: "上一张卡被拒绝", en: "The last card was refused" },
  "poke.chargers.plug": { zh: "D 处插上车", en: "Plug a car in at D" },
  "poke.chargers.swipe": { zh: "D 处刷卡", en: "Swipe a card at D" },
  "poke.chargers.blocked": { zh: "D 处刷挂失卡", en: "Swipe a lost card at D" },
  "poke.chargers.unplug": { zh: "D 处拔枪", en: "Unplug D" },
  "poke.chargers.cable": { zh: "拔 1 号桩的网线", en: "Pull charger 1's network cable" },
  "poke.chargers.mend": { zh: "插回网线", en: "Put the cable back" },
  "poke.fire-panel.fire": { zh: "车库火警", en: "Fire in the car park" },
  "poke.fire-panel.over": { zh: "火警解除", en: "The fire is out" },
  "demo.fire.burning": { zh: "火警", en: "Fire" },
  "demo.fire.calm": { zh: "正常", en: "All is well" },
} as const satisfies Sentences;
