import type { Name, PointDescription } from "../adapter.ts";
import type { ButtonSettings } from "./settings.ts";

const NAMES: Readonly<Record<string, Name>> = {
  pressed: { zh: "已按下", en: "Pressed" },
  test: { zh: "测试模式", en: "Test mode" },
  testPressed: { zh: "测试按下", en: "Pressed in test mode" },
  stuck: { zh: "按钮卡住", en: "Stuck" },
  cutWire: { zh: "线路断开", en: "Wire cut" },
  tamper: { zh: "防拆", en: "Tamper" },
  battery: { zh: "电量", en: "Battery" },
  batteryLow: { zh: "电量低", en: "Battery low" },
  linkQuality: { zh: "信号质量", en: "Link quality" },
  indicator: { zh: "指示灯", en: "Indicator" },
};

/** The points of a button with these settings, those that every button has first. */
export function pointsOf(settings: ButtonSettings): readonly PointDescription[] {
  return idsOf(settings).map((id) => {
    const description = { id, unit: unitOf(id, settings), name: NAMES[id] ?? { zh: id, en: id } };
    if (id === "test") return { ...description, writable: { min: 0, max: 1, isHazardous: false } };
    if (id === "indicator") return { ...description, writable: { min: 0, max: 3, isHazardous: false } };
    return description;
  });
}

/** How far a point may move before that is worth keeping: a link's quality is another with every message. */
export function deadbandOf(id: string, { source }: ButtonSettings): number {
  if (id !== "linkQuality") return 0;
  return source === "chirpstack" ? 10 : 30;
}

/** For people: what it is for and how it is heard. */
export function profileOf({ purpose, source }: ButtonSettings): string {
  return `${purpose === "emergency" ? "emergency button" : "call post"} (${source})`;
}

function idsOf(settings: ButtonSettings): readonly string[] {
  const every = ["pressed", "test", "testPressed", "indicator"];
  switch (settings.source) {
    case "gpio":
      return [
        ...every,
        "stuck",
        ...(settings.cutLine === undefined ? [] : ["cutWire"]),
        ...(settings.tamperLine === undefined ? [] : ["tamper"]),
      ];
    case "zigbee2mqtt":
      return [
        ...every,
        ...(settings.sos === "level" ? ["stuck"] : []),
        "tamper",
        "battery",
        "batteryLow",
        "linkQuality",
      ];
    case "chirpstack":
      return [
        ...every,
        ...(settings.pressAs === "level" ? ["stuck"] : []),
        ...(settings.mapping.tamper === undefined ? [] : ["tamper"]),
        "battery",
        "batteryLow",
        "linkQuality",
      ];
  }
}

function unitOf(id: string, { source }: ButtonSettings): string {
  if (id === "battery") return "%";
  // Zigbee's link quality is a bare number of 0 to 255; of LoRa we show the strength at the best gateway.
  return id === "linkQuality" && source === "chirpstack" ? "dBm" : "";
}
