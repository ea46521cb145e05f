import type { Sentences } from "../language.ts";

/** The demonstration site. */
export const DEMO = {
  "nav.demo": { zh: "演示", en: "Demo" },
  "demo.title": { zh: "演示站点", en: "Demonstration site" },
  "demo.explain": {
    zh: "这些设备是模拟的，各是一个进程，说真实的协议。动一下其中一个，报警会出现在右边；再切断上行，现场照样报警。",
    en: "These devices are simulated, each a process of its own that speaks the real protocol. Poke one and its alarm appears on the right; cut the uplink, and the site alarms all the same.",
  },
  "demo.poke": { zh: "动一下模拟设备", en: "Poke the simulated device" },
  "demo.toPage": { zh: "演示页面", en: "Demonstration page" },
  "demo.none": { zh: "这里没有演示站点", en: "There is no demonstration site here" },
  "demo.none.hint": {
    zh: "用 npm start 启动的平台才有；真实的平台没有。",
    en: "Only a fleet started by npm start has one; a real fleet has none.",
  },
  "demo.away": { zh: "模拟器没有应答", en: "The simulator does not answer" },
  "demo.running": { zh: "模拟器在运行", en: "The simulator is running" },
  "demo.site": { zh: "现场", en: "The site" },
  "demo.site.devices": { zh: "{count} 台设备", en: "{count} devices" },
  "demo.gateway": { zh: "网关", en: "Gateway" },
  "demo.gateway.alarms": { zh: "{count} 条报警", en: "{count} alarms" },
  "demo.gateway.waiting": { zh: "{count} 条记录待补传", en: "{count} records wait" },
  "demo.gateway.page": { zh: "网关自己的页面 ↗", en: "The gateway's own page ↗" },
  "demo.gateway.away": { zh: "没有应答", en: "does not answer" },
  "demo.desk": { zh: "监控台", en: "The desk" },
  "demo.desk.hears": { zh: "听得到网关", en: "hears the gateway" },
  "demo.desk.deaf": { zh: "听不到网关", en: "hears nothing" },
  "demo.uplink": { zh: "上行", en: "Uplink" },
  "demo.cut": { zh: "切断上行", en: "Cut the uplink" },
  "demo.mend": { zh: "恢复上行", en: "Mend the uplink" },
  "demo.isCut": {
    zh: "上行已切断。监控台听不到现场，但现场的报警、警笛、指示灯照常；记录在网关上等着补传。",
    en: "The uplink is cut. The desk hears nothing, yet alarms, siren and lights at the site go on; records wait on the gateway.",
  },
  "demo.isCut.short": {
    zh: "上行已切断：现场照常，监控台听不到。",
    en: "The uplink is cut: the site goes on, the desk hears nothing.",
  },
  "demo.latest": { zh: "监控台上的报警", en: "Alarms at the desk" },
  "demo.latest.cut": {
    zh: "上行已切断，新报警到不了这里。它们都在网关自己的页面上。",
    en: "The uplink is cut: new alarms cannot come here. They stand on the gateway's own page.",
  },
  "demo.desk.sees": { zh: "监控台：{what}", en: "Desk: {what}" },
  "demo.desk.seesNothing": { zh: "无报警", en: "no alarm" },
  "demo.overview": {
    zh: "这是演示平台：可以动一下模拟设备，也可以切断上行。",
    en: "This is a demonstration: poke the simulated devices, or cut the uplink.",
  },
  "demo.overview.go": { zh: "去演示页面", en: "To the demonstration" },
  "poke.pump-station.storm": { zh: "来一场暴雨", en: "Start a storm" },
  "poke.pump-station.calm": { zh: "雨停", en: "Stop the rain" },
  "poke.pump-station.trip": { zh: "一号泵跳闸", en: "Trip pump 1" },
  "poke.pump-station.door": { zh: "打开柜门", en: "Open the door" },
  "poke.pump-station.shut": { zh: "关柜门", en: "Shut the door" },
} as const satisfies Sentences;
