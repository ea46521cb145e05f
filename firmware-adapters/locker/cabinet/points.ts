import type { MethodDescription, PointDescription } from "../../adapter.ts";
import { OPEN_ALL } from "../doors/doors.ts";
import type { Compartment, LockerSettings } from "../settings.ts";

/** The points of a cabinet, door by door. */
export function pointsOf({ compartments }: LockerSettings): readonly PointDescription[] {
  const openAll: PointDescription = {
    id: OPEN_ALL,
    unit: "",
    name: { zh: "打开全部柜门", en: "Open every door" },
    writable: { min: 1, max: 1, isHazardous: true },
  };
  return [...compartments.flatMap(doorPoints), openAll];
}

/** The methods of a cabinet; `redeem-code` only where it takes codes. */
export function methodsOf({ codes }: LockerSettings): readonly MethodDescription[] {
  const learn: MethodDescription = {
    id: "learn-polarity",
    name: { zh: "学习反馈极性（手动开一扇门）", en: "Learn what the feedback bit means (open one door by hand)" },
    parameters: [
      {
        id: "withinSeconds",
        name: { zh: "等待秒数", en: "Seconds to wait" },
        type: "number",
        isOptional: true,
      },
    ],
  };
  const redeem: MethodDescription = {
    id: "redeem-code",
    name: { zh: "取件码开门", en: "Open by pick-up code" },
    parameters: [
      { id: "code", name: { zh: "取件码或二维码内容", en: "Code, or what the QR code says" }, type: "text" },
    ],
  };
  return codes === undefined ? [learn] : [redeem, learn];
}

function doorPoints({ number, id, hasOccupancySensor }: Compartment): readonly PointDescription[] {
  const point = (word: string, zh: string, en: string): PointDescription => ({
    id: `door${number}.${word}`,
    unit: "",
    name: { zh: `${id} ${zh}`, en: `${id} ${en}` },
  });
  return [
    { ...point("open", "柜门打开", "open"), writable: { min: 1, max: 1, isHazardous: false } },
    ...(hasOccupancySensor ? [point("occupied", "有物品", "occupied")] : []),
    point("forced", "未经指令打开", "opened without a command"),
    point("leftOpen", "久未关门", "left open"),
    point("failed", "未能打开", "failed to open"),
  ];
}
